"""Which session a call opens: keys of STS, sign-ins and role switches of the console, launches of stacks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drift.model.event import ChangeEvent, OpenedSession
from drift.model.verdict import Actor, ActorKind, Confidence, Tool, Trust
from drift.stages.attribute import IdentityRules, attribute
from providers.aws.translate import AwsTranslator
from tests.providers.aws.records import (
    ABSENT,
    ACCOUNT,
    BROWSER,
    CLI,
    CLOUDSHELL,
    S3_CONSOLE,
    a_permission_set_session,
    a_record,
    a_role_session,
    an_iam_user,
    as_bytes,
    event_by,
    event_of,
)

ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
FLAGGED = {"sessionCredentialFromConsole": "true", "userAgent": BROWSER}


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


def a_role_switch(**fields: Any) -> dict[str, Any]:
    """The fields of a switch from the user bob to a role, within the console."""
    identity = a_role_session("Admin", "bob")
    del identity["sessionContext"], identity["accessKeyId"]
    return {
        "eventSource": "signin.amazonaws.com",
        "eventName": "SwitchRole",
        "eventType": "AwsConsoleSignIn",
        "userIdentity": identity,
        "userAgent": BROWSER,
        "requestParameters": None,
        "responseElements": {"SwitchRole": "Success"},
        "additionalEventData": {"SwitchFrom": f"arn:aws:iam::{ACCOUNT}:user/bob"},
    } | fields


def a_launch(**fields: Any) -> dict[str, Any]:
    """The fields of a call that sets CloudFormation to work."""
    return {
        "eventSource": "cloudformation.amazonaws.com",
        "eventName": "CreateStack",
        "requestParameters": {"stackName": "web"},
        "responseElements": {"stackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/web/1"},
    } | fields


def of_cloudformation(**fields: Any) -> ChangeEvent:
    """What CloudFormation then does in somebody's name."""
    host = "cloudformation.amazonaws.com"
    identity = fields.pop("userIdentity", a_permission_set_session())
    return event_of(
        userIdentity=identity | {"invokedBy": host}, sourceIPAddress=host, userAgent=host, **fields
    )


def opened_by(**fields: Any) -> OpenedSession:
    opened = event_of(**fields).opens
    assert opened is not None
    return opened


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
    assert [one.text for one in opened.statements] == ["OPS-123"]
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


def test_a_role_that_the_console_assumed_is_joined_to_what_is_done_in_it() -> None:
    """
    The console's servers assume the role, and its calls use keys of their own.
    """
    answer = {
        "credentials": {"accessKeyId": "ASIAOPENED"},
        "assumedRoleUser": {"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/bob"},
    }
    switched = opened_by(
        **an_opening(
            userIdentity=an_iam_user(key="ASIA1", invokedBy="AWS Internal"),
            sourceIPAddress="AWS Internal",
            userAgent="AWS Internal",
            responseElements=answer,
        )
    )

    later = event_of(userIdentity=a_role_session("Admin", "bob"), **FLAGGED)

    assert switched.key in later.call.session_keys


@pytest.mark.parametrize("agent", ["signin.amazonaws.com", S3_CONSOLE, BROWSER])
@pytest.mark.parametrize("flag", ["true", ABSENT], ids=["in CloudShell", "elsewhere"])
def test_nobody_hides_behind_a_role_by_typing_the_consoles_user_agent(agent: str, flag: object) -> None:
    """
    The console's servers leave no details of a connection. Whoever calls STS himself does.
    """
    opened = opened_by(
        **an_opening(userAgent=agent, sessionCredentialFromConsole=flag, tlsDetails={"tlsVersion": "TLSv1.3"})
    )

    assert opened.key == "ASIAOPENED"


def test_an_unflagged_call_of_a_switched_role_leads_to_who_switched_by_one_that_is_flagged() -> None:
    switched = opened_by(**a_role_switch())
    shown = opened_by(userIdentity=a_role_session("Admin", "bob"), **FLAGGED)
    unflagged = event_of(userIdentity=a_role_session("Admin", "bob"), userAgent=S3_CONSOLE)

    assert shown.key in unflagged.call.session_keys
    assert shown.via == switched.key


def test_the_first_flagged_call_tells_what_the_others_of_its_session_are() -> None:
    opened = opened_by(userIdentity=a_role_session("Admin", "bob"), **FLAGGED)
    later = event_of(userIdentity=a_role_session("Admin", "bob"), userAgent=ABSENT)

    assert opened.key in later.call.session_keys
    assert opened.opener.kind is ActorKind.HUMAN
    assert [sign.tool for sign in opened.tools] == [Tool.CONSOLE]
    assert not opened.is_renewable


def test_the_call_that_shows_its_session_needs_no_other_to_tell_it() -> None:
    event = event_of(userIdentity=a_role_session("Admin", "bob"), **FLAGGED)

    assert event.opens is not None
    assert event.opens.key not in event.call.session_keys


def test_a_flagged_read_opens_the_session_too() -> None:
    assert event_of(eventName="DescribeVpcs", readOnly=True, **FLAGGED).opens is not None


