"""What was done, in a few words."""

from typing import Any

import pytest

from providers.aws.summary import MAX_LENGTH
from tests.providers.aws.records import event_of
from tests.providers.aws.test_risks import EVERYBODY, a_block, a_policy, a_rule

MANY = {
    "groupId": "sg-1",
    "ipPermissions": {
        "items": [
            {
                "ipProtocol": "tcp",
                "fromPort": port,
                "toPort": port,
                "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]},
            }
            for port in (80, 443, 8080)
        ]
    },
}


def summary_of(service: str, name: str, request: Any = None, **fields: Any) -> str:
    return event_of(
        eventSource=f"{service}.amazonaws.com", eventName=name, requestParameters=request, **fields
    ).summary


@pytest.mark.parametrize(
    ("service", "name", "request_", "summary"),
    [
        ("ec2", "AuthorizeSecurityGroupIngress", a_rule(), "opened tcp/22 to 0.0.0.0/0"),
        ("ec2", "RevokeSecurityGroupIngress", a_rule(), "removed tcp/22 from 0.0.0.0/0"),
        ("ec2", "AuthorizeSecurityGroupEgress", a_rule(), "opened outgoing tcp/22 to 0.0.0.0/0"),
        ("ec2", "RevokeSecurityGroupIngress", {"groupId": "sg-1"}, "removed rules of sg-1"),
        (
            "ec2",
            "AuthorizeSecurityGroupIngress",
            MANY,
            "opened tcp/80 to 10.0.0.0/8, tcp/443 to 10.0.0.0/8 and 1 more",
        ),
        (
            "s3",
            "PutBucketPolicy",
            {"bucketName": "b", "bucketPolicy": a_policy(EVERYBODY)},
            "set the bucket policy (public)",
        ),
        ("s3", "PutBucketPolicy", {"bucketName": "b", "bucketPolicy": a_policy()}, "set the bucket policy"),
        (
            "s3",
            "PutBucketPublicAccessBlock",
            a_block(BlockPublicAcls=False),
            "set the public access block (lowered)",
        ),
        ("s3", "CreateBucket", {"bucketName": "example-logs"}, "created the bucket example-logs"),
        ("cloudtrail", "StopLogging", {"name": "audit"}, "stopped the trail audit"),
        ("iam", "CreateAccessKey", {"userName": "bob"}, "created an access key"),
        ("quantum", "FireEverything", None, "called FireEverything"),
        ("lambda", "DeleteFunction20150331", {"functionName": "api"}, "called DeleteFunction on api"),
    ],
)
def test_a_call_is_told_in_a_few_words(service: str, name: str, request_: Any, summary: str) -> None:
    assert summary_of(service, name, request_, responseElements=None) == summary


def test_a_failed_attempt_is_told_as_one() -> None:
    summary = summary_of("ec2", "AuthorizeSecurityGroupIngress", a_rule(), errorCode="AccessDenied")

    assert summary == "failed attempt: opened tcp/22 to 0.0.0.0/0"


def test_text_from_outside_stays_on_one_short_line() -> None:
    """Names are chosen by whoever creates a resource."""
    summary = summary_of("s3", "CreateBucket", {"bucketName": "{rules}\n{id}\t" + "x" * 5000})

    assert summary.startswith("created the bucket {rules} {id} xxx")
    assert len(summary) == MAX_LENGTH


def test_a_template_is_filled_once_only() -> None:
    request = a_rule() | {"groupId": "{rules}"}

    assert summary_of("ec2", "RevokeSecurityGroupIngress", request) == "removed tcp/22 from 0.0.0.0/0"
