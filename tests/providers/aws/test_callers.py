"""Who called, and by which names people know him."""

from typing import Any

import pytest

from drift.model.event import Principal
from drift.model.verdict import ActorKind, Confidence
from tests.providers.aws.records import (
    ABSENT,
    ACCOUNT,
    BOTO,
    BROWSER,
    CLI,
    S3_CONSOLE,
    a_permission_set_session,
    a_role_session,
    a_root_user,
    an_iam_user,
    event_of,
)

GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


def principal_of(identity: Any, **fields: Any) -> Principal:
    principal = event_of(userIdentity=identity, **fields).call.principal
    assert principal is not None
    return principal


def a_token(host: str, subject: str = "sub") -> dict[str, Any]:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"
    return {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:{subject}",
        "userName": subject,
        "identityProvider": provider,
    }


def test_a_permission_set_session_is_a_person_named_by_its_session() -> None:
    principal = principal_of(a_permission_set_session("alice@example.com", "Admin"))

    assert principal.kind is ActorKind.HUMAN
    assert principal.confidence is Confidence.HIGH
    assert principal.name == "alice@example.com"
    assert principal.session_name == "alice@example.com"
    assert principal.reason == "the permission set Admin"
    assert principal.role is not None
    assert principal.role.endswith("AWSReservedSSO_Admin_0123456789abcdef")
    assert principal.role.startswith("arn:aws:iam::")


def test_an_imitated_permission_set_is_not_surely_a_person() -> None:
    """
    Only AWS can create roles under its own path; anybody can create one of that name elsewhere.
    """
    identity = a_role_session("AWSReservedSSO_Admin_0123456789abcdef", "alice@example.com")

    assert principal_of(identity).confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    "identity",
    [
        {"type": "IdentityCenterUser", "accountId": ACCOUNT, "onBehalfOf": {"userId": "u-1"}},
        a_role_session("app", "x") | {"onBehalfOf": {"userId": "u-1"}},
    ],
)
def test_a_user_of_identity_center_is_a_person(identity: dict[str, Any]) -> None:
    principal = principal_of(identity)

    assert (principal.kind, principal.confidence) == (ActorKind.HUMAN, Confidence.HIGH)


