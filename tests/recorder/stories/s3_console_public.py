"""Judy makes a bucket public in the S3 console, which sets no console flag."""

import json

from tests.recorder import clients, s3
from tests.recorder.account import Account
from tests.recorder.model import Change, Finding, Story, Telling
from tests.recorder.sign_in import sign_in_to_console
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Trail

PERSON = "judy@example.com"
ADDRESS = "198.51.100.201"


def tell(account: Account, trail: Trail) -> Telling:
    """Lift the public access block, then let everybody read."""
    bucket = account.attributes("aws_s3_bucket.assets")["id"]
    console = clients.s3_console(ADDRESS)
    session = sign_in_to_console(trail, PERSON, "PlatformAdmin", november(20, "08:24:09"), ADDRESS)
    s3.list_buckets(trail, session, console, november(20, "08:25:30"))
    for name, parameter in (
        ("GetBucketPublicAccessBlock", "publicAccessBlock"),
        ("GetBucketPolicy", "policy"),
    ):
        s3.bucket_call(
            trail, session, console, november(20, "08:26:12"), name, bucket, {parameter: ""}, read_only=True
        )

    account.move_clock(november(20, "08:30:44"))
    open_to_all = dict.fromkeys(s3.PUBLIC_ACCESS, False)
    account.client("s3").put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=open_to_all)
    lifting = {
        "publicAccessBlock": "",
        "PublicAccessBlockConfiguration": {"xmlns": s3.NAMESPACE, **open_to_all},
    }
    s3.bucket_call(
        trail, session, console, november(20, "08:30:44"), "PutBucketPublicAccessBlock", bucket, lifting
    )

    account.move_clock(november(20, "08:33:29"))
    statement = {
        "Sid": "PublicRead",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    s3.bucket_call(
        trail,
        session,
        console,
        november(20, "08:33:29"),
        "PutBucketPolicy",
        bucket,
        {"policy": "", "bucketPolicy": policy},
    )
    s3.bucket_call(
        trail,
        session,
        console,
        november(20, "08:33:31"),
        "GetBucketPolicyStatus",
        bucket,
        {"policyStatus": ""},
        read_only=True,
    )

    block, rules = "aws_s3_bucket_public_access_block", "aws_s3_bucket_policy"
    changes = [
        Change(
            type=kind,
            id=bucket,
            actor=PERSON,
            channel="console",
            tool="console",
            disposition="unticketed",
            alert=True,
        )
        for kind in (block, rules)
    ]
    lifted = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    findings = [
        Finding(kind="drifted", address=f"{block}.assets", type=block, id=bucket, paths=lifted),
        Finding(kind="drifted", address=f"{rules}.assets", type=rules, id=bucket, paths=("policy",)),
    ]
    return Telling(changes=changes, findings=findings)


STORY = Story(
    name="s3-console-public",
    seed=1711,
    built_at=october(16, "15:35:00"),
    read_at=november(20, "09:00:00"),
    tell=tell,
)
