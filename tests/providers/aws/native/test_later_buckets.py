"""A bucket as a state of provider 5 holds it: settings are computed in it, and declared beside it."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from drift.model.resource import Json, NotRead
from tests.estate.calls import Call
from tests.estate.scanning import report_of
from tests.providers.aws.moto import REGION
from tests.providers.aws.native.account import an_account
from tests.providers.aws.native.live import reading_of

BUCKET: Final = "shop"
POLICY: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::shop/*"}
        ],
    }
)
DENIED: Final = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
BY_DEFAULT: Final = [{"kms_master_key_id": "", "sse_algorithm": "AES256"}]
BLOCKED: Final = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
RULE: Final = {
    "ID": "old",
    "Status": "Enabled",
    "Filter": {"Prefix": "logs/"},
    "Expiration": {"Days": 90},
    "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 60, "StorageClass": "GLACIER"}],
}


@pytest.fixture
def s3() -> Iterator[Any]:
    with an_account() as account:
        client = account.client("s3")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        client.put_bucket_policy(Bucket=BUCKET, Policy=POLICY)
        client.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=BLOCKED)
        client.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [RULE]})
        rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        client.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": rules})
        yield client


def test_a_bucket_as_it_is_declared_beside_it_differs_in_nothing(s3: Any, tmp_path: Path) -> None:
    report = scanned(tmp_path, a_state(s3))

    assert (report["findings"], report["not_compared"]) == ([], [])
    assert report["summary"]["compared"] == 7


def test_what_somebody_changes_shows_where_it_is_declared_and_not_in_the_bucket(
    s3: Any, tmp_path: Path
) -> None:
    state = a_state(s3)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.delete_bucket_lifecycle(Bucket=BUCKET)

    findings = {one["address"]: one for one in scanned(tmp_path, state)["findings"]}

    assert {address: one["kind"] for address, one in findings.items()} == {
        "aws_s3_bucket_acl.it": "drifted",
        "aws_s3_bucket_lifecycle_configuration.it": "missing",
        "aws_s3_bucket_policy.it": "missing",
        "aws_s3_bucket_public_access_block.it": "missing",
        "aws_s3_bucket_versioning.it": "drifted",
    }
    acl = {one["path"]: one["live"] for one in findings["aws_s3_bucket_acl.it"]["attributes"]}
    assert acl["acl"] == "public-read"


def test_a_setting_that_must_not_be_read_is_named_by_its_permission() -> None:
    def admits(call: Call) -> bool:
        return "?encryption" not in call.path or call.method == "PUT"

    with an_account(admits, (403, DENIED)) as account:
        account.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        reading = reading_of("aws_s3_bucket", BUCKET, bucket=BUCKET)

    assert isinstance(reading, NotRead)
    assert "s3:GetEncryptionConfiguration" in reading.error


def scanned(folder: Path, resources: list[dict[str, Json]]) -> Any:
    state = folder / "terraform.tfstate"
    state.write_text(
        json.dumps(
            {
                "version": 4,
                "terraform_version": "1.9.0",
                "serial": 1,
                "lineage": "example",
                "outputs": {},
                "resources": resources,
            }
        )
    )
    found = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    report = report_of(state, {**found, "HOME": str(folder)}, live="aws")[1]
    # Moto's accounts hold more than was put there: copies of the disks of all images, for example.
    return {**report, "findings": [one for one in report["findings"] if one["kind"] != "unmanaged"]}


def a_state(s3: Any) -> list[dict[str, Json]]:
    """Return what provider 5 keeps of the bucket."""
    owner = s3.get_bucket_acl(Bucket=BUCKET)["Owner"]["ID"]
    whole = {"permission": "FULL_CONTROL", "grantee": [a_user(owner)]}
    settings: dict[str, dict[str, Json]] = {
        "aws_s3_bucket": the_bucket(owner),
        "aws_s3_bucket_versioning": {
            "mfa": None,
            "versioning_configuration": [{"mfa_delete": "", "status": "Enabled"}],
        },
        "aws_s3_bucket_server_side_encryption_configuration": {
            "rule": [{"apply_server_side_encryption_by_default": BY_DEFAULT, "bucket_key_enabled": None}]
        },
        "aws_s3_bucket_public_access_block": {
            "block_public_acls": True,
            "block_public_policy": True,
            "ignore_public_acls": True,
            "restrict_public_buckets": True,
        },
        "aws_s3_bucket_policy": {"policy": POLICY},
        "aws_s3_bucket_acl": {
            "id": f"{BUCKET},private",
            "acl": "private",
            "access_control_policy": [{"grant": [whole], "owner": [{"id": owner, "display_name": "me"}]}],
        },
        "aws_s3_bucket_lifecycle_configuration": {
            "transition_default_minimum_object_size": "all_storage_classes_128K",
            "rule": [the_rule()],
        },
    }
    return [a_resource(type_, attributes) for type_, attributes in settings.items()]


def a_resource(type_: str, attributes: Mapping[str, Json]) -> dict[str, Json]:
    whole = {"id": BUCKET, "bucket": BUCKET, "expected_bucket_owner": "", **attributes}
    return {
        "mode": "managed",
        "type": type_,
        "name": "it",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 0, "attributes": whole}],
    }


def the_bucket(owner: str) -> dict[str, Json]:
    transitions: list[Json] = [
        {"date": "", "days": 60, "storage_class": "GLACIER"},
        {"date": "", "days": 30, "storage_class": "STANDARD_IA"},
    ]
    return {
        "acceleration_status": "",
        "acl": None,
        "arn": f"arn:aws:s3:::{BUCKET}",
        "cors_rule": [],
        "grant": [{"id": owner, "permissions": ["FULL_CONTROL"], "type": "CanonicalUser", "uri": ""}],
        "lifecycle_rule": [
            {
                "abort_incomplete_multipart_upload_days": 0,
                "enabled": True,
                "expiration": [{"date": "", "days": 90, "expired_object_delete_marker": False}],
                "id": "old",
                "noncurrent_version_expiration": [],
                "noncurrent_version_transition": [],
                "prefix": "logs/",
                "tags": {},
                "transition": transitions,
            }
        ],
        "logging": [],
        "object_lock_configuration": [],
        "object_lock_enabled": False,
        "policy": POLICY,
        "region": REGION,
        "replication_configuration": [],
        "request_payer": "BucketOwner",
        "server_side_encryption_configuration": [
            {"rule": [{"apply_server_side_encryption_by_default": BY_DEFAULT, "bucket_key_enabled": False}]}
        ],
        "tags": {},
        "tags_all": {},
        "versioning": [{"enabled": True, "mfa_delete": False}],
        "website": [],
    }


def the_rule() -> dict[str, Json]:
    prefix: dict[str, Json] = {
        "and": [],
        "object_size_greater_than": None,
        "object_size_less_than": None,
        "prefix": "logs/",
        "tag": [],
    }
    return {
        "abort_incomplete_multipart_upload": [],
        "expiration": [{"date": None, "days": 90, "expired_object_delete_marker": False}],
        "filter": [prefix],
        "id": "old",
        "noncurrent_version_expiration": [],
        "noncurrent_version_transition": [],
        "prefix": "",
        "status": "Enabled",
        "transition": [
            {"date": None, "days": 60, "storage_class": "GLACIER"},
            {"date": None, "days": 30, "storage_class": "STANDARD_IA"},
        ],
    }


def a_user(id_: str) -> dict[str, Json]:
    return {"display_name": "me", "email_address": "", "id": id_, "type": "CanonicalUser", "uri": ""}
