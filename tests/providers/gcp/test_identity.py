"""Who called, and who stood behind him."""

from typing import Any

import pytest

from drift.model.event import ChangeEvent, Principal
from drift.model.verdict import ActorKind, Channel, Confidence, Credential
from tests.providers.gcp.entries import (
    DEPLOYER,
    NUMBER,
    POOL,
    PROJECT,
    WORKFORCE,
    credential_of,
    delegated,
    event_of,
    first_party,
    identity,
    judged,
    log_name,
    metadata,
)

UUID = "01234567-89ab-4cde-8f01-23456789abcd"
GITHUB = "repo:example/infra:ref:refs/heads/main"


def principal_of(**fields: Any) -> Principal:
    principal = event_of(authenticationInfo=fields).call.principal
    assert principal is not None
    return principal


def by(email: str, **fields: Any) -> ChangeEvent:
    return event_of(authenticationInfo=identity(email), **fields)


@pytest.mark.parametrize(
    "who",
    [
        {"principalEmail": "alice@example.com"},
        {"principalEmail": "alice@example.com", "principalSubject": "user:alice@example.com"},
        {"principalSubject": "user:alice@example.com"},
        {"principalEmail": "deleted:user:alice@example.com?uid=123"},
    ],
)
def test_an_address_that_is_no_service_account_is_a_person(who: dict[str, str]) -> None:
    principal = principal_of(**who)

    assert (principal.kind, principal.confidence) == (ActorKind.HUMAN, Confidence.HIGH)
    assert principal.name == "alice@example.com"


@pytest.mark.parametrize(
    "who",
    [
        {"principalEmail": DEPLOYER},
        {"principalEmail": DEPLOYER, "principalSubject": f"user:{DEPLOYER}"},
        {"principalSubject": f"serviceAccount:{DEPLOYER}"},
    ],
)
def test_a_service_account_is_a_machine_however_its_subject_begins(who: dict[str, str]) -> None:
    principal = principal_of(**who)

    assert (principal.kind, principal.name) == (ActorKind.MACHINE, DEPLOYER)


@pytest.mark.parametrize(
    ("email", "service"),
    [
        (f"{NUMBER}@cloudservices.gserviceaccount.com", "cloudservices"),
        (f"service-{NUMBER}@container-engine-robot.iam.gserviceaccount.com", "container-engine-robot"),
        (f"service-{NUMBER}@gcp-sa-cloudscheduler.iam.gserviceaccount.com", "gcp-sa-cloudscheduler"),
        (f"service-org-{NUMBER}@gcp-sa-pam.iam.gserviceaccount.com", "gcp-sa-pam"),
        (f"service-{NUMBER}@cloud-ml.google.com.iam.gserviceaccount.com", "cloud-ml"),
        (f"o{NUMBER}-886280@gcp-sa-logging.iam.gserviceaccount.com", "gcp-sa-logging"),
        ("system@google.com", "compute"),
    ],
)
def test_a_service_agent_is_the_service(email: str, service: str) -> None:
    event = by(email)

    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.SERVICE
    assert event.call.acting_service == service
    assert credential_of(event) is Credential.SERVICE_PRINCIPAL
    assert judged(event)[1].channel is Channel.SERVICE


def test_anybody_can_name_a_service_account_like_an_agent() -> None:
    """
    A service is never alerted about, so only the projects of Google's own make one.
    """
    event = by(f"service-{NUMBER}@{PROJECT}.iam.gserviceaccount.com")

    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.acting_service) == (ActorKind.MACHINE, None)


def test_what_used_a_key_is_no_service_agent() -> None:
    agent = f"service-{NUMBER}@compute-system.iam.gserviceaccount.com"

    event = event_of(
        authenticationInfo=identity(agent, serviceAccountKeyName="//iam.googleapis.com/x/keys/1")
    )

    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.acting_service) == (ActorKind.MACHINE, None)
    assert credential_of(event) is Credential.STATIC_KEY


