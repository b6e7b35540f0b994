"""An organization with its accounts and policies, as Terraform keeps them."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.live_config import AwsNative, AwsNativeSettings
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.aws.native.live import a_declared, live, reading_of

DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def organizations() -> Iterator[Any]:
    with simulated_aws():
        client = boto3.client("organizations")
        assert isinstance(reading_of("aws_organizations_organization", "o-none"), Absent)
        client.create_organization(FeatureSet="ALL")
        yield client


def root_of(organizations: Any) -> str:
    return str(organizations.list_roots()["Roots"][0]["Id"])


def test_a_unit_shows_its_name_and_where_it_stands(organizations: Any) -> None:
    root = root_of(organizations)
    unit = organizations.create_organizational_unit(ParentId=root, Name="shop")["OrganizationalUnit"]["Id"]
    organizations.update_organizational_unit(OrganizationalUnitId=unit, Name="shops")

    assert live("aws_organizations_organizational_unit", unit) == {
        "name": "shops",
        "parent_id": root,
        "tags": {},
    }
    assert isinstance(reading_of("aws_organizations_organizational_unit", "ou-abcd-12345678"), Absent)


def test_an_account_shows_the_unit_into_which_somebody_moved_it(organizations: Any) -> None:
    root = root_of(organizations)
    unit = organizations.create_organizational_unit(ParentId=root, Name="new")["OrganizationalUnit"]["Id"]
    made = organizations.create_account(Email="shop@example.com", AccountName="shop")
    account = made["CreateAccountStatus"]["AccountId"]
    organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)

    found = live("aws_organizations_account", account)

    assert (found["name"], found["email"], found["parent_id"]) == ("shop", "shop@example.com", unit)


def test_a_policy_is_attached_until_somebody_detaches_it(organizations: Any) -> None:
    root = root_of(organizations)
    policy = a_policy(organizations, "deny")
    organizations.attach_policy(PolicyId=policy, TargetId=root)
    declared = {"policy_id": policy, "target_id": root}
    type_, id_ = "aws_organizations_policy_attachment", f"{root}:{policy}"
    assert live(type_, id_, **declared) == declared

    organizations.detach_policy(PolicyId=policy, TargetId=root)

    assert isinstance(reading_of(type_, id_, **declared), Absent)


def test_many_policies_are_found_whatever_their_kind(organizations: Any) -> None:
    ids = [a_policy(organizations, f"deny-{number}") for number in range(6)]
    native = AwsNative(AwsNativeSettings(region=REGION, share=1))

    found = list(native.read([a_declared("aws_organizations_policy", id_) for id_ in ids]))

    assert not [one for one in found if isinstance(one, Absent)]
    content = live("aws_organizations_policy", ids[0])["content"]
    assert json.loads(str(content)) == DENY


def a_policy(organizations: Any, name: str) -> str:
    made = organizations.create_policy(
        Name=name, Description="", Content=json.dumps(DENY), Type="SERVICE_CONTROL_POLICY"
    )
    return str(made["Policy"]["PolicySummary"]["Id"])