@pytest.mark.parametrize(
    ("host", "name", "is_pipeline"),
    [
        ("token.actions.githubusercontent.com", "GitHub Actions", True),
        ("gitlab.com", "GitLab CI", True),
        ("gitlab.example.com", "GitLab CI", True),
        ("app.terraform.io", "HCP Terraform", True),
        ("example.app.spacelift.io", "Spacelift", True),
        ("api.bitbucket.org/2.0/workspaces/example", "Bitbucket Pipelines", True),
        ("oidc.circleci.com/org/1", "CircleCI", True),
        ("agent.buildkite.com", "Buildkite", True),
        ("vstoken.dev.azure.com/1", "Azure DevOps", True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE", "EKS", False),
    ],
)
def test_a_token_of_a_listed_issuer_makes_a_machine(host: str, name: str, is_pipeline: bool) -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"
    federation = {"federatedProvider": provider, "attributes": {}}

    principal = principal_of(a_role_session("deploy", "run-1", webIdFederationData=federation))

    assert principal.kind is ActorKind.MACHINE
    assert principal.name == "deploy"
    assert principal.session_name == "run-1"
    assert principal.issuer is not None
    assert (principal.issuer.name, principal.issuer.is_pipeline) == (name, is_pipeline)


@pytest.mark.parametrize("host", ["login.example.com", "token.actions.githubusercontent.com.example.com"])
def test_a_token_of_an_unlisted_issuer_says_neither_person_nor_machine(host: str) -> None:
    principal = principal_of(a_token(host), eventSource="sts.amazonaws.com")

    assert principal.kind is ActorKind.UNKNOWN
    assert principal.issuer is not None
    assert (principal.issuer.name, principal.issuer.is_pipeline) == (host, False)


@pytest.mark.parametrize(
    "subject",
    [
        "repo:example/infra:ref:refs/heads/main",
        "repo:example@123/infra@456:ref:refs/heads/main",
    ],
)
def test_both_forms_of_githubs_subject_read_the_same(subject: str) -> None:
    principal = principal_of(a_token("token.actions.githubusercontent.com", subject))

    assert principal.issuer is not None
    assert principal.issuer.subject == "repo:example/infra:ref:refs/heads/main"
    assert principal.name == subject
    assert subject in principal.id


def test_a_subject_without_a_repository_stays_as_it_is() -> None:
    principal = principal_of(a_token("gitlab.com", "project_path:example/infra:ref_type:branch:ref:main"))

    assert principal.issuer is not None
    assert principal.issuer.subject == "project_path:example/infra:ref_type:branch:ref:main"


@pytest.mark.parametrize(
    ("identity", "confidence"),
    [
        (a_role_session("web", "i-0123456789abcdef0", ec2RoleDelivery="2.0"), Confidence.HIGH),
        (
            a_role_session("fn", "api") | {"inScopeOf": {"issuerType": "AWS::Lambda::Function"}},
            Confidence.HIGH,
        ),
        (a_role_session("web", "i-0123456789abcdef0"), Confidence.MEDIUM),
        (a_role_session("build", "AWSCodeBuild-0f00ba11-1111-4222-8333-444455556666"), Confidence.MEDIUM),
        (
            a_role_session("pod", "eks-prod-api-7d9f-0f00ba11-1111-4222-8333-444455556666"),
            Confidence.MEDIUM,
        ),
        (a_role_session("deploy", "GitHubActions"), Confidence.MEDIUM),
    ],
)
def test_machines_are_told_by_what_handed_them_their_credentials(
    identity: dict[str, Any], confidence: Confidence
) -> None:
    principal = principal_of(identity, userAgent=BOTO)

    assert (principal.kind, principal.confidence) == (ActorKind.MACHINE, confidence)
    assert principal.role is not None
    assert principal.role.endswith(f"/{principal.name}")


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (
            {"type": "SAMLUser", "principalId": "x:alice", "userName": "alice@example.com"},
            "alice@example.com",
        ),
        (
            {
                "type": "FederatedUser",
                "principalId": "111122223333:alice",
                "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/alice",
            },
            "alice",
        ),
        (a_role_session("Ops", "s-1", sourceIdentity="alice@example.com"), "alice@example.com"),
        (a_role_session("Ops", "alice@example.com"), "alice@example.com"),
    ],
)
def test_federated_people_are_people(identity: dict[str, Any], name: str) -> None:
    principal = principal_of(identity, userAgent="")

    assert principal.kind is ActorKind.HUMAN
    assert principal.name == name


@pytest.mark.parametrize(
    ("session", "name"),
    [
        ("alice@example.com.OPS-123", "alice@example.com"),
        ("alice@example.com+OPS-123", "alice@example.com"),
        ("alice-OPS-123", "alice"),
        ("alice@OPS-123", "alice"),
        ("alice", "alice"),
    ],
)
def test_a_ticket_behind_the_name_is_no_part_of_it(session: str, name: str) -> None:
    """
    Else one person would have as many names as tickets, and could approve his own.
    """
    principal = principal_of(a_role_session("Ops", session), sessionCredentialFromConsole="true")

    assert principal.name == name
    assert principal.session_name == session


def test_a_name_that_an_sdk_made_up_names_nobody() -> None:
    principal = principal_of(
        a_role_session("Ops", "botocore-session-1763633472"), userAgent=CLI.replace("m/Z", "m/Z,s")
    )

    assert principal.kind is ActorKind.HUMAN
    assert principal.name == "Ops"


def test_the_root_user_is_a_person() -> None:
    principal = principal_of(a_root_user())

    assert (principal.kind, principal.confidence) == (ActorKind.HUMAN, Confidence.HIGH)
    assert principal.name == "root"


@pytest.mark.parametrize(
    ("key", "fields", "confidence"),
    [
        ("ASIAEXAMPLE", {"sessionCredentialFromConsole": "true"}, Confidence.HIGH),
        ("ASIAEXAMPLE", {}, Confidence.MEDIUM),
        ("AKIAEXAMPLE", {}, Confidence.MEDIUM),
    ],
)
def test_an_iam_user_is_a_person_more_surely_in_the_console(
    key: str, fields: dict[str, Any], confidence: Confidence
) -> None:
    principal = principal_of(an_iam_user("bob", key), **fields)

    assert (principal.kind, principal.name) == (ActorKind.HUMAN, "bob")
    assert principal.confidence is confidence


