"""States in S3, on moto."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from providers.aws.state_store import S3States, S3StatesSettings
from tests.providers.state_stores.proxy import proxy_of
from tests.providers.state_stores.servers import Servers
from tests.providers.state_stores.shelf import Shelf

REGION = "eu-west-1"
KEY = "testing"
"""Of whom moto takes for the owner of its account."""
DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def a_client(service: str, url: str, *, key: str = KEY, secret: str = KEY) -> Any:
    """What the users of the store work with."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def a_bucket(url: str) -> str:
    """Make a bucket that no other test knows."""
    name = f"states-{uuid.uuid4().hex}"
    a_client("s3", url).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


@contextmanager
def s3(servers: Servers) -> Iterator[Shelf]:
    """Each state is an object `network/NAME.tfstate`; locks are objects beside them."""
    client, bucket = a_client("s3", servers.moto), a_bucket(servers.moto)

    def key(name: str) -> str:
        return f"network/{name}.tfstate"

    with pytest.MonkeyPatch.context() as environment, proxy_of(servers.moto) as proxy:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        settings = S3StatesSettings(region=REGION, endpoint=proxy.url)
        yield Shelf(
            store=S3States(settings),
            location=f"s3://{bucket}/network",
            uri=lambda name: f"s3://{bucket}/{key(name)}",
            put=lambda name, body: client.put_object(Bucket=bucket, Key=key(name), Body=body),
            remove=lambda name: client.delete_object(Bucket=bucket, Key=key(name)),
            hold=lambda name, info: client.put_object(Bucket=bucket, Key=f"{key(name)}.tflock", Body=info),
            release=lambda name: client.delete_object(Bucket=bucket, Key=f"{key(name)}.tflock"),
            deny=lambda: proxy.refuse(403, DENIED),
            permission=f"s3:ListBucket on arn:aws:s3:::{bucket}",
            break_down=lambda: proxy.refuse(503, b"", Retry_After="17"),
            proxy=proxy,
        )
