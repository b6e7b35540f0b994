from collections.abc import Sequence

import pytest
from msgspec import structs

from drift.model.event import Issuer, OpenedSession, Principal
from drift.model.verdict import Actor, ActorKind, Confidence, Statement, Tool, Trust
from drift.stages.attribute import MAX_CHAIN, IdentityRules, attribute
from tests.builders import ACCOUNT, NOON, a_principal, a_session_opened, a_tool_sign, an_event, minutes

NO_RULES = IdentityRules()

GITHUB = Issuer(name="GitHub Actions", is_pipeline=True, subject="repo:example/infra:environment:production")
CLUSTER = Issuer(name="EKS", is_pipeline=False, subject="system:serviceaccount:ci:runner")

DEPLOY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/terraform-deploy"
CRON_ROLE = f"arn:aws:iam::{ACCOUNT}:role/cron-backup"


def a_machine(
    name: str = "terraform-deploy",
    *,
    role: str | None = DEPLOY_ROLE,
    session_name: str | None = None,
    issuer: Issuer | None = None,
) -> Principal:
    return a_principal(name, kind=ActorKind.MACHINE, role=role, session_name=session_name, issuer=issuer)


def nobody_known(session_name: str, role: str = CRON_ROLE) -> Principal:
    return a_principal(
        "cron-backup",
        kind=ActorKind.UNKNOWN,
        role=role,
        session_name=session_name,
        confidence=Confidence.LOW,
    )


def an_iam_user(name: str) -> Principal:
    user = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return a_principal(name, principal_id=user, confidence=Confidence.MEDIUM)


def actor_of(
    principal: Principal | None,
    *behind: OpenedSession,
    people: Sequence[str] = (),
    machines: Sequence[str] = (),
) -> Actor:
    """The actor of a call in the first of these sessions."""
    event = an_event(principal=principal, session_key=behind[0].key if behind else None)
    rules = IdentityRules(people=tuple(people), machines=tuple(machines))
    return attribute(event, {one.key: one for one in behind}, rules)


def a_chain(length: int, first: Principal) -> list[OpenedSession]:
    """Sessions of roles assumed from roles, the last one first, begun by `first`."""
    links = [
        a_session_opened(
            a_principal(
                f"role-{step}", kind=ActorKind.MACHINE, role=f"role-{step}", session_name="botocore-1"
            ),
            key=f"ASIA{step}",
            via=f"ASIA{step + 1}",
        )
        for step in range(length - 1)
    ]
    return [*links, a_session_opened(first, key=f"ASIA{length - 1}", via="AKIA1")]


# Without a session that is known


def test_a_person_whom_the_cloud_vouches_for_answers_for_the_call() -> None:
    actor = actor_of(a_principal("alice@example.com", role="Admin"))

    assert (actor.kind, actor.name) == (ActorKind.HUMAN, "alice@example.com")
    assert actor.principal == f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/alice@example.com"
    assert actor.chain == ("Admin",)
    assert actor.confidence is Confidence.HIGH
    assert actor.reasons == ("the cloud signed them in",)


def test_a_record_that_names_no_identity_but_a_service_is_the_services() -> None:
    event = an_event(principal=None, acting_service="autoscaling.amazonaws.com")

    actor = attribute(event, {}, IdentityRules(people=("*",)))

    assert (actor.kind, actor.name) == (ActorKind.SERVICE, "autoscaling.amazonaws.com")
    assert actor.confidence is Confidence.HIGH


def test_a_record_that_names_nobody_at_all_is_nobodys() -> None:
    actor = actor_of(None)

    assert (actor.kind, actor.name, actor.principal) == (ActorKind.UNKNOWN, "unknown", None)
    assert actor.reasons == ("the record names no identity",)


def test_a_session_key_that_nobody_opened_leaves_the_principal() -> None:
    event = an_event(principal=nobody_known("i-made-this-up"), session_key="ASIAUNSEEN")

    actor = attribute(event, {}, IdentityRules())

    assert actor.kind is ActorKind.UNKNOWN
    assert actor.confidence is Confidence.LOW


# Through sessions