@pytest.mark.parametrize(
    "email",
    [
        f"{NUMBER}-compute@developer.gserviceaccount.com",
        f"{NUMBER}@cloudbuild.gserviceaccount.com",
        f"{PROJECT}@appspot.gserviceaccount.com",
        "system:serviceaccount:web:default",
        "system:node:gke-web-pool-1",
    ],
)
def test_a_workload_of_the_cloud_is_a_machine_with_the_key_of_its_instance(email: str) -> None:
    event = by(email)

    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.MACHINE
    assert credential_of(event) is Credential.INSTANCE
    assert judged(event)[1].channel is Channel.AUTOMATION


def test_the_control_plane_of_a_cluster_is_a_service() -> None:
    assert by("system:kube-controller-manager").call.acting_service == "kube-controller-manager"


@pytest.mark.parametrize("who", [{}, {"principalEmail": ""}])
def test_no_identity_from_inside_google_is_google(who: dict[str, str]) -> None:
    event = event_of(authenticationInfo=who, requestMetadata=metadata(None, ip="private"))

    assert (event.call.principal, event.call.acting_service) == (None, "compute")
    assert judged(event)[1].channel is Channel.SERVICE


@pytest.mark.parametrize("ip", ["203.0.113.7", "gce-internal-ip", None])
def test_an_identity_that_is_kept_back_is_unknown(ip: str | None) -> None:
    event = event_of(authenticationInfo={}, requestMetadata=metadata(None, ip=ip))

    assert (event.call.principal, event.call.acting_service) == (None, None)
    assert judged(event)[1].channel is Channel.UNKNOWN


def test_a_person_whom_google_relays_stays_a_person() -> None:
    event = event_of(requestMetadata=metadata(None, ip="private"))

    assert event.call.acting_service is None
    assert judged(event)[0].kind is ActorKind.HUMAN


def test_a_system_event_is_a_services_whoever_it_names() -> None:
    event = event_of(logName=log_name("system_event"))

    assert event.call.acting_service == "compute"
    assert judged(event)[1].channel is Channel.SERVICE


def test_a_subject_that_nobody_can_read_is_unknown() -> None:
    principal = principal_of(principalSubject="3Kn-kJQexample")

    assert (principal.kind, principal.confidence) == (ActorKind.UNKNOWN, Confidence.LOW)


def test_a_person_of_a_workforce_pool_is_a_person() -> None:
    event = event_of(authenticationInfo={"principalSubject": f"{WORKFORCE}alice%40example.com"})

    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.principal.name) == (ActorKind.HUMAN, "alice@example.com")
    assert credential_of(event) is Credential.SSO


@pytest.mark.parametrize(
    ("subject", "issuer"),
    [
        (GITHUB, "GitHub Actions"),
        ("repo:example/infra:environment:production", "GitHub Actions"),
        ("project_path:example/infra:ref_type:branch:ref:main", "GitLab CI"),
        ("organization:example:project:web:workspace:prod:run_phase:apply", "HCP Terraform"),
        ("space:root:stack:web:run_type:TRACKED:scope:write", "Spacelift"),
        ("organization:example:pipeline:web:ref:refs/heads/main:commit:a:step:b", "Buildkite"),
        ("sc://example/web/prod", "Azure DevOps"),
        (f"org/{UUID}/project/{UUID}/user/x", "CircleCI"),
        (f"{{{UUID}}}:{{{UUID}}}", "Bitbucket Pipelines"),
    ],
)
def test_a_token_is_known_by_its_subject_and_never_surely(subject: str, issuer: str) -> None:
    """
    The owner of a pool chooses its name, and says how subjects are made.
    """
    event = event_of(authenticationInfo={"principalSubject": POOL + subject})

    principal = event.call.principal
    assert principal is not None
    assert principal.issuer is not None
    assert (principal.issuer.name, principal.issuer.is_pipeline) == (issuer, True)
    assert (principal.kind, principal.confidence) == (ActorKind.MACHINE, Confidence.MEDIUM)
    assert credential_of(event) is Credential.WEB_IDENTITY
    assert judged(event)[1].channel is Channel.PIPELINE


