"""Keys, secrets, parameters and documents, as Terraform keeps them; and no secret among it."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.asking import Asking
from providers.aws.native.rows import Call
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of

POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


@pytest.fixture(scope="module", autouse=True)
def account() -> Iterator[None]:
    with simulated_aws():
        yield


@pytest.fixture
def kms() -> Any:
    return boto3.client("kms")


@pytest.fixture
def ssm() -> Any:
    return boto3.client("ssm")


@pytest.fixture
def secrets() -> Any:
    return boto3.client("secretsmanager")


def a_key(kms: Any) -> str:
    return str(kms.create_key(Description="orders")["KeyMetadata"]["KeyId"])


def test_a_key_shows_what_somebody_switched(kms: Any) -> None:
    key = a_key(kms)
    kms.enable_key_rotation(KeyId=key)
    kms.disable_key(KeyId=key)
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "Team", "TagValue": "shop"}])

    found = live("aws_kms_key", key)

    assert (found["enable_key_rotation"], found["is_enabled"]) == (True, False)
    assert (found["description"], found["tags"]) == ("orders", {"Team": "shop"})


def test_the_policy_of_a_key_shows_in_both_forms(kms: Any) -> None:
    key = a_key(kms)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=POLICY)

    beside = live("aws_kms_key_policy", key, key_id=f"arn:aws:kms:eu-west-1:123456789012:key/{key}")

    assert beside["policy"] == live("aws_kms_key", key)["policy"] == POLICY


def test_a_key_that_cannot_rotate_shows_no_rotation(kms: Any) -> None:
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]

    found = live("aws_kms_key", key)

    assert found["enable_key_rotation"] is None
    assert (found["key_usage"], found["customer_master_key_spec"]) == ("SIGN_VERIFY", "RSA_2048")


def test_a_key_that_waits_for_its_end_is_missing(kms: Any) -> None:
    key = a_key(kms)
    kms.schedule_key_deletion(KeyId=key)

    assert isinstance(reading_of("aws_kms_key", key), Absent)


def test_an_alias_shows_the_key_to_which_somebody_pointed_it(kms: Any) -> None:
    kms.create_alias(AliasName="alias/orders", TargetKeyId=a_key(kms))
    other = a_key(kms)
    kms.update_alias(AliasName="alias/orders", TargetKeyId=other)

    assert live("aws_kms_alias", "alias/orders")["target_key_id"] == other


def test_a_grant_is_there_until_somebody_revokes_it(kms: Any) -> None:
    key, robot = a_key(kms), "arn:aws:iam::123456789012:role/robot"
    grant = kms.create_grant(KeyId=key, GranteePrincipal=robot, Operations=["Decrypt"])["GrantId"]
    found = live("aws_kms_grant", f"{key}:{grant}", key_id=key)
    assert (found["grantee_principal"], found["operations"]) == (robot, ["Decrypt"])

    kms.revoke_grant(KeyId=key, GrantId=grant)

    assert isinstance(reading_of("aws_kms_grant", f"{key}:{grant}", key_id=key), Absent)


def test_a_secret_shows_its_policy_and_its_tags(secrets: Any) -> None:
    arn = secrets.create_secret(Name="payment", SecretString="x", Tags=[{"Key": "Team", "Value": "shop"}])[
        "ARN"
    ]
    assert isinstance(reading_of("aws_secretsmanager_secret_policy", arn), Absent)
    secrets.put_resource_policy(SecretId=arn, ResourcePolicy=POLICY)

    found = live("aws_secretsmanager_secret", arn)

    assert (found["name"], found["tags"]) == ("payment", {"Team": "shop"})
    assert found["policy"] == live("aws_secretsmanager_secret_policy", arn)["policy"] == POLICY
    assert isinstance(reading_of("aws_secretsmanager_secret_rotation", arn), Absent)


def test_a_secret_shows_how_it_rotates(secrets: Any) -> None:
    arn = secrets.create_secret(Name="rotating", SecretString="x")["ARN"]
    secrets.rotate_secret(SecretId=arn, RotationRules={"AutomaticallyAfterDays": 7})

    for type_ in ("aws_secretsmanager_secret", "aws_secretsmanager_secret_rotation"):
        found = live(type_, arn)
        assert found["rotation_rules"] == [
            {"automatically_after_days": 7, "duration": None, "schedule_expression": None}
        ]


def test_a_secret_that_somebody_deletes_is_missing_at_once(secrets: Any) -> None:
    arn = secrets.create_secret(Name="gone", SecretString="x")["ARN"]
    secrets.delete_secret(SecretId=arn)

    assert isinstance(reading_of("aws_secretsmanager_secret", arn), Absent)


def test_a_version_of_a_secret_loses_its_stage_to_the_value_that_somebody_put(secrets: Any) -> None:
    made = secrets.create_secret(Name="turned", SecretString="x")
    version = f"{made['ARN']}|{made['VersionId']}"
    type_, declared = "aws_secretsmanager_secret_version", {"secret_id": made["ARN"], "secret_string": "x"}
    assert live(type_, version, **declared)["version_stages"] == ["AWSCURRENT"]
    secrets.put_secret_value(SecretId=made["ARN"], SecretString="y")

    found = live(type_, version, **declared)

    assert found == {"secret_id": made["ARN"], "version_stages": ["AWSPREVIOUS"]}
    assert isinstance(reading_of(type_, f"{made['ARN']}|another", **declared), Absent)


def test_a_parameter_shows_the_value_that_somebody_gave_it(ssm: Any) -> None:
    ssm.put_parameter(Name="/shop/flags", Value="all", Type="String")

    found = live("aws_ssm_parameter", "/shop/flags", value="none", type="String")

    assert (found["value"], found["type"], found["tier"]) == ("all", "String", "Standard")
    assert "insecure_value" not in found
    newer = live("aws_ssm_parameter", "/shop/flags", value=None, insecure_value="none", type="String")
    assert (newer["insecure_value"], "value" in newer) == ("all", False)


def test_an_encrypted_parameter_is_not_asked_for_its_value(ssm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    pages = Asking.pages

    def noted(self: Asking, service: str, region: str, call: Call, *rest: Any, **more: Any) -> Any:
        asked.append(call.call)
        return pages(self, service, region, call, *rest, **more)

    monkeypatch.setattr(Asking, "pages", noted)
    ssm.put_parameter(Name="/shop/password", Value="hunter22", Type="SecureString")

    found = live("aws_ssm_parameter", "/shop/password", value="hunter22", type="SecureString")

    assert "value" not in found
    assert not {"get_parameter", "get_parameters"} & set(asked)


def test_a_document_shows_its_content_and_with_whom_it_is_shared(ssm: Any) -> None:
    content = {"schemaVersion": "2.2", "description": "restarts", "mainSteps": []}
    ssm.create_document(Name="restart", Content=json.dumps(content), DocumentType="Command")
    ssm.modify_document_permission(
        Name="restart", PermissionType="Share", AccountIdsToAdd=["222233334444", "111122223333"]
    )

    declared = {"type": "Share", "account_ids": "111122223333,222233334444"}
    found = live("aws_ssm_document", "restart", permissions=declared)

    assert json.loads(str(found["content"])) == content
    assert found["permissions"] == declared
    assert isinstance(reading_of("aws_ssm_document", "gone"), Absent)
