"""The shapes of S3's bucket calls in CloudTrail."""

from datetime import datetime

from tests.recorder.clients import Client
from tests.recorder.model import Json
from tests.recorder.trail import Session, Trail
from tests.simulator.moto import ACCOUNT, REGION

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
PUBLIC_ACCESS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def bucket_call(
    trail: Trail,
    session: Session,
    client: Client,
    at: datetime,
    name: str,
    bucket: str,
    parameters: Json,
    *,
    read_only: bool = False,
    error: tuple[str, str] | None = None,
) -> None:
    """Log one call about one bucket."""
    host = f"{bucket}.s3.{REGION}.amazonaws.com"
    request = {**parameters, "bucketName": bucket, "Host": host}
    resources = None if name == "CreateBucket" else [bucket_resource(bucket)]
    trail.call(
        session,
        client,
        at,
        f"s3:{name}",
        request,
        read_only=read_only,
        host=host,
        resources=resources,
        error=error,
    )


def bucket_resource(bucket: str) -> Json:
    """Return how a record names a bucket as its resource."""
    return {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"}


def list_buckets(trail: Trail, session: Session, client: Client, at: datetime) -> None:
    """Log the listing that the console starts with."""
    host = f"s3.{REGION}.amazonaws.com"
    trail.call(session, client, at, "s3:ListBuckets", {"Host": host}, read_only=True, host=host)
