"""With which program, and with whose key."""

from typing import Any

import pytest

from drift.model.verdict import ActorKind, Confidence, Credential, Tool
from tests.providers.aws.records import (
    BOTO,
    BROWSER,
    CLI,
    CLOUDSHELL,
    S3_CONSOLE,
    TERRAFORM,
    a_permission_set_session,
    a_role_session,
    an_iam_user,
    credential_of,
    event_of,
    tool_of,
)

FLAGGED = {"sessionCredentialFromConsole": "true"}


@pytest.mark.parametrize(
    ("agent", "tool"),
    [
        (TERRAFORM, Tool.TERRAFORM),
        (f"{TERRAFORM} HashiCorp-terraform-exec/0.21.0", Tool.TERRAFORM),
        ("APN/1.0 Pulumi/3.140.0 PulumiAwsNative/1.12.0", Tool.PULUMI),
        (f"{TERRAFORM} pulumi-aws/6.0", Tool.PULUMI),
        ("APN/1.0 Ansible/2.17 amazon.aws/8.2.1", Tool.ANSIBLE),
        (CLI, Tool.CLI),
        (f"[{CLI}]", Tool.CLI),
        ("AWSPowerShell.Common/4.1.600", Tool.CLI),
        (CLOUDSHELL, Tool.CLOUDSHELL),
        (BOTO, Tool.SDK),
        (f"[{BOTO}]", Tool.SDK),
        ("aws-sdk-go-v2/1.32.3 os/linux lang/go#1.23.1", Tool.SDK),
        ("aws-sdk-nodejs/2.1400.0 linux/v18 promise", Tool.SDK),
        ("cloudability Botocore/1.40", Tool.SDK),
        (S3_CONSOLE, Tool.CONSOLE),
        ("[S3Console/0.4]", Tool.CONSOLE),
        ("AWS Console S3, S3Console/0.4 aws-internal/3", Tool.CONSOLE),
        ("EC2ConsoleFrontend, aws-internal/3 aws-sdk-java/1.12", Tool.CONSOLE),
        ("RDS Console, aws-internal/3 aws-sdk-java/1.12", Tool.CONSOLE),
        ("aws-internal/3 aws-sdk-java/1.12 AWSLambdaConsole/1.0", Tool.CONSOLE),
        ("console.ec2.amazonaws.com", Tool.CONSOLE),
        ("signin.amazonaws.com", Tool.CONSOLE),
        (BROWSER, Tool.CONSOLE),
        ("Coral/Netty4", Tool.CONSOLE),
        ("AWSCloudTrail, aws-internal/3", Tool.CONSOLE),
        ("aws-internal/3 aws-sdk-java/1.12", Tool.CONSOLE),
        ("AWS Internal", Tool.CONSOLE),
        ("pulumi", Tool.UNKNOWN),
        ("aws-cdk/2.160.0", Tool.UNKNOWN),
        ("upbound-provider-aws", Tool.UNKNOWN),
        ("curl/8.0", Tool.UNKNOWN),
        ("", Tool.UNKNOWN),
    ],
)
def test_a_persons_user_agent_names_the_tool(agent: str, tool: Tool) -> None:
    assert tool_of(event_of(userAgent=agent)) is tool


@pytest.mark.parametrize("agent", [BROWSER, "Coral/Jakarta", "AWS Internal"])
def test_what_scripts_and_services_also_write_needs_a_person(agent: str) -> None:
    event = event_of(userIdentity=a_role_session("Ops", "s-1"), userAgent=agent)

    assert tool_of(event) is Tool.UNKNOWN
    assert event.call.tools[0].tool is Tool.CONSOLE
    assert event.call.tools[0].confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("agent", "tool"),
    [
        (BROWSER, Tool.CONSOLE),
        ("AWS Internal", Tool.CONSOLE),
        ("health.amazonaws.com", Tool.CONSOLE),
        ("EC2ConsoleFrontend, aws-internal/3 aws-sdk-java/1.12", Tool.CONSOLE),
        (CLOUDSHELL, Tool.CLOUDSHELL),
        (CLI, Tool.CLI),
        (BOTO, Tool.SDK),
        (TERRAFORM, Tool.TERRAFORM),
    ],
)
def test_the_flag_means_the_console_unless_another_program_took_its_keys(agent: str, tool: Tool) -> None:
    event = event_of(userAgent=agent, **FLAGGED)

    assert tool_of(event) is tool