def test_a_call_refused_within_a_console_session_shows_the_session_all_the_same() -> None:
    assert event_of(errorCode="AccessDenied", **FLAGGED).opens is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"userAgent": CLI},
        {"userAgent": CLI, "sessionCredentialFromConsole": "true"},
        {"userAgent": CLI.replace("m/Z,b", "m/AC,b"), "sessionCredentialFromConsole": "true"},
        {"userAgent": CLOUDSHELL, "sessionCredentialFromConsole": "true"},
    ],
    ids=["a command line", "keys out of the browser", "aws login", "CloudShell"],
)
def test_programs_beside_the_console_open_no_console_session(fields: dict[str, Any]) -> None:
    """
    Else the calls of a script would pass for clicks.
    """
    assert event_of(**fields).opens is None


def test_a_session_is_opened_under_its_sign_in_where_the_record_tells_it() -> None:
    sign_in = "arn:aws:signin:eu-west-1:111122223333:session/0f00ba11"
    identity = a_role_session("Admin", "bob", signInSessionArn=sign_in)

    assert opened_by(userIdentity=identity, **FLAGGED).key == sign_in


def test_a_sign_in_opens_the_console_session_that_it_names() -> None:
    identity = a_role_session("Admin", "bob")
    fields = {
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "eventType": "AwsConsoleSignIn",
        "userAgent": BROWSER,
    }

    opened = opened_by(userIdentity=identity, responseElements={"ConsoleLogin": "Success"}, **fields)
    refused = event_of(userIdentity=identity, responseElements={"ConsoleLogin": "Failure"}, **fields)

    assert opened.key in event_of(userIdentity=identity, userAgent=ABSENT).call.session_keys
    assert refused.opens is None


def test_a_role_switch_tells_who_works_in_the_role() -> None:
    opened = opened_by(**a_role_switch())
    later = event_of(userIdentity=a_role_session("Admin", "bob"), **FLAGGED)
    of_command_line = event_of(userIdentity=a_role_session("Admin", "bob"), userAgent=CLI)

    assert opened.key in later.call.session_keys
    assert opened.key not in of_command_line.call.session_keys
    assert (opened.opener.name, opened.opener.kind) == ("bob", ActorKind.HUMAN)
    assert opened.is_renewable
    assert opened.expires_at == datetime(2026, 11, 20, 22, 11, 12, tzinfo=UTC)


def test_switching_on_leads_back_to_the_first_identity() -> None:
    first = opened_by(**a_role_switch())
    second = opened_by(
        **a_role_switch(
            userIdentity={"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Next/bob"},
            additionalEventData={"SwitchFrom": f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/bob"},
        )
    )

    assert second.via == first.key


@pytest.mark.parametrize(
    "fields",
    [
        {"errorMessage": "no permission to assume the role"},
        {"additionalEventData": None},
        {"additionalEventData": {"SwitchFrom": 5}},
        {"additionalEventData": {"SwitchFrom": ""}},
        {"userIdentity": None},
    ],
)
def test_a_role_switch_that_failed_or_names_nobody_opens_nothing(fields: dict[str, Any]) -> None:
    assert event_of(**a_role_switch(**fields)).opens is None


def test_what_cloudformation_does_is_joined_to_the_launch_by_the_same_principal() -> None:
    opened = opened_by(**a_launch(**FLAGGED))
    done = of_cloudformation()

    assert done.call.session_keys[0] == opened.key
    assert opened.opener.reason.endswith("called CreateStack for the stack web, with console")
    assert opened.role == "the stack web"
    assert opened.is_renewable
    assert opened.expires_at is not None
    assert opened.expires_at - datetime(2026, 11, 20, 10, 11, 12, tzinfo=UTC) == timedelta(hours=6)


def test_what_a_stack_does_with_a_role_of_its_own_is_joined_to_who_gave_it_the_role() -> None:
    opened = opened_by(**a_launch(requestParameters={"stackName": "web", "roleARN": ROLE}))

    done = of_cloudformation(userIdentity=a_role_session("deploy", "AWSCloudFormation"))

    assert opened.key in done.call.session_keys


def test_a_launch_leads_on_to_the_session_it_was_made_in() -> None:
    event = event_of(**a_launch(userAgent=CLI))

    assert event.opens is not None
    assert event.opens.via == event.call.session_keys[0]


@pytest.mark.parametrize("fields", [{"errorCode": "AlreadyExistsException"}, {"userIdentity": None}])
def test_a_launch_that_failed_or_was_nobodys_opens_nothing(fields: dict[str, Any]) -> None:
    assert event_of(**a_launch(userAgent=CLI, **fields)).opens is None


def test_a_stack_within_a_stack_is_launched_by_nobody_else() -> None:
    """
    Else it would hide who launched the first: CloudFormation knows of his role and not of him.
    """
    assert of_cloudformation(**a_launch()).opens is None


def test_a_launch_without_a_time_opens_without_an_end() -> None:
    assert opened_by(**a_launch(eventTime="soon")).expires_at is None
    assert opened_by(**a_launch(eventTime="9999-12-31T23:00:00Z")).expires_at is None


def test_only_what_cloudformation_does_is_taken_for_a_launch() -> None:
    opened = opened_by(**a_launch(userAgent=CLI))

    assert opened.key not in event_of(userAgent=CLI).call.session_keys


def test_session_tags_are_trusted_as_fixed_with_the_session() -> None:
    request = {
        "roleArn": ROLE,
        "tags": [{"key": "change-ticket", "value": "OPS-125"}],
        "principalTags": {"team": "web"},
    }

    opened = opened_by(**an_opening(requestParameters=request))

    assert [(one.place, one.text, one.trust) for one in opened.statements] == [
        ("session tag change-ticket", "OPS-125", Trust.SESSION),
        ("session tag team", "web", Trust.SESSION),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        an_opening(),
        a_role_switch(),
        a_launch(),
        FLAGGED,
        {"eventType": "AwsConsoleSignIn", "userAgent": BROWSER},
        {
            "userIdentity": a_permission_set_session()
            | {
                "sessionContext": {
                    "attributes": {
                        "creationDate": "2026-11-20T09:00:00Z",
                        "sessionCredentialFromConsole": "true",
                    }
                }
            },
            "userAgent": BROWSER,
        },
    ],
    ids=["a key", "a role switch", "a launch", "the flag", "a sign-in", "the flag within the session"],
)
def test_every_record_that_opens_a_session_is_told_quickly(fields: dict[str, Any]) -> None:
    """
    So a first pass finds the records on which later ones rest.
    """
    translator, body = AwsTranslator(), as_bytes(a_record(**fields))

    assert event_by(translator, body).opens is not None
    assert translator.may_open(body)


