"""Buckets with Object Lock, on moto."""

import uuid

from tests.providers.state_stores.s3 import REGION, a_client


def a_locked_bucket(url: str) -> str:
    """Make a bucket that no other test knows, with Object Lock."""
    name = f"checkpoints-{uuid.uuid4().hex}"
    a_client("s3", url).create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectLockEnabledForBucket=True,
    )
    return name
