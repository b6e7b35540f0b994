"""What each cloud's records tell of who signed in, and what they do not."""

import json
from typing import Any

import pytest

from drift.model.event import ChangeEvent, RawRecord, Source
from drift.model.sign_in import SignIn, SignInTo
from drift.ports import TellsSignIns, Translator
from providers.aws.translate import AwsTranslator
from providers.azure.translate import AzureTranslator
from providers.gcp.translate import GcpTranslator
from tests.providers.aws.records import ACCOUNT, BROWSER, a_record, a_role_session

PORTAL = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"


def said(translator: Translator, record: dict[str, Any]) -> SignIn | None:
    """Return what a record tells of a sign-in."""
    raw = RawRecord(body=json.dumps(record).encode(), source=Source("log.json", 0, "0" * 64))
    event = translator.translate(raw)
    assert isinstance(event, ChangeEvent)
    assert isinstance(translator, TellsSignIns)
    return translator.sign_in_of(event)


def at_aws(name: str, identity: dict[str, Any], *, service: str = "signin", **more: Any) -> dict[str, Any]:
    return a_record(
        eventSource=f"{service}.amazonaws.com",
        eventName=name,
        eventType="AwsConsoleSignIn" if service == "signin" else "AwsServiceEvent",
        userAgent=BROWSER,
        userIdentity=identity,
        requestParameters=None,
        responseElements={name: "Success"},
        **more,
    )


USER = {
    "type": "IAMUser",
    "principalId": "AIDAEXAMPLE",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
    "accountId": ACCOUNT,
    "userName": "alice",
}


@pytest.mark.parametrize(("used", "mfa"), [("Yes", True), ("No", False)])
def test_aws_tells_the_second_factor_of_its_own_users(used: str, mfa: bool) -> None:
    record = at_aws("ConsoleLogin", USER, additionalEventData={"MFAUsed": used})

    assert said(AwsTranslator(), record) == SignIn(to=SignInTo.CONSOLE, mfa=mfa)


def test_of_people_from_another_identity_provider_aws_does_not_tell_it() -> None:
    """
    `MFAUsed` is then always "No", since AWS asked for none.
    """
    admin = a_role_session("AWSReservedSSO_Admin_0123456789abcdef", "alice@example.com")

    found = said(AwsTranslator(), at_aws("ConsoleLogin", admin, additionalEventData={"MFAUsed": "No"}))

    assert found is not None
    assert (found.to, found.mfa) == (SignInTo.CONSOLE, None)
    assert "AWSReservedSSO_Admin_0123456789abcdef" in (found.role or "")


def test_a_role_that_was_taken_on_in_the_console_is_told_with_the_role() -> None:
    found = said(AwsTranslator(), at_aws("SwitchRole", a_role_session("Admin", "alice")))

    assert found is not None
    assert found.to is SignInTo.ROLE
    assert "Admin" in (found.role or "")


def test_keys_that_sts_hands_out_are_no_sign_in() -> None:
    record = a_record(eventSource="sts.amazonaws.com", eventName="AssumeRole", userIdentity=USER)

    assert said(AwsTranslator(), record) is None


def at_azure(**properties: Any) -> dict[str, Any]:
    """A record of the category SignInLogs, as diagnostic settings deliver it."""
    return {
        "time": "2026-11-20T10:11:12Z",
        "resourceId": "/tenants/0ddba115-1111-2222-3333-444455556666/providers/Microsoft.aadiam",
        "operationName": "Sign-in activity",
        "category": "SignInLogs",
        "resultType": "0",
        "callerIpAddress": "203.0.113.7",
        "identity": "Alice",
        "properties": {
            "id": "51e10000-1111-2222-3333-444455556666",
            "userPrincipalName": "alice@example.com",
            "appId": PORTAL,
            "isInteractive": True,
            "authenticationRequirement": "multiFactorAuthentication",
            "status": {"errorCode": 0},
            **properties,
        },
    }


@pytest.mark.parametrize(
    ("properties", "found"),
    [
        ({}, SignIn(to=SignInTo.CONSOLE, person="alice@example.com", mfa=True)),
        (
            {"authenticationRequirement": "singleFactorAuthentication"},
            SignIn(to=SignInTo.CONSOLE, person="alice@example.com", mfa=False),
        ),
        (
            {"status": {"errorCode": 50126}},
            SignIn(to=SignInTo.CONSOLE, person="alice@example.com", has_failed=True),
        ),
        ({"appId": "04b07795-8ddb-461a-bbee-02f9e1bf7b46"}, None),
        ({"isInteractive": False}, None),
        ({"userPrincipalName": None}, None),
        ({"status": "0"}, SignIn(to=SignInTo.CONSOLE, person="alice@example.com", mfa=True)),
    ],
)
def test_azure_tells_who_signed_in_to_its_portal(properties: dict[str, Any], found: SignIn | None) -> None:
    assert said(AzureTranslator(), at_azure(**properties)) == found


@pytest.mark.parametrize(
    ("method", "found"),
    [
        ("loginSuccess", SignIn(to=SignInTo.CONSOLE)),
        ("loginFailure", SignIn(to=SignInTo.CONSOLE, has_failed=True)),
        ("logout", None),
    ],
)
def test_google_tells_it_in_the_login_audit_of_workspace(method: str, found: SignIn | None) -> None:
    record = {
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "authenticationInfo": {"principalEmail": "alice@example.com"},
            "serviceName": "login.googleapis.com",
            "methodName": f"google.login.LoginService.{method}",
            "resourceName": "organizations/123",
        },
        "insertId": "x1",
        "resource": {"type": "audited_resource", "labels": {"service": "login.googleapis.com"}},
        "timestamp": "2026-11-20T10:11:12Z",
        "logName": "organizations/123/logs/cloudaudit.googleapis.com%2Fdata_access",
    }

    assert said(GcpTranslator(), record) == found
