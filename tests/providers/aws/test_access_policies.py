"""A policy allows to write unless all that it allows is known to be a read."""

from typing import Any

import pytest

from providers.aws.access_policies import may_write
from providers.aws.signals import load_signals

READ_NAME = load_signals().read_name


def a_document(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*", **statement}}


@pytest.mark.parametrize(
    ("document", "writes"),
    [
        (a_document(Action="ec2:DescribeInstances"), False),
        (a_document(Action=["s3:Get*", "s3:List*", "ec2:Describe*"]), False),
        (a_document(Action=["s3:Get*", "s3:PutObject"]), True),
        (a_document(Action="*"), True),
        (a_document(Action="s3:*"), True),
        (a_document(Action="s3:*Object"), True),
        (a_document(NotAction="iam:*"), True),
        (a_document(Action="*", Effect="Deny"), False),
        (a_document(Action="*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), True),
        ({"Statement": []}, False),
        ({"Statement": ["odd"]}, True),
        (a_document(Action=[7]), True),
        (None, True),
        ("no document", True),
    ],
)
def test_what_a_policy_allows(document: Any, writes: bool) -> None:
    assert may_write(document, READ_NAME) is writes