def test_most_records_are_told_to_open_none() -> None:
    body = as_bytes(a_record())

    assert not AwsTranslator().may_open(body)


# A console session made out of the key of a role's session


def a_token(**fields: Any) -> dict[str, Any]:
    """The fields of the call that turns a session's key into a sign-in to the console."""
    return {
        "eventSource": "signin.amazonaws.com",
        "eventName": "GetSigninToken",
        "eventType": "AwsConsoleSignIn",
        "userIdentity": NAMED_BY_THEMSELVES | {"accessKeyId": "ASIAOPENED"},
        "requestParameters": None,
        "responseElements": {"GetSigninToken": "Success"},
        "userAgent": "Python-urllib/3.12",
    } | fields


NAMED_BY_THEMSELVES = a_role_session("Admin", "ceo@example.com")
"""Whoever assumes a role calls the session what he likes."""


def who_answers(*openings: OpenedSession) -> Actor:
    """Who answers for a call in the console, given the sessions opened before."""
    call = event_of(userIdentity=NAMED_BY_THEMSELVES | {"accessKeyId": "ASIAOTHER"}, **FLAGGED)
    return attribute(call, {one.key: one for one in openings}, IdentityRules())


def test_whoever_opened_the_session_answers_for_the_console_that_he_made_of_it() -> None:
    assumed = opened_by(**an_opening(userIdentity=an_iam_user("bob")))

    actor = who_answers(assumed, opened_by(**a_token()))

    assert (actor.kind, actor.name) == (ActorKind.HUMAN, "bob")
    assert f"arn:aws:iam::{ACCOUNT}:user/bob" in actor.chain


def test_a_name_that_nobody_vouches_for_is_a_guess() -> None:
    actor = who_answers(opened_by(**a_token()))

    assert (actor.kind, actor.name, actor.confidence) == (
        ActorKind.HUMAN,
        "ceo@example.com",
        Confidence.LOW,
    )


def test_a_machine_that_made_the_console_session_vouches_for_no_name() -> None:
    instance = a_role_session("Worker", "i-0123456789abcdef0", ec2RoleDelivery="2.0")
    assumed = opened_by(**an_opening(userIdentity=instance))

    actor = who_answers(assumed, opened_by(**a_token()))

    assert (actor.kind, actor.confidence) == (ActorKind.HUMAN, Confidence.LOW)
    assert instance["arn"] in actor.chain


def test_an_unflagged_call_of_such_a_session_leads_to_the_same_person() -> None:
    shown = opened_by(userIdentity=NAMED_BY_THEMSELVES, **FLAGGED)
    openings = (opened_by(**an_opening(userIdentity=an_iam_user("bob"))), opened_by(**a_token()), shown)
    call = event_of(userIdentity=NAMED_BY_THEMSELVES, userAgent=S3_CONSOLE)

    actor = attribute(call, {one.key: one for one in openings}, IdentityRules())

    assert actor.name == "bob"


def test_the_access_portal_signs_people_in_the_same_way_and_vouches_for_them() -> None:
    person = a_permission_set_session()
    token = opened_by(**a_token(userIdentity=person, userAgent="Jersey/2.35"))
    call = event_of(userIdentity=person | {"accessKeyId": "ASIAOTHER"}, **FLAGGED)

    actor = attribute(call, {token.key: token}, IdentityRules())

    assert (actor.kind, actor.confidence) == (ActorKind.HUMAN, Confidence.HIGH)


def test_a_token_that_was_refused_opens_nothing() -> None:
    assert event_of(**a_token(errorCode="AccessDenied")).opens is None
