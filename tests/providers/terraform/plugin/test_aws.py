"""The real AWS provider reads a simulated account, without Terraform."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest

from drift.model.baseline import DeclaredResource, StoredForm
from drift.model.resource import Absent, Found, LiveReading, NotRead
from providers.terraform.live_config import TerraformProviders, TerraformProvidersSettings
from tests.providers.terraform.plugin.aws import (
    ACCOUNT,
    CREDENTIALS,
    REGION,
    archive,
    mirror,
    simulated_account,
)

pytestmark = pytest.mark.skipif(
    archive("3.39.0") is None, reason="the wheel with terraform-provider-aws is not for this machine"
)

VPC_CIDR = "10.0.0.0/16"


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A simulated account, and the reader of it."""

    live: TerraformProviders
    settings: TerraformProvidersSettings
    version: str
    """Of the provider."""
    client: Callable[[str], Any]

    def declared(self, type_: str, resource_id: str, **but: Any) -> DeclaredResource:
        """Return a resource as a state would declare it, that was imported just now."""
        bare = DeclaredResource(
            address=f"{type_}.x",
            type=type_,
            resource_id=resource_id,
            provider="hashicorp/aws",
            account=ACCOUNT,
            region=REGION,
            attributes={},
            stored=StoredForm(configuration='provider["registry.terraform.io/hashicorp/aws"]'),
        )
        adopted = self.live.adopt(type_, resource_id, like=bare)
        assert adopted is not None
        version = but.get("version", 0)
        stored = (
            StoredForm(configuration=bare.stored.configuration, schema_version=version)
            if bare.stored
            else None
        )
        return replace(bare, attributes=adopted.attributes, stored=stored)

    def read(self, *declared: DeclaredResource) -> list[LiveReading]:
        """Return what is there now."""
        return list(self.live.read(declared))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of the account."""
    with simulated_account() as started:
        yield started


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache, into which the zips are unpacked only once."""
    return tmp_path_factory.mktemp("aws")


@pytest.fixture(params=["3.39.0", "2.70.0"])
def account(
    request: pytest.FixtureRequest, url: str, unpacked: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Account]:
    """The account, read by each version of the provider in turn."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": url}.items():
        monkeypatch.setenv(name, value)
    settings = TerraformProvidersSettings(
        folders=(str(mirror(tmp_path / "mirror", request.param)),), cache=str(unpacked / "cache")
    )
    live = TerraformProviders(settings)
    yield Account(
        live=live,
        settings=settings,
        version=request.param,
        client=lambda name: boto3.client(name, region_name=REGION),
    )
    live.close()


def a_group(account: Account) -> str:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=VPC_CIDR)["Vpc"]["VpcId"]
    group: str = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": VPC_CIDR}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return group


def test_what_nobody_touched_is_as_declared(account: Account) -> None:
    queue = account.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    group = a_group(account)
    declared = [
        account.declared("aws_sqs_queue", queue),
        account.declared("aws_security_group", group, version=1),
    ]

    for reading in account.read(*declared):
        assert isinstance(reading, Found)
        assert reading.declared == reading.resource.attributes


def test_a_rule_that_was_added_by_hand_is_seen_whole(account: Account) -> None:
    group = a_group(account)
    declared = account.declared("aws_security_group", group, version=1)
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    account.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])

    (reading,) = account.read(declared)

    assert isinstance(reading, Found)
    assert reading.declared is not None
    now, then = reading.resource.attributes, reading.declared
    assert {name for name in now if now[name] != then[name]} == {"ingress"}
    (added,) = (rule for rule in now["ingress"] if rule not in then["ingress"])
    assert (added["from_port"], added["cidr_blocks"]) == (443, ["0.0.0.0/0"])
    assert {"ingress", "egress"} <= reading.resource.schema.sets
    assert {"arn", "owner_id"} <= reading.resource.schema.computed
    assert "id" in reading.resource.schema.optional


def test_what_was_deleted_is_absent(account: Account) -> None:
    queue = account.client("sqs").create_queue(QueueName="short-lived")["QueueUrl"]
    declared = account.declared("aws_sqs_queue", queue)
    account.client("sqs").delete_queue(QueueUrl=queue)

    assert account.read(declared) == [Absent(address="aws_sqs_queue.x")]


def test_a_state_of_terraform_0_11_is_understood(account: Account) -> None:
    queue = account.client("sqs").create_queue(QueueName="flat", tags={"Team": "a"})["QueueUrl"]
    typed = account.declared("aws_sqs_queue", queue)
    flat = {name: str(typed.attributes[name]) for name in ("id", "name", "arn", "delay_seconds")}
    flat |= {"tags.%": "1", "tags.Team": "a", "fifo_queue": "false"}
    assert typed.stored
    old = replace(typed, attributes={}, stored=replace(typed.stored, flat=flat))

    (reading,) = account.read(old)

    assert isinstance(reading, Found)
    assert reading.declared is not None
    assert reading.declared["tags"] == {"Team": "a"} == reading.resource.attributes["tags"]
    assert reading.declared["delay_seconds"] == 0
    assert reading.declared["fifo_queue"] is False


def test_a_state_of_an_older_schema_is_translated(account: Account) -> None:
    """
    Version 0 of a security group had numbers as text, among others.
    """
    group = a_group(account)
    typed = account.declared("aws_security_group", group, version=1)
    assert typed.stored
    old = replace(typed, stored=replace(typed.stored, schema_version=0))

    (reading,) = account.read(old)

    assert isinstance(reading, Found)
    assert reading.declared is not None
    assert reading.declared["ingress"] == reading.resource.attributes["ingress"]


def test_another_accounts_credentials_call_nothing_gone(account: Account) -> None:
    queue = account.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    declared = replace(account.declared("aws_sqs_queue", queue), account="999988887777")

    (reading,) = account.read(declared)

    assert isinstance(reading, NotRead)
    assert "not allowed" in reading.error.lower()


def test_a_role_of_another_account_is_assumed(account: Account) -> None:
    if account.version == "2.70.0":
        pytest.skip("2.70.0 assumes roles at the real STS, whatever the endpoint")
    other = "444455556666"
    sts = account.client("sts").assume_role(RoleArn=f"arn:aws:iam::{other}:role/x", RoleSessionName="test")
    keys = sts["Credentials"]
    theirs = boto3.client(
        "sqs",
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    ).create_queue(QueueName="theirs")["QueueUrl"]
    ours = account.declared("aws_sqs_queue", account.client("sqs").create_queue(QueueName="ours")["QueueUrl"])
    declared = replace(
        ours, account=other, resource_id=theirs, attributes=ours.attributes | {"id": theirs, "name": "theirs"}
    )
    role = "arn:aws:iam::{account}:role/drift"
    live = TerraformProviders(msgspec.structs.replace(account.settings, role=role))

    (reading,) = live.read([declared])
    live.close()

    assert isinstance(reading, Found)
    assert reading.resource.attributes["arn"] == f"arn:aws:sqs:{REGION}:{other}:theirs"
