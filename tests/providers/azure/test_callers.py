"""Who called (reference 4.3)."""

from typing import Any

import pytest

from drift.model.verdict import ActorKind, Confidence, Credential
from tests.providers.azure.records import (
    ABSENT,
    AKS,
    ALICE_ID,
    GROUP,
    IDENTITY,
    PIPELINE,
    PORTAL,
    ROBOT_ID,
    XMLSOAP,
    Fields,
    a_person,
    an_application,
    credential_of,
    event_of,
)

SCOPE, UPN, NAME = f"{IDENTITY}scope", f"{XMLSOAP}upn", f"{XMLSOAP}name"
OID = f"{IDENTITY}objectidentifier"


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        (a_person(), "alice@example.com"),
        (a_person(upn="Alice@Example.com"), "alice@example.com"),
        (a_person(**{SCOPE: ABSENT}), "alice@example.com"),
        (a_person(**{SCOPE: ABSENT, UPN: ABSENT, NAME: ABSENT, "idtyp": "user"}), "Alice Example"),
        (a_person(**{UPN: ABSENT, NAME: "live.com#bob@example.com"}), "bob@example.com"),
        (
            a_person(**{UPN: ABSENT, NAME: ABSENT, f"{XMLSOAP}emailaddress": "eve@example.com"}),
            "eve@example.com",
        ),
        (a_person(upn="bob_smith_example.com#EXT#@home.onmicrosoft.com"), "bob_smith@example.com"),
    ],
)
def test_a_token_in_a_persons_name_is_a_persons(claims: Fields, name: str) -> None:
    event = event_of(claims=claims)

    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.HUMAN
    assert event.call.principal.confidence is Confidence.HIGH
    assert event.call.principal.name == name


def test_a_guest_keeps_the_name_that_was_recorded() -> None:
    recorded = "bob_example.com#EXT#@home.onmicrosoft.com"

    event = event_of(claims=a_person(upn=recorded))

    assert event.call.principal is not None
    assert (event.call.principal.id, event.call.principal.name) == (recorded, "bob@example.com")


@pytest.mark.parametrize(
    ("methods", "mfa"), [("pwd,mfa", True), ("rsa,MFA", True), ("pwd", False), (ABSENT, None)]
)
def test_the_token_tells_whether_a_second_factor_was_used(methods: object, mfa: bool | None) -> None:
    claim = "http://schemas.microsoft.com/claims/authnmethodsreferences"

    event = event_of(claims=a_person(**{claim: methods}))

    assert event.call.principal is not None
    assert event.call.principal.mfa is mfa


@pytest.mark.parametrize(
    "claims",
    [
        an_application(),
        an_application(appidacr="2"),
        an_application(idtyp=ABSENT),
        an_application(idtyp=ABSENT, appidacr="2"),
        an_application(appidacr=ABSENT),
    ],
)
def test_an_application_alone_is_a_machine_by_its_applications_id(claims: Fields) -> None:
    """
    Tokens of GitHub and Azure DevOps look like any other: the configuration lists them by this id.
    """
    event = event_of(claims=claims)

    principal = event.call.principal
    assert principal is not None
    assert (principal.kind, principal.confidence) == (ActorKind.MACHINE, Confidence.HIGH)
    assert (principal.id, principal.name) == (PIPELINE, PIPELINE)
    assert ROBOT_ID in principal.reason
    assert credential_of(event) is Credential.SERVICE_PRINCIPAL


def test_the_kind_of_the_token_outweighs_a_scope() -> None:
    event = event_of(claims=an_application(**{SCOPE: "user_impersonation"}))

    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.MACHINE


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("Microsoft.ManagedIdentity/userAssignedIdentities/deployer", "deployer"),
        ("Microsoft.Compute/virtualMachines/runner-1", "runner-1"),
    ],
)
def test_a_managed_identity_is_a_machine_called_like_its_resource(resource: str, name: str) -> None:
    identity = f"{GROUP}/providers/{resource}"

    event = event_of(claims=an_application(xms_mirid=identity))

    principal = event.call.principal
    assert principal is not None
    assert (principal.kind, principal.confidence) == (ActorKind.MACHINE, Confidence.MEDIUM)
    assert (principal.name, principal.role) == (name, identity)
    assert credential_of(event) is Credential.INSTANCE


def test_the_identity_of_a_cluster_is_the_cluster_at_work() -> None:
    identity = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/prod"

    event = event_of(claims=an_application(xms_mirid=identity))

    assert event.call.acting_service == "Azure Kubernetes Service"


def test_a_resource_provider_alone_is_a_service_but_may_act_for_somebody() -> None:
    event = event_of(claims=an_application(AKS))

    principal = event.call.principal
    assert principal is not None
    assert (principal.kind, principal.name) == (ActorKind.SERVICE, "Azure Kubernetes Service")
    assert event.call.acting_service is None
    assert event.call.tools == ()


def test_a_resource_provider_in_a_persons_name_is_that_person() -> None:
    event = event_of(claims=a_person(AKS))

    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.HUMAN


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("User", ActorKind.HUMAN), ("ServicePrincipal", ActorKind.MACHINE), ("Group", ActorKind.MACHINE)],
)
def test_without_a_token_the_role_assignment_tells(type_: str, kind: ActorKind) -> None:
    rights = {"action": "x", "scope": GROUP, "evidence": {"role": "Owner", "principalType": type_}}

    event = event_of(claims={}, caller=ROBOT_ID, authorization=rights)

    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.principal.confidence) == (kind, Confidence.MEDIUM)


@pytest.mark.parametrize(
    ("caller", "kind", "confidence"),
    [
        ("alice@example.com", ActorKind.HUMAN, Confidence.MEDIUM),
        ("bob_example.com#EXT#@home.onmicrosoft.com", ActorKind.HUMAN, Confidence.MEDIUM),
        (ROBOT_ID, ActorKind.MACHINE, Confidence.MEDIUM),
        ("Microsoft.Insights/autoscaleSettings", ActorKind.SERVICE, Confidence.MEDIUM),
        ("somebody", ActorKind.UNKNOWN, Confidence.LOW),
    ],
)
def test_without_anything_else_the_name_of_the_caller_tells(
    caller: str, kind: ActorKind, confidence: Confidence
) -> None:
    event = event_of(claims={}, caller=caller)

    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.principal.confidence) == (kind, confidence)


def test_a_record_that_names_nobody_has_no_principal() -> None:
    assert event_of(claims=ABSENT, caller=ABSENT).call.principal is None


@pytest.mark.parametrize("field", ["claims", "caller"])
@pytest.mark.parametrize("odd", [None, 7, [], "", "{", True, {"x": {}}])
def test_an_odd_caller_is_no_error(field: str, odd: Any) -> None:
    event_of(**{field: odd} if field == "caller" else {"claims": odd or {}})


def test_the_id_of_a_persons_object_is_their_grants_key() -> None:
    assert event_of().call.session_keys == (f"azure:grant:{ALICE_ID}",)
    assert event_of(claims=a_person(PORTAL, **{OID: ABSENT})).call.session_keys == ()
