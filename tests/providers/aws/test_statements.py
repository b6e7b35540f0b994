"""All places where AWS lets people name a ticket."""

from typing import Any

import pytest

from providers.aws.statements import MAX_LENGTH, MAX_STATEMENTS
from tests.providers.aws.records import BROWSER, CLI, TERRAFORM, a_role_session, event_of
from tests.providers.aws.test_risks import a_rule


def statements_of(**fields: Any) -> list[tuple[str, str]]:
    fields.setdefault("userIdentity", None)
    event = event_of(**fields)
    return [(one.place, one.text) for one in (*event.call.statements, *event.statements)]


def test_a_session_is_read_for_its_name_and_source_identity() -> None:
    identity = a_role_session("Ops", "alice.OPS-123", sourceIdentity="alice@OPS-124")

    assert statements_of(userIdentity=identity) == [
        ("session name", "alice.OPS-123"),
        ("source identity", "alice@OPS-124"),
    ]


def test_a_read_is_searched_for_its_session_too() -> None:
    identity = a_role_session("Ops", "alice.OPS-123")

    found = statements_of(userIdentity=identity, eventName="DescribeVpcs", readOnly=True)

    assert ("session name", "alice.OPS-123") in found


def test_the_call_that_opens_a_session_says_what_the_session_will_carry() -> None:
    request = {
        "roleArn": "arn:aws:iam::111122223333:role/Ops",
        "roleSessionName": "alice.OPS-123",
        "sourceIdentity": "alice@OPS-124",
        "tags": [{"key": "change-ticket", "value": "OPS-125"}],
    }

    found = statements_of(eventSource="sts.amazonaws.com", eventName="AssumeRole", requestParameters=request)

    assert found == [
        ("session name", "alice.OPS-123"),
        ("source identity", "alice@OPS-124"),
        ("session tag", "OPS-125"),
    ]


@pytest.mark.parametrize(
    ("agent", "texts"),
    [
        (f"{CLI} app/OPS-123", ["OPS-123"]),
        (f"{TERRAFORM} run-77/OPS-123", ["run-77/OPS-123"]),
        (f"{TERRAFORM} (OPS-123)", []),
        (TERRAFORM, []),
        (CLI, []),
        (BROWSER, []),
        ("autoscaling.amazonaws.com", []),
        ("AWS Internal", []),
        ("", []),
    ],
)
def test_a_user_agent_is_read_for_what_somebody_added(agent: str, texts: list[str]) -> None:
    found = statements_of(userAgent=agent, requestParameters=None)

    assert found == [("user agent", text) for text in texts]


@pytest.mark.parametrize(
    ("name", "request_", "statement"),
    [
        (
            "CreateTags",
            {"tagSet": {"items": [{"key": "change-ticket", "value": "OPS-123"}]}},
            ("tag change-ticket", "OPS-123"),
        ),
        (
            "PutBucketTagging",
            {"Tagging": {"xmlns": "x", "TagSet": {"Tag": {"Key": "ticket", "Value": "OPS-123"}}}},
            ("tag ticket", "OPS-123"),
        ),
        ("CreateFunction", {"tags": {"ticket": "OPS-123"}}, ("tag ticket", "OPS-123")),
        (
            "RunInstances",
            {
                "tagSpecificationSet": {
                    "items": [{"resourceType": "instance", "tags": [{"key": "t", "value": "OPS-123"}]}]
                }
            },
            ("tag t", "OPS-123"),
        ),
        ("CreateSecurityGroup", {"groupDescription": "for OPS-123"}, ("group description", "for OPS-123")),
        ("ExecuteChangeSet", {"changeSetName": "OPS-123"}, ("change set name", "OPS-123")),
        (
            "ChangeResourceRecordSets",
            {"changeBatch": {"comment": "OPS-123", "changes": []}},
            ("comment", "OPS-123"),
        ),
        ("UpdateRole", {"description": "see OPS-123"}, ("description", "see OPS-123")),
    ],
)
def test_a_request_is_read_for_tags_and_free_text(
    name: str, request_: Any, statement: tuple[str, str]
) -> None:
    assert statements_of(eventName=name, requestParameters=request_) == [statement]


def test_the_description_of_a_rule_is_named_as_one() -> None:
    rule = a_rule()
    rule["ipPermissions"]["items"][0]["ipRanges"]["items"][0]["description"] = "OPS-123 vendor access"

    found = statements_of(eventName="AuthorizeSecurityGroupIngress", requestParameters=rule)

    assert found == [("rule description", "OPS-123 vendor access")]


def test_what_aws_hides_says_nothing() -> None:
    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"

    assert statements_of(requestParameters={"tags": hidden, "description": hidden}) == []


def test_a_forged_record_says_only_so_much() -> None:
    tags = [{"key": str(number), "value": "x" * 5000} for number in range(5000)]

    found = statements_of(requestParameters={"tags": tags})

    assert len(found) == MAX_STATEMENTS
    assert all(len(text) == MAX_LENGTH for _, text in found)
