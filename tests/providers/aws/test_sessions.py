"""Which session a call was made in, and which it opens."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.providers.aws.records import (
    ABSENT,
    ACCOUNT,
    BROWSER,
    CLI,
    S3_CONSOLE,
    a_permission_set_session,
    a_role_session,
    an_iam_user,
    event_of,
)

ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
SIGN_IN = "arn:aws:signin:eu-west-1:111122223333:session/0f00ba11"


def an_opening(**fields: Any) -> dict[str, Any]:
    """The fields of an STS call that opens a session."""
    return {
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "requestParameters": {"roleArn": ROLE, "roleSessionName": "alice.OPS-123"},
        "responseElements": {
            "credentials": {"accessKeyId": "ASIAOPENED", "expiration": "Nov 20, 2026, 11:11:12 AM"}
        },
    } | fields


def test_a_call_outside_of_the_console_is_joined_by_its_key() -> None:
    assert event_of(userAgent=CLI).session_key == "ASIAEXAMPLE"


@pytest.mark.parametrize("key", ["", None, ABSENT])
def test_a_call_without_a_key_is_joined_to_nothing(key: object) -> None:
    identity = {name: value for name, value in an_iam_user(key="x").items() if name != "accessKeyId"}
    if key is not ABSENT:
        identity["accessKeyId"] = key

    assert event_of(userIdentity=identity, userAgent=CLI).session_key is None


@pytest.mark.parametrize(
    "fields",
    [{"sessionCredentialFromConsole": "true", "userAgent": BROWSER}, {"userAgent": S3_CONSOLE}],
)
def test_calls_of_a_console_session_are_joined_by_who_opened_it_when(fields: dict[str, Any]) -> None:
    """
    One console sign-in uses many keys, and only some of its calls carry the flag.
    """
    event = event_of(userIdentity=a_permission_set_session("alice"), **fields)

    assert event.session_key == "AROAEXAMPLE:alice|2026-11-20T09:00:00Z"


def test_a_console_session_is_joined_by_its_sign_in_where_the_record_tells_it() -> None:
    identity = a_role_session("Ops", "alice", signInSessionArn=SIGN_IN)

    assert event_of(userIdentity=identity, userAgent=S3_CONSOLE).session_key == SIGN_IN
    assert event_of(userIdentity=identity, userAgent=CLI).session_key == "ASIAEXAMPLE"


def test_assuming_a_role_opens_a_session_under_the_new_key() -> None:
    tags = [{"key": "change-ticket", "value": "OPS-123"}, {"key": 7}, "odd"]
    request = {"roleArn": ROLE, "sourceIdentity": "alice@example.com", "tags": tags}

    opened = event_of(**an_opening(requestParameters=request)).opens

    assert opened is not None
    assert opened.key == "ASIAOPENED"
    assert opened.opener.name == "alice@example.com"
    assert opened.via == "ASIAEXAMPLE"
    assert opened.role == ROLE
    assert opened.source_identity == "alice@example.com"
    assert opened.tags == (("change-ticket", "OPS-123"),)
    assert opened.expires_at == datetime(2026, 11, 20, 11, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["AssumeRole", "AssumeRoleWithSAML", "GetFederationToken", "GetSessionToken"]
)
@pytest.mark.parametrize("read_only", [True, False, ABSENT])
def test_every_call_that_answers_with_a_key_opens_a_session(name: str, read_only: object) -> None:
    opened = event_of(**an_opening(eventName=name, requestParameters=None, readOnly=read_only)).opens

    assert opened is not None
    assert opened.role is None


def test_a_token_opens_a_session_whose_opener_tells_issuer_and_subject() -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    subject = "repo:example/infra:environment:production"
    identity = {"type": "WebIdentityUser", "userName": subject, "identityProvider": provider}

    opened = event_of(**an_opening(eventName="AssumeRoleWithWebIdentity", userIdentity=identity)).opens

    assert opened is not None
    assert opened.opener.issuer is not None
    assert opened.opener.issuer.is_pipeline
    assert opened.opener.issuer.subject == subject
    assert opened.via is None


@pytest.mark.parametrize(
    "fields",
    [
        {"responseElements": None},
        {"responseElements": {"credentials": None}},
        {"eventName": "GetCallerIdentity", "responseElements": None},
        {"eventSource": "ecr.amazonaws.com"},
        {"userIdentity": None},
    ],
)
def test_other_calls_open_none(fields: dict[str, Any]) -> None:
    assert event_of(**an_opening(**fields)).opens is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Nov 20, 2026 1:21:51 AM", datetime(2026, 11, 20, 1, 21, 51, tzinfo=UTC)),
        ("Nov 20, 2026, 12:21:51 PM", datetime(2026, 11, 20, 12, 21, 51, tzinfo=UTC)),
        ("Nov 20, 2026, 12:21:51\u202fAM", datetime(2026, 11, 20, 0, 21, 51, tzinfo=UTC)),
        ("2026-11-20T11:11:12Z", datetime(2026, 11, 20, 11, 11, 12, tzinfo=UTC)),
        ("Feb 31, 2026 1:21:51 AM", None),
        ("Xyz 20, 2026 1:21:51 AM", None),
        ("soon", None),
        (None, None),
    ],
)
def test_the_end_of_a_session_is_read_in_each_of_its_forms(text: str | None, at: datetime | None) -> None:
    answer = {"credentials": {"accessKeyId": "ASIAOPENED", "expiration": text}}

    opened = event_of(**an_opening(responseElements=answer)).opens

    assert opened is not None
    assert opened.expires_at == at
