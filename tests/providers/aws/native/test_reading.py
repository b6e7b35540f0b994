"""What a reader does when AWS refuses, wants fewer requests, or answers otherwise than it should."""

from collections.abc import Iterator

import pytest

from drift.errors import ProviderError
from drift.model.resource import Absent, Found, LiveReading, NotRead, NotReadReason
from providers.aws.native import asking
from tests.estate.calls import Call
from tests.providers.aws.native.account import ACCOUNT, Account, a_declared, an_account

GROUP, VPC, QUEUE, ROLE = "aws_security_group", "aws_vpc", "aws_sqs_queue", "aws_iam_role"

DENIED = """<Response><Errors><Error><Code>UnauthorizedOperation</Code>
<Message>You are not authorized to perform this operation.</Message></Error></Errors></Response>"""
THROTTLED = """<Response><Errors><Error><Code>RequestLimitExceeded</Code>
<Message>Request limit exceeded.</Message></Error></Errors></Response>"""


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An account where everything is allowed."""
    with an_account() as opened:
        yield opened


def reading(account: Account, declared: object, **settings: object) -> LiveReading:
    (found,) = account.reader(**settings).read([declared])  # type: ignore[list-item]
    return found


def test_of_many_resources_only_the_listing_is_asked_for(account: Account) -> None:
    ec2 = account.client("ec2")
    ids = [
        ec2.create_security_group(GroupName=f"g{number}", Description="one of many")["GroupId"]
        for number in range(210)
    ]
    before = len(account.proxy.calls)

    found = list(account.reader().read([a_declared(GROUP, one) for one in ids]))

    assert all(isinstance(one, Found) for one in found)
    asked = [one.operation for one in account.proxy.calls[before:]]
    assert asked == ["GetCallerIdentity", "DescribeSecurityGroups"]


def test_of_few_resources_nothing_else_is_listed(account: Account) -> None:
    group = account.client("ec2").create_security_group(GroupName="few", Description="d")["GroupId"]
    before = len(account.proxy.calls)

    assert isinstance(reading(account, a_declared(GROUP, group)), Found)

    (asked,) = [one for one in account.proxy.calls[before:] if one.operation == "DescribeSecurityGroups"]
    assert group.encode() in asked.body


def test_what_several_types_are_listed_by_is_asked_once(account: Account) -> None:
    before = len(account.proxy.calls)
    declared = [a_declared("aws_default_vpc", f"vpc-{one}") for one in range(201)]
    declared += [a_declared(VPC, f"vpc-{one}") for one in range(201)]

    found = list(account.reader().read(declared))

    assert all(isinstance(one, Absent | NotRead) for one in found)
    asked = [one.operation for one in account.proxy.calls[before:]]
    assert asked.count("DescribeVpcs") == 1


def test_a_resource_of_another_account_is_not_missing(account: Account) -> None:
    """
    With the credentials of one account everything in another would seem to be gone.
    """
    found = reading(account, a_declared(GROUP, "sg-1", account="999900001111"))

    assert isinstance(found, NotRead)
    assert ACCOUNT in found.error
    assert "set `role" in found.error


def test_a_role_leads_to_each_account(account: Account) -> None:
    role = "arn:aws:iam::{account}:role/drift"
    there = a_declared(GROUP, "sg-1", account="999900001111")

    assert isinstance(reading(account, there, role=role), Absent)


def test_default_tags_of_the_provider_stand_where_terraform_keeps_them(account: Account) -> None:
    vpc = account.client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    account.client("ec2").create_tags(
        Resources=[vpc], Tags=[{"Key": "Team", "Value": "net"}, {"Key": "Cost", "Value": "1"}]
    )
    tags_all = {"Team": "net", "Cost": "1"}

    found = reading(account, a_declared(VPC, vpc, tags={"Team": "net"}, tags_all=tags_all))

    assert isinstance(found, Found)
    assert found.resource.attributes["tags"] == {"Team": "net"}
    assert found.resource.attributes["tags_all"] == tags_all


def test_a_default_tag_that_was_changed_is_a_tag_that_differs(account: Account) -> None:
    vpc = account.client("ec2").create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    account.client("ec2").create_tags(Resources=[vpc], Tags=[{"Key": "Cost", "Value": "2"}])

    found = reading(account, a_declared(VPC, vpc, tags={}, tags_all={"Cost": "1"}))

    assert isinstance(found, Found)
    assert found.resource.attributes["tags"] == {"Cost": "2"}


def test_a_permission_that_lacks_is_named_and_nothing_is_called_missing() -> None:
    def admits(call: Call) -> bool:
        return call.operation != "DescribeSecurityGroups"

    with an_account(admits, (403, DENIED)) as account:
        vpc = account.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

        denied, found = account.reader().read([a_declared(GROUP, "sg-1"), a_declared(VPC, vpc)])

    assert isinstance(denied, NotRead)
    assert denied.reason is NotReadReason.UNREADABLE
    assert "the permission ec2:DescribeSecurityGroups" in denied.error
    assert "`drift permissions aws`" in denied.error
    assert isinstance(found, Found)


def test_a_detail_that_is_denied_leaves_the_whole_resource_unread() -> None:
    """
    Half of it would look like all of it.
    """

    def admits(call: Call) -> bool:
        return call.operation != "DescribeVpcAttribute"

    with an_account(admits, (403, DENIED)) as account:
        vpc = account.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

        found = reading(account, a_declared(VPC, vpc))

    assert isinstance(found, NotRead)
    assert "ec2:DescribeVpcAttribute" in found.error


def test_a_call_that_was_throttled_is_made_again() -> None:
    refused: list[Call] = []

    def admits(call: Call) -> bool:
        if call.operation != "DescribeSecurityGroups" or len(refused) >= 2:
            return True
        refused.append(call)
        return False

    with an_account(admits, (503, THROTTLED)) as account:
        found = reading(account, a_declared(GROUP, "sg-1"))

    assert len(refused) == 2
    assert isinstance(found, Absent)


def test_what_stays_throttled_is_unread_and_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ATTEMPTS", 2)

    with an_account(lambda call: call.operation != "DescribeSecurityGroups", (503, THROTTLED)) as account:
        found = reading(account, a_declared(GROUP, "sg-1"))

    assert isinstance(found, NotRead)
    assert "AWS wants fewer requests (RequestLimitExceeded)" in found.error


def test_credentials_that_do_not_work_are_an_error_and_no_thousand_lines() -> None:
    with (
        an_account(lambda call: call.operation != "GetCallerIdentity") as account,
        pytest.raises(ProviderError, match="asking whose the credentials are"),
    ):
        reading(account, a_declared(GROUP, "sg-1"))


@pytest.mark.parametrize(("region", "kind"), [(None, NotRead), ("eu-west-1", Absent)])
def test_what_is_not_found_in_a_region_that_only_the_environment_names_is_not_missing(
    account: Account, monkeypatch: pytest.MonkeyPatch, region: str | None, kind: type
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", "us-east-2")

    found = reading(account, a_declared(GROUP, "sg-1", None), region=region)

    assert isinstance(found, kind)
    assert region or "it is not in us-east-2" in found.error  # type: ignore[union-attr]


def test_a_state_that_says_nonsense_of_one_resource_hides_no_other(account: Account) -> None:
    zone = account.client("route53").create_hosted_zone(Name="example.com", CallerReference="one")
    id_ = zone["HostedZone"]["Id"].rpartition("/")[2]
    nonsense = a_declared("aws_route53_record", "x", None, name="x", fqdn=["x"], zone_id=id_, type="A")

    broken, found = account.reader().read([nonsense, a_declared("aws_route53_zone", id_, None)])

    assert isinstance(broken, NotRead)
    assert broken.reason is NotReadReason.UNREADABLE
    assert isinstance(found, Found)
    assert list(account.reader(types=("aws_route53_zone",)).discover([nonsense]))


def test_a_type_of_another_provider_is_unsupported(account: Account) -> None:
    found = reading(account, a_declared("azurerm_subnet", "x"))

    assert isinstance(found, NotRead)
    assert found.reason is NotReadReason.UNSUPPORTED