@pytest.mark.parametrize(
    "fields",
    [
        {"sessionCredentialFromConsole": "true", "userAgent": BROWSER},
        {"userAgent": S3_CONSOLE},
        {"eventType": "AwsConsoleAction"},
    ],
)
def test_whoever_works_in_the_console_is_a_person(fields: dict[str, Any]) -> None:
    principal = principal_of(a_role_session("Ops", "alice"), **fields)

    assert (principal.kind, principal.confidence) == (ActorKind.HUMAN, Confidence.MEDIUM)
    assert principal.name == "alice"


@pytest.mark.parametrize(
    ("features", "kind"),
    [
        ("m/AC,b", ActorKind.HUMAN),
        ("m/r,b", ActorKind.HUMAN),
        ("m/s", ActorKind.HUMAN),
        ("m/w", ActorKind.HUMAN),
        ("m/S,R,ac", ActorKind.UNKNOWN),
        ("m/Ar", ActorKind.UNKNOWN),
        ("m/b,E,Z", ActorKind.UNKNOWN),
    ],
)
def test_feature_ids_of_a_workstation_tell_a_person(features: str, kind: ActorKind) -> None:
    """Ids are whole and their case matters: `Ar` is neither `A` nor `r`."""
    agent = f"aws-cli/2.36.17 ua/2.1 {features} md/command#s3.cp"

    assert principal_of(a_role_session("Ops", "s-1"), userAgent=agent).kind is kind


def test_a_browser_alone_makes_nobody_a_person() -> None:
    assert principal_of(a_role_session("Ops", "s-1"), userAgent=BROWSER).kind is ActorKind.UNKNOWN


def test_a_role_that_no_rule_names_stays_unknown() -> None:
    principal = principal_of(a_role_session("Ops", "s-1"), userAgent=BOTO)

    assert (principal.kind, principal.confidence) == (ActorKind.UNKNOWN, Confidence.LOW)
    assert principal.name == "Ops"


@pytest.mark.parametrize("identity", [None, {}, {"type": "Unknown"}, ABSENT])
def test_no_identity_is_no_principal(identity: object) -> None:
    assert event_of(userIdentity=identity).call.principal is None


@pytest.mark.parametrize(
    ("said", "identity", "mfa"),
    [
        ("true", an_iam_user(), True),
        ("false", an_iam_user(), False),
        ("false", a_permission_set_session(), None),
        ("false", a_role_session("Ops", "s-1"), None),
        ("true", a_role_session("Ops", "s-1"), True),
        ("true", a_permission_set_session(), True),
    ],
)
def test_a_second_factor_is_unknown_where_a_role_says_that_there_was_none(
    said: str, identity: dict[str, Any], mfa: bool | None
) -> None:
    identity = identity | {
        "sessionContext": identity.get("sessionContext", {}) | {"attributes": {"mfaAuthenticated": said}}
    }

    assert principal_of(identity).mfa is mfa


def test_a_sign_in_tells_its_second_factor() -> None:
    principal = principal_of(
        an_iam_user(key=""),
        eventSource="signin.amazonaws.com",
        eventName="ConsoleLogin",
        eventType="AwsConsoleSignIn",
        additionalEventData={"MFAUsed": "Yes"},
    )

    assert principal.mfa is True
    assert (principal.kind, principal.confidence) == (ActorKind.HUMAN, Confidence.HIGH)


def test_a_token_without_a_users_name_tells_its_subject_at_the_end_of_its_id() -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    subject = "repo:example@12/infra@34:ref:refs/heads/main"
    identity = {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:{subject}",
        "identityProvider": provider,
    }

    principal = event_of(userIdentity=identity).call.principal

    assert principal is not None
    assert principal.issuer is not None
    assert principal.issuer.subject == "repo:example/infra:ref:refs/heads/main"