@pytest.mark.parametrize(
    ("who", "pool"),
    [
        (
            {"principalSubject": POOL + GITHUB},
            f"projects/{NUMBER}/locations/global/workloadIdentityPools/ci",
        ),
        (delegated({"thirdPartyPrincipal": {"thirdPartyClaims": {"sub": GITHUB}}}), ""),
        (
            {"principalSubject": f"serviceAccount:{PROJECT}.svc.id.goog[web/deployer]"},
            f"{PROJECT}.svc.id.goog",
        ),
        ({"principalEmail": DEPLOYER}, None),
    ],
)
def test_who_vouches_for_a_subject_is_the_pool_with_its_project(
    who: dict[str, Any], pool: str | None
) -> None:
    actor, _ = judged(event_of(authenticationInfo=who))

    assert actor.pool == pool


def test_the_numbers_in_a_subject_of_github_are_left_out() -> None:
    principal = principal_of(principalSubject=f"{POOL}repo:example@1/infra@2:ref:refs/heads/main")

    assert principal.issuer is not None
    assert principal.issuer.subject == GITHUB


def test_a_subject_of_no_known_form_is_a_machine_of_its_pool() -> None:
    event = event_of(authenticationInfo={"principalSubject": f"{POOL}robot-7"})

    principal = event.call.principal
    assert principal is not None
    assert principal.issuer is not None
    assert (principal.kind, principal.issuer.is_pipeline) == (ActorKind.MACHINE, False)
    assert judged(event)[1].channel is Channel.AUTOMATION


@pytest.mark.parametrize(
    "subject",
    [
        POOL.replace("/ci/", f"/{PROJECT}.svc.id.goog/") + "ns/web/sa/deployer",
        f"serviceAccount:{PROJECT}.svc.id.goog[web/deployer]",
    ],
)
def test_a_pod_of_a_cluster_is_a_machine_and_no_pipeline(subject: str) -> None:
    principal = principal_of(principalSubject=subject)

    assert principal.issuer is not None
    assert (principal.issuer.name, principal.issuer.is_pipeline) == ("GKE", False)
    assert (principal.kind, principal.confidence) == (ActorKind.MACHINE, Confidence.HIGH)


def test_whoever_began_a_delegation_is_the_actor() -> None:
    steps = (first_party("alice@example.com"), first_party(f"broker@{PROJECT}.iam.gserviceaccount.com"))

    event = event_of(authenticationInfo=delegated(*steps))
    actor, found = judged(event)

    assert [one.name for one in event.call.behind] == [
        f"broker@{PROJECT}.iam.gserviceaccount.com",
        "alice@example.com",
    ]
    assert (actor.kind, actor.name, actor.principal) == (ActorKind.HUMAN, "alice@example.com", DEPLOYER)
    assert (found.channel, found.credential) == (Channel.MANUAL, Credential.IMPERSONATION)


@pytest.mark.parametrize(
    "step",
    [
        {"principalSubject": POOL + GITHUB},
        {"thirdPartyPrincipal": {"thirdPartyClaims": {"sub": GITHUB, "aud": ["x"]}}},
    ],
)
def test_a_pipeline_that_impersonates_is_a_pipeline(step: dict[str, Any]) -> None:
    actor, found = judged(event_of(authenticationInfo=delegated(step)))

    assert (actor.kind, actor.subject, actor.is_known_pipeline) == (ActorKind.MACHINE, GITHUB, True)
    assert (found.channel, found.credential) == (Channel.PIPELINE, Credential.WEB_IDENTITY)


def test_an_agent_that_acts_as_a_service_account_leaves_it_a_machine() -> None:
    agent = f"service-{NUMBER}@gcp-sa-cloudscheduler.iam.gserviceaccount.com"

    actor, found = judged(event_of(authenticationInfo=delegated(first_party(agent))))

    assert (actor.kind, found.channel) == (ActorKind.MACHINE, Channel.AUTOMATION)


def test_empty_steps_of_a_delegation_are_nobody() -> None:
    event = event_of(
        authenticationInfo=delegated({}, {"firstPartyPrincipal": {}}, {"thirdPartyPrincipal": {}})
    )

    assert event.call.behind == ()


def test_a_downloaded_key_is_a_risk_of_its_own() -> None:
    event = event_of(
        authenticationInfo=identity(DEPLOYER, serviceAccountKeyName="//iam.googleapis.com/k/keys/1")
    )

    assert [one.slug for one in event.risks] == ["downloaded-key"]
    assert credential_of(event) is Credential.STATIC_KEY