def test_the_flag_is_also_read_where_some_records_keep_it() -> None:
    identity = a_role_session(
        "Ops", "alice", attributes={"sessionCredentialFromConsole": "true", "creationDate": "x"}
    )

    assert tool_of(event_of(userIdentity=identity, userAgent="AWS Internal")) is Tool.CONSOLE


@pytest.mark.parametrize("flag", ["false", False, "", None])
def test_a_flag_that_says_no_is_no_flag(flag: object) -> None:
    event = event_of(sessionCredentialFromConsole=flag, userAgent="curl/8.0")

    assert tool_of(event) is Tool.UNKNOWN


@pytest.mark.parametrize("event_type", ["AwsConsoleAction", "AwsConsoleSignIn"])
def test_events_of_the_console_are_its_own(event_type: str) -> None:
    event = event_of(eventType=event_type, userAgent="curl/8.0")

    assert tool_of(event) is Tool.CONSOLE
    assert credential_of(event) is Credential.CONSOLE_SESSION


def test_a_person_in_the_s3_console_is_recognised_without_the_flag() -> None:
    """
    The S3 console sets no flag, and drifts most.
    """
    event = event_of(eventSource="s3.amazonaws.com", eventName="PutBucketPolicy", userAgent=S3_CONSOLE)

    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.HUMAN
    assert tool_of(event) is Tool.CONSOLE
    assert credential_of(event) is Credential.CONSOLE_SESSION


@pytest.mark.parametrize(
    ("fields", "credential"),
    [
        (
            {"userIdentity": {"type": "AWSService", "invokedBy": "x.amazonaws.com"}},
            Credential.SERVICE_PRINCIPAL,
        ),
        (
            {
                "userIdentity": a_role_session(
                    "d", "r", webIdFederationData={"federatedProvider": "gitlab.com"}
                )
            },
            Credential.WEB_IDENTITY,
        ),
        (
            {"userIdentity": a_role_session("w", "i-0123456789abcdef0", ec2RoleDelivery="1.0")},
            Credential.INSTANCE,
        ),
        ({"userIdentity": a_role_session("w", "i-0123456789abcdef0")}, Credential.INSTANCE),
        (FLAGGED | {"userAgent": BROWSER}, Credential.CONSOLE_SESSION),
        (FLAGGED | {"userAgent": CLI}, Credential.CONSOLE_SESSION),
        (FLAGGED | {"userAgent": TERRAFORM}, Credential.CONSOLE_SESSION),
        (FLAGGED | {"userAgent": CLOUDSHELL}, Credential.CONSOLE_SESSION),
        (FLAGGED | {"userAgent": f"{CLI} m/AC,b".replace("m/Z,b ", "")}, Credential.CLI_LOGIN),
        ({"userAgent": "aws-cli/2.36.17 m/AD,b"}, Credential.CLI_LOGIN),
        ({"userIdentity": an_iam_user(), "userAgent": CLI}, Credential.STATIC_KEY),
        ({"userIdentity": an_iam_user(key="ASIAEXAMPLE"), "userAgent": CLI}, Credential.UNKNOWN),
        ({"userIdentity": a_permission_set_session(), "userAgent": CLI}, Credential.SSO),
        ({"userIdentity": a_role_session("Ops", "s-1"), "userAgent": "aws-cli/2 m/t,i"}, Credential.SSO),
        (
            {"userIdentity": a_role_session("Ops", "s-1"), "userAgent": "aws-cli/2 m/k,i"},
            Credential.WEB_IDENTITY,
        ),
        ({"userIdentity": a_role_session("Ops", "s-1"), "userAgent": "aws-cli/2 m/n"}, Credential.STATIC_KEY),
        ({"userIdentity": a_role_session("Ops", "s-1"), "userAgent": "aws-cli/2 m/g"}, Credential.UNKNOWN),
        ({"userIdentity": a_role_session("Ops", "s-1"), "userAgent": "aws-cli/2 m/0"}, Credential.INSTANCE),
        (
            {"userIdentity": a_role_session("Ops", "s-1"), "userAgent": "aws-cli/2 m/N,K,D"},
            Credential.UNKNOWN,
        ),
    ],
)
def test_the_credential_is_told_by_the_session_before_the_sdk(
    fields: dict[str, Any], credential: Credential
) -> None:
    assert credential_of(event_of(**fields)) is credential


def test_every_sign_gives_its_reason() -> None:
    event = event_of(userAgent=TERRAFORM, **FLAGGED)

    assert [sign.reason for sign in event.call.tools] == [
        "the user agent names terraform",
        "the user agent names sdk",
    ]
    assert event.call.credentials[0].reason == "AWS marks the credentials as the console's"
