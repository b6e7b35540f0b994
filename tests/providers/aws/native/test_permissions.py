"""The policy that reading takes, held against the calls that a scan makes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.client
import pytest

from providers.aws.native.live_config import AwsNative, AwsNativeSettings
from providers.aws.native.permissions import LIMIT, policies
from tests.providers.aws.native.account import a_declared, an_account


def granted(*documents: str) -> list[str]:
    statements = [one for text in documents for one in json.loads(text)["Statement"]]
    return [action for one in statements if one["Sid"] == "ReadConfiguration" for action in one["Action"]]


@contextmanager
def noted_calls() -> Iterator[set[str]]:
    """Note each call of the SDK as the permission that AWS names like it."""
    made: set[str] = set()
    send = botocore.client.BaseClient._make_api_call

    def noting(self: Any, operation: str, arguments: Any) -> Any:
        made.add(f"{self.meta.service_model.service_name}:{operation}")
        return send(self, operation, arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", noting)
        yield made


def test_a_scan_makes_only_calls_that_the_policy_allows_and_the_policy_allows_nothing_else() -> None:
    types = ("aws_vpc", "aws_security_group")
    with an_account() as account:
        group = account.client("ec2").create_security_group(GroupName="g", Description="d")["GroupId"]
        vpc = account.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        account.client("cloudformation").create_stack(
            StackName="s",
            TemplateBody='{"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {}}}}',
        )
        reader = account.reader(types=types)
        declared = [a_declared("aws_security_group", group), a_declared("aws_vpc", vpc)]

        with noted_calls() as made:
            list(reader.read(declared))
            list(reader.discover(declared, is_read=True))

    # Whoever has credentials may ask whose they are.
    assert made - {"sts:GetCallerIdentity"} == set(granted(*reader.policies()))


def test_a_policy_that_iam_would_not_take_is_several() -> None:
    actions = [f"service{number}:DescribeSomethingWithALongName" for number in range(300)]

    documents = list(policies(actions, "arn:aws:iam::{account}:role/drift"))

    assert granted(*documents) == actions
    assert len(documents) == 3
    assert all(len(json.dumps(json.loads(one), separators=(",", ":"))) <= LIMIT for one in documents)
    assert json.loads(documents[0])["Statement"][0]["Resource"] == "arn:aws:iam::*:role/drift"


def test_without_types_it_is_for_all_and_none_of_them_writes() -> None:
    actions = granted(*AwsNative(AwsNativeSettings()).policies())

    assert "ec2:DescribeSecurityGroups" in actions
    assert sorted(set(actions)) == actions
    forbidden = ("GetSecretValue", "s3:GetObject", "GetParameter", "Decrypt", "dynamodb:GetItem")
    assert [one for one in actions if one.endswith(forbidden)] == []
