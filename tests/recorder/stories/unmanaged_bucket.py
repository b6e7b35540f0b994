"""Heidi creates a bucket that no code declares."""

from tests.recorder import clients, s3
from tests.recorder.account import Account
from tests.recorder.model import Change, Finding, Story, Telling
from tests.recorder.sign_in import sign_in_with_cli
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Trail
from tests.simulator.moto import REGION

PERSON = "heidi@example.com"
ADDRESS = "198.51.100.19"
BUCKET = "example-heidi-churn-export"


def tell(account: Account, trail: Trail) -> Telling:
    """Sign in by profile, create the bucket, look at it."""
    marker = trail.letters(12).lower()
    session = sign_in_with_cli(
        trail, PERSON, "Developer", november(18, "16:40:02"), ADDRESS, "s3api.list-buckets"
    )
    s3.list_buckets(trail, session, _cli("s3api.list-buckets", marker), november(18, "16:40:03"))
    account.move_clock(november(18, "16:44:27"))
    account.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    placement = {"CreateBucketConfiguration": {"xmlns": s3.NAMESPACE, "LocationConstraint": REGION}}
    s3.bucket_call(
        trail,
        session,
        _cli("s3api.create-bucket", marker),
        november(18, "16:44:27"),
        "CreateBucket",
        BUCKET,
        placement,
    )
    s3.bucket_call(
        trail,
        session,
        _cli("s3api.get-bucket-location", marker),
        november(18, "16:45:01"),
        "GetBucketLocation",
        BUCKET,
        {"location": ""},
        read_only=True,
    )

    change = Change(
        type="aws_s3_bucket",
        id=BUCKET,
        actor=PERSON,
        channel="manual",
        tool="cli",
        disposition="unticketed",
        alert=True,
    )
    finding = Finding(kind="unmanaged", type="aws_s3_bucket", id=BUCKET)
    return Telling(changes=[change], findings=[finding])


def _cli(command: str, marker: str) -> clients.Client:
    plain = clients.aws_cli(ADDRESS, command, "r,E,b,Z", marker)
    return clients.Client(
        user_agent=f"[{plain.user_agent}]", source_ip=ADDRESS
    )  # S3 logs agents in brackets.


STORY = Story(
    name="unmanaged-bucket",
    seed=1709,
    built_at=october(14, "14:15:00"),
    read_at=november(18, "17:00:00"),
    adopt={"aws_s3_bucket.made_by_hand": BUCKET},
    tell=tell,
)
