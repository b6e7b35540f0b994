"""What exists in an account, and what of it nobody has to declare."""

import json

import pytest

from drift.model.resource import LiveResource, NotListed
from tests.estate.calls import Call
from tests.providers.aws.native.account import ACCOUNT, a_declared, an_account
from tests.providers.aws.native.test_reading import DENIED

GROUP, VPC, QUEUE, ROLE = "aws_security_group", "aws_vpc", "aws_sqs_queue", "aws_iam_role"

TEMPLATE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "stacked"}}}}
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def test_what_a_region_is_born_with_is_said_to_be_made_by_aws() -> None:
    with an_account() as account:
        account.client("ec2").create_vpc(CidrBlock="10.1.0.0/16")
        found = list(account.reader(types=(VPC, GROUP)).discover([a_declared(VPC, "vpc-1")]))

    made = {(one.type, one.made_by_cloud) for one in found if isinstance(one, LiveResource)}
    assert made == {
        (VPC, "the default VPC of its region"),
        (VPC, None),
        (GROUP, "the default security group of its VPC"),
    }


def test_every_region_of_the_states_is_looked_into_and_what_stands_in_none_once() -> None:
    with an_account() as account:
        account.client("iam").create_role(RoleName="byhand", AssumeRolePolicyDocument=TRUST)
        for region in ("eu-west-1", "us-east-2"):
            account.client("sqs", region).create_queue(QueueName=f"in-{region}")
        declared = [a_declared(QUEUE, "x", region) for region in ("eu-west-1", "us-east-2")]

        found = list(account.reader(types=(QUEUE, ROLE)).discover(declared))

    places = sorted((one.type, one.region or "") for one in found)
    assert places == [(ROLE, ""), (QUEUE, "eu-west-1"), (QUEUE, "us-east-2")]
    assert {one.account for one in found} == {ACCOUNT}


def test_a_region_that_only_the_settings_name_is_looked_into() -> None:
    with an_account() as account:
        account.client("sqs", "us-east-2").create_queue(QueueName="forgotten")

        found = list(account.reader(types=(QUEUE,), regions=("us-east-2",), accounts=(ACCOUNT,)).discover([]))

    assert [one.region for one in found] == ["us-east-2"]


def test_what_a_stack_made_is_declared_there() -> None:
    with an_account() as account:
        account.client("ec2").create_vpc(CidrBlock="10.1.0.0/16")
        made = account.client("cloudformation")
        vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.2.0.0/16"}}
        made.create_stack(StackName="net", TemplateBody=json.dumps({"Resources": {"Net": vpc}}))

        found = list(account.reader(types=(VPC,)).discover([a_declared(VPC, "vpc-1")]))

    reasons = sorted(one.made_by_cloud or "" for one in found if isinstance(one, LiveResource))
    assert reasons == ["", "the CloudFormation stack net declares it", "the default VPC of its region"]


def test_a_type_that_cannot_be_listed_is_named_and_hides_no_other() -> None:
    with an_account(lambda call: call.operation != "DescribeSecurityGroups", (403, DENIED)) as account:
        found = list(account.reader(types=(VPC, GROUP)).discover([a_declared(VPC, "vpc-1")]))

    (not_listed,) = [one for one in found if isinstance(one, NotListed)]
    assert str(not_listed) == f"{GROUP} in {ACCOUNT}, eu-west-1"
    assert "ec2:DescribeSecurityGroups" in not_listed.error
    assert VPC in {one.type for one in found}


@pytest.mark.parametrize("denied", ["ListStacks", "ListStackResources"])
def test_where_stacks_cannot_be_listed_nothing_is_called_undeclared(denied: str) -> None:
    def admits(call: Call) -> bool:
        return call.operation != denied

    with an_account(admits, (403, DENIED)) as account:
        account.client("cloudformation").create_stack(StackName="q", TemplateBody=json.dumps(TEMPLATE))

        found = list(account.reader(types=(VPC,)).discover([a_declared(VPC, "vpc-1")]))

    assert [type(one) for one in found] == [NotListed]


def test_what_was_just_listed_is_not_listed_again() -> None:
    with an_account() as account:
        reader = account.reader(types=(ROLE,))
        list(reader.read([a_declared(ROLE, f"r{one}", None) for one in range(10)]))
        before = len(account.proxy.calls)

        list(reader.discover([a_declared(ROLE, "r1", None)], is_read=True))

        asked = [one.operation for one in account.proxy.calls[before:]]
    assert "GetAccountAuthorizationDetails" not in asked


def test_an_account_that_cannot_be_reached_hides_no_other() -> None:
    elsewhere = a_declared(VPC, "vpc-1", account="999900001111")
    with an_account() as account:
        found = list(account.reader(types=(VPC,)).discover([elsewhere, a_declared(VPC, "vpc-2")]))

    assert {(type(one), one.account) for one in found} == {
        (NotListed, "999900001111"),
        (LiveResource, ACCOUNT),
    }