def test_the_person_who_assumed_a_role_answers_and_not_the_role() -> None:
    opened = a_session_opened(a_principal("alice@example.com"), role=DEPLOY_ROLE)

    actor = actor_of(a_machine(session_name="botocore-session-1"), opened)

    assert (actor.kind, actor.name) == (ActorKind.HUMAN, "alice@example.com")
    assert actor.chain == (DEPLOY_ROLE, f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/alice@example.com")
    assert actor.reasons[1] == (
        f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/alice@example.com opened the session of {DEPLOY_ROLE}"
    )
    assert not actor.is_known_pipeline


@pytest.mark.parametrize("length", range(1, MAX_CHAIN + 1))
def test_a_chain_of_roles_is_followed_to_the_person_who_began_it(length: int) -> None:
    actor = actor_of(a_machine(), *a_chain(length, a_principal("alice@example.com")))

    assert (actor.kind, actor.name) == (ActorKind.HUMAN, "alice@example.com")
    assert actor.confidence is Confidence.HIGH
    assert len(actor.chain) == length + 1
    assert actor.chain[-1].endswith("/alice@example.com")


def test_a_longer_chain_is_cut_and_then_nothing_is_sure() -> None:
    """
    Whoever hides behind more roles than are followed must not pass for a machine.
    """
    actor = actor_of(a_machine(), *a_chain(MAX_CHAIN + 1, a_principal("alice@example.com")))

    assert actor.kind is ActorKind.MACHINE
    assert actor.confidence is Confidence.LOW
    assert actor.reasons[-1] == "the chain of roles was followed 5 steps, and goes on"


@pytest.mark.parametrize(
    ("sure", "found"), [(Confidence.HIGH, Confidence.HIGH), (Confidence.MEDIUM, Confidence.LOW)]
)
def test_a_chain_begins_with_a_person_for_whose_sign_in_the_cloud_vouches(
    sure: Confidence, found: Confidence
) -> None:
    """
    Even where it is as long as chains are followed: before a permission set nobody assumed a role.
    """
    alice = a_principal("alice@example.com", role="AWSReservedSSO_Admin", confidence=sure)

    actor = actor_of(a_machine(), *a_chain(MAX_CHAIN, alice))

    assert (actor.name, actor.confidence) == ("alice@example.com", found)


def test_a_chain_that_bites_its_tail_ends() -> None:
    one = a_session_opened(a_machine("one"), key="ASIA1", via="ASIA2")
    other = a_session_opened(a_machine("other"), key="ASIA2", via="ASIA1")

    actor = actor_of(a_machine(), one, other)

    assert [one.rpartition("/")[2] for one in actor.chain] == ["terraform-deploy", "one", "other"]


def test_a_session_that_was_opened_with_its_own_key_ends_the_chain() -> None:
    actor = actor_of(
        a_machine(), a_session_opened(a_principal("alice@example.com"), key="ASIA1", via="ASIA1")
    )

    assert actor.name == "alice@example.com"


def test_nobody_is_said_to_have_opened_the_session_of_their_own_call() -> None:
    """
    The console's calls tell of their session for those of its calls that show no console.
    """
    bob = a_principal("bob", role="Ops", session_name="bob")
    own = a_session_opened(bob, key="when", via="console|bob", role="Ops")
    switched = a_session_opened(an_iam_user("bob"), key="console|bob", via=None, role="Ops")

    assert actor_of(bob, own).reasons == ("the cloud signed them in",)
    assert actor_of(bob, own, switched).reasons[1:] == (
        f"arn:aws:iam::{ACCOUNT}:user/bob opened the session of Ops",
    )


def test_a_person_for_whom_a_broker_opened_the_session_answers() -> None:
    """
    Access brokers run as machines, and open sessions in the name of the people who asked them.
    """
    broker = a_machine("access-broker", role=f"arn:aws:iam::{ACCOUNT}:role/access-broker")
    person = a_principal("alice@example.com", confidence=Confidence.MEDIUM)

    actor = actor_of(person, a_session_opened(broker))

    assert (actor.kind, actor.name) == (ActorKind.HUMAN, "alice@example.com")
    assert actor.confidence is Confidence.MEDIUM


def test_a_service_that_acts_alone_stays_a_service_whoever_opened_its_session() -> None:
    service = a_principal("autoscaling.amazonaws.com", kind=ActorKind.SERVICE)
    event = an_event(principal=service, acting_service="autoscaling.amazonaws.com", session_key="ASIA1")

    actor = attribute(event, {"ASIA1": a_session_opened(a_principal("alice@example.com"))}, NO_RULES)

    assert (actor.kind, actor.name) == (ActorKind.SERVICE, "autoscaling.amazonaws.com")


def test_who_asked_a_service_for_something_answers_for_what_it_does_to_that_end() -> None:
    """Azure's resource providers write under the correlation of the request that they carry out."""
    provider = a_principal("Azure Kubernetes Service", kind=ActorKind.SERVICE)
    opened = a_session_opened(a_principal("alice@example.com"), tools=(a_tool_sign(Tool.CONSOLE),))

    actor = attribute(an_event(principal=provider, session_key="ASIA1"), {"ASIA1": opened}, NO_RULES)

    assert (actor.kind, actor.name) == (ActorKind.HUMAN, "alice@example.com")
    assert [sign.tool for sign in actor.tools] == [Tool.CONSOLE]


def test_a_grant_that_has_ended_says_nothing_of_later_calls() -> None:
    alice = a_principal("alice@example.com")
    said = Statement(place="justification", text="OPS-1", trust=Trust.GRANT)
    grant = a_session_opened(alice, key="grant:alice", statements=(said,), expires_at=NOON)
    sessions = {"grant:alice": grant}

    within = attribute(an_event(principal=alice, session_key="grant:alice"), sessions, NO_RULES)
    after = attribute(
        an_event(principal=alice, session_key="grant:alice", at=NOON + minutes(1)), sessions, NO_RULES
    )

    assert (within.statements, after.statements) == ((said,), ())


def test_who_delegated_to_a_service_account_answers_for_it() -> None:
    """The record itself names the chain: the first of it is the real actor."""
    account = a_principal("deploy", kind=ActorKind.MACHINE, principal_id="deploy@example.iam")
    event = an_event(principal=account)
    event = structs.replace(
        event, call=structs.replace(event.call, behind=(a_principal("alice@example.com"),))
    )

    actor = attribute(event, {}, NO_RULES)

    assert (actor.kind, actor.name) == (ActorKind.HUMAN, "alice@example.com")
    assert any("acted as deploy@example.iam" in reason for reason in actor.reasons)


# Strict identity


@pytest.mark.parametrize(
    ("principal", "kind"),
    [
        (a_principal("alice@example.com"), ActorKind.HUMAN),
        (a_principal("alice@Example.COM"), ActorKind.HUMAN),
        (a_principal("alice@example.com.evil.net"), ActorKind.UNKNOWN),
        (a_principal("mallory@evil.net"), ActorKind.UNKNOWN),
        (a_principal("alice@example.com", confidence=Confidence.MEDIUM), ActorKind.UNKNOWN),
        (a_principal("ci-user"), ActorKind.UNKNOWN),
        (a_principal("example.com"), ActorKind.UNKNOWN),
        (a_principal("deploy", kind=ActorKind.MACHINE), ActorKind.MACHINE),
    ],
)
def test_in_strict_mode_a_person_is_known_by_an_address_of_the_company_alone(
    principal: Principal, kind: ActorKind
) -> None:
    rules = IdentityRules(strict_domains=("example.com",))

    actor = attribute(an_event(principal=principal), {}, rules)

    assert actor.kind is kind
    assert (actor.reasons[0].startswith("strict identity")) == (kind is ActorKind.UNKNOWN)


def test_a_session_that_a_service_opened_is_the_instances() -> None:
    service = a_principal("ec2.amazonaws.com", kind=ActorKind.SERVICE)

    actor = actor_of(a_machine("web", role=f"arn:aws:iam::{ACCOUNT}:role/web"), a_session_opened(service))

    assert (actor.kind, actor.name) == (ActorKind.MACHINE, "web")


# Tokens


def test_a_pipelines_token_tells_its_subject_from_the_record_that_opened_the_session() -> None:
    token = a_machine("repo:example/infra", role=None, issuer=GITHUB)
    later = a_machine(
        session_name="GitHubActions-9182736455", issuer=Issuer(name="GitHub Actions", is_pipeline=True)
    )

    actor = actor_of(later, a_session_opened(token, role=DEPLOY_ROLE))

    assert (actor.kind, actor.name) == (ActorKind.MACHINE, "terraform-deploy")
    assert actor.subject == "repo:example/infra:environment:production"
    assert (actor.issuer, actor.is_known_pipeline) == ("GitHub Actions", True)
    assert actor.run == "GitHubActions-9182736455"


def test_a_pipeline_keeps_its_subject_and_its_run_through_a_second_role() -> None:
    """
    In the second session AWS names the provider no more, and the SDK calls the session as it likes.
    """
    token = a_machine("repo:example/infra", role=None, issuer=GITHUB)
    entry = a_machine("ci-entry", role="ci-entry", session_name="GitHubActions-9182736455")
    chain = [
        a_session_opened(entry, key="ASIA2", via="ASIA1", role=DEPLOY_ROLE),
        a_session_opened(token, key="ASIA1", role="ci-entry"),
    ]

    actor = actor_of(a_machine(session_name="aws-go-sdk-17"), *chain)

    assert actor.subject == "repo:example/infra:environment:production"
    assert actor.is_known_pipeline
    assert actor.run == "GitHubActions-9182736455"


def test_a_pipeline_that_names_its_session_after_a_person_stays_a_machine() -> None:
    token = a_machine("repo:example/infra", role=None, issuer=GITHUB)
    named = a_principal(
        "alice@example.com", role=DEPLOY_ROLE, session_name="alice@example.com", confidence=Confidence.MEDIUM
    )

    actor = actor_of(named, a_session_opened(token))

    assert (actor.kind, actor.name) == (ActorKind.MACHINE, "terraform-deploy")


def test_a_workload_of_a_cluster_is_a_machine_but_no_known_pipeline() -> None:
    workload = a_machine("runner", session_name="eks-prod-runner", issuer=CLUSTER)

    actor = actor_of(workload)

    assert (actor.kind, actor.is_known_pipeline) == (ActorKind.MACHINE, False)
    assert actor.issuer == "EKS"


def a_machine_by_its_name(session_name: str = "GitHubActions") -> Principal:
    """Nothing but the name of its session says that it is a machine."""
    return structs.replace(a_machine(session_name=session_name), confidence=Confidence.MEDIUM)


def test_what_only_the_name_of_its_session_makes_a_machine_is_not_surely_one() -> None:
    """
    The record that tells who opened the session may come later than the call, and the name is
    the choice of whoever opened it: else it would be enough to be trusted like a pipeline.
    """
    assert actor_of(a_machine_by_its_name()).confidence is Confidence.LOW


def test_a_session_that_a_service_opened_bears_the_name_that_the_service_chose() -> None:
    codebuild = a_principal("codebuild.amazonaws.com", kind=ActorKind.SERVICE)
    guessed = structs.replace(codebuild, confidence=Confidence.MEDIUM)

    assert actor_of(a_machine_by_its_name(), a_session_opened(codebuild)).confidence is Confidence.MEDIUM
    assert actor_of(a_machine_by_its_name(), a_session_opened(guessed)).confidence is Confidence.LOW


def test_a_configured_machine_is_one_whatever_its_sessions_are_called() -> None:
    actor = actor_of(a_machine_by_its_name(), machines=["terraform-deploy"])

    assert (actor.kind, actor.confidence) == (ActorKind.MACHINE, Confidence.HIGH)


# Names


@pytest.mark.parametrize(
    ("source_identity", "name"),
    [
        ("alice@example.com", "alice@example.com"),
        ("alice@example.com.OPS-123", "alice@example.com"),
        ("alice@OPS-123", "alice"),
        ("alice_CHG0012345", "alice"),
        ("alice-SHA", "alice-SHA"),
        ("OPS-123", "OPS-123"),
    ],
)
def test_the_source_identity_names_the_person_without_the_ticket_behind_it(
    source_identity: str, name: str
) -> None:
    shared_user = an_iam_user("shared-admin")
    opened = a_session_opened(shared_user, via="AKIA1", source_identity=source_identity)

    actor = actor_of(a_machine(), opened)

    assert (actor.kind, actor.name) == (ActorKind.HUMAN, name)


def test_the_source_identity_of_a_sign_in_is_the_identity_providers() -> None:
    signed_in = a_principal("AROAEXAMPLE:8f2c", confidence=Confidence.HIGH)

    actor = actor_of(a_machine(), a_session_opened(signed_in, via=None, source_identity="alice@example.com"))

    assert (actor.name, actor.confidence) == ("alice@example.com", Confidence.HIGH)


def test_the_first_source_identity_of_a_chain_counts() -> None:
    """
    AWS lets nobody change it later, so another one further on can only be a forgery.
    """
    chain = [
        a_session_opened(nobody_known("x"), key="ASIA2", via="ASIA1", source_identity="mallory@example.com"),
        a_session_opened(a_principal("8f2c"), key="ASIA1", source_identity="alice@example.com"),
    ]

    actor = actor_of(a_machine(), *chain)

    assert actor.name == "alice@example.com"


def test_a_source_identity_does_not_rename_a_person_whom_the_cloud_vouches_for() -> None:
    """
    With a role it is chosen by whoever assumes it, so it could put the blame on somebody else.
    """
    mallory = a_principal("mallory@example.com", confidence=Confidence.HIGH)

    actor = actor_of(a_machine(), a_session_opened(mallory, via="ASIA0", source_identity="alice@example.com"))

    assert (actor.name, actor.confidence) == ("mallory@example.com", Confidence.HIGH)
    assert "whoever assumed the role gave alice@example.com as the source identity" in actor.reasons


def test_a_machine_is_named_by_its_role_and_never_by_a_source_identity() -> None:
    token = a_machine("repo:example/infra", role=None, issuer=GITHUB)

    actor = actor_of(a_machine(), a_session_opened(token, source_identity="alice@example.com"))

    assert actor.name == "terraform-deploy"


# What the configuration knows better


@pytest.mark.parametrize("pattern", ["cron-*", CRON_ROLE, "arn:aws:iam::*:role/cron-*", "*/cron-backup/*"])
def test_a_configured_machine_is_recognised_by_its_role(pattern: str) -> None:
    actor = actor_of(nobody_known("nightly"), machines=[pattern])

    assert (actor.kind, actor.name) == (ActorKind.MACHINE, "cron-backup")
    assert actor.confidence is Confidence.HIGH
    assert actor.reasons == (f"the configuration calls {pattern} a machine",)


def test_a_configured_machine_may_be_a_user() -> None:
    actor = actor_of(an_iam_user("ci-bot"), machines=["arn:aws:iam::*:user/ci-*"])

    assert (actor.kind, actor.name) == (ActorKind.MACHINE, "ci-bot")


@pytest.mark.parametrize("pattern", ["*cron-backup", "*cron-*", "cron-backup"])
def test_nobody_becomes_a_machine_by_calling_their_session_so(pattern: str) -> None:
    person = a_principal("alice", role=f"arn:aws:iam::{ACCOUNT}:role/Admin", session_name="cron-backup")

    actor = actor_of(person, machines=[pattern])

    assert actor.kind is ActorKind.HUMAN


def test_a_person_who_uses_the_role_of_a_configured_machine_still_answers() -> None:
    opened = a_session_opened(a_principal("alice@example.com"), role=CRON_ROLE)

    actor = actor_of(nobody_known("nightly"), opened, machines=["cron-*"])

    assert (actor.kind, actor.name) == (ActorKind.HUMAN, "alice@example.com")


def test_a_configured_machine_stays_one_whatever_it_calls_its_sessions() -> None:
    named = a_principal("billing@example.com", role=DEPLOY_ROLE, confidence=Confidence.MEDIUM)

    actor = actor_of(named, a_session_opened(an_iam_user("ci-bot"), via="AKIA1"), machines=["*:user/ci-bot"])

    assert (actor.kind, actor.name) == (ActorKind.MACHINE, "terraform-deploy")


def test_a_configured_person_is_named_by_the_session_of_a_role_and_not_quite_surely() -> None:
    """
    That the role is for people is known; which of them it was, the caller says.
    """
    actor = actor_of(nobody_known("alice@example.com.OPS-123"), people=["arn:aws:iam::*:role/cron-*"])

    assert (actor.kind, actor.name) == (ActorKind.HUMAN, "alice@example.com")
    assert actor.confidence is Confidence.MEDIUM


def test_a_configured_person_may_be_recognised_by_the_sessions_name() -> None:
    actor = actor_of(nobody_known("alice@example.com"), people=["*@example.com"])

    assert actor.kind is ActorKind.HUMAN


def test_a_configured_user_is_surely_a_person() -> None:
    actor = actor_of(an_iam_user("bob"), people=["arn:aws:iam::*:user/*"])

    assert (actor.kind, actor.name, actor.confidence) == (ActorKind.HUMAN, "bob", Confidence.HIGH)


@pytest.mark.parametrize(
    ("pattern", "is_person"), [("*:user/[a]lice", True), ("*:user/?alice?", False), ("*:user/?a?lice", True)]
)
def test_brackets_in_a_pattern_are_ordinary_characters(pattern: str, is_person: bool) -> None:
    strange = a_principal(
        "[a]lice", kind=ActorKind.UNKNOWN, principal_id=f"arn:aws:iam::{ACCOUNT}:user/[a]lice"
    )

    actor = actor_of(strange, people=[pattern])

    assert (actor.kind is ActorKind.HUMAN) == is_person


def test_no_pattern_makes_a_person_or_a_machine_of_a_service() -> None:
    service = a_principal("autoscaling.amazonaws.com", kind=ActorKind.SERVICE, role="AWSServiceRoleForX")

    assert actor_of(service, people=["*"], machines=["*"]).kind is ActorKind.SERVICE


def test_a_pattern_fits_whole_or_not_at_all() -> None:
    assert actor_of(nobody_known("nightly"), machines=["cron"]).kind is ActorKind.UNKNOWN
