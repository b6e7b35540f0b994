"""What is proposed of principals, and that it does in the configuration what it says."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec import structs

from drift.config import load
from drift.learn.gather import gathered
from drift.learn.propose import Kind, Proposal, proposals
from drift.learn.toml import entry_toml, toml_of
from drift.model.change import Write
from drift.model.event import Issuer, Principal
from drift.model.resource import Cloud
from drift.model.verdict import Actor, ActorKind, Channel, Confidence, Tool
from drift.stages.classify import ChannelRules
from tests.builders import ACCOUNT, a_classification, a_principal, a_write, an_actor, an_event

ROLE = f"arn:aws:iam::{ACCOUNT}:role/terraform-deploy"
NOTHING_CONFIGURED = ChannelRules()


def a_token(subject: str | None, *, role: str = ROLE, run: str = "run-1") -> Write:
    """A write with a token of GitHub Actions."""
    issuer = Issuer(name="GitHub Actions", is_pipeline=True, subject=subject)
    principal = a_principal(run, kind=ActorKind.MACHINE, role=role, session_name=run, issuer=issuer)
    actor = an_actor(
        "terraform-deploy",
        kind=ActorKind.MACHINE,
        principal=principal.id,
        chain=(role,),
        subject=subject,
        issuer=issuer.name,
        is_known_pipeline=True,
    )
    return a_write(
        an_event(principal=principal),
        actor,
        a_classification(channel=Channel.PIPELINE, tool=Tool.TERRAFORM, pipeline=None),
    )


def a_machine(
    principal: Principal, *, tool: Tool = Tool.SDK, confidence: Confidence = Confidence.MEDIUM
) -> Write:
    """A write by a machine that no token vouches for."""
    actor = an_actor(
        principal.name,
        kind=ActorKind.MACHINE,
        principal=principal.id,
        chain=(principal.role,) if principal.role else (),
        confidence=confidence,
    )
    found = a_classification(channel=Channel.AUTOMATION, tool=tool)
    return a_write(an_event(principal=principal, tool=tool), actor, found)


def proposed(*writes: Write, rules: ChannelRules = NOTHING_CONFIGURED) -> list[Proposal]:
    return list(proposals(gathered(writes), rules))


def pasted(folder: Path, found: Sequence[Proposal]) -> ChannelRules:
    """Return the rules in force after everything was pasted, comments and all."""
    file = folder / "config.toml"
    file.write_text("\n".join(toml_of(found)))
    return load(file, {}, {}).channels


def actor_of(write: Write) -> Actor:
    return write.actor


# Pipelines


@pytest.mark.parametrize(
    ("subject", "keys"),
    [
        (
            "repo:example/infra:environment:production",
            {"repository": "example/infra", "environment": "production"},
        ),
        (
            "repo:example/infra:environment:eu%3Aprod",
            {"repository": "example/infra", "environment": "eu:prod"},
        ),
        ("repo:example/infra:ref:refs/heads/main", {"repository": "example/infra", "branch": "main"}),
        (
            "project_path:example/ops/infra:ref_type:branch:ref:main",
            {"repository": "example/ops/infra", "branch": "main"},
        ),
    ],
)
def test_a_token_becomes_the_pipeline_that_it_says_it_is(
    subject: str, keys: dict[str, str], tmp_path: Path
) -> None:
    write = a_token(subject)
    found = proposed(write)

    assert [one.kind for one in found] == [Kind.PIPELINE]
    table = tomllib.loads(entry_toml(found[0].entries[0]))["pipeline"][0]
    assert {key: table[key] for key in keys} == keys
    assert table["role"] == "terraform-deploy"
    rules = pasted(tmp_path, found)
    assert rules.pipeline_for(actor_of(write)) is not None
    assert rules.pipeline_for(actor_of(a_token("repo:example/other:environment:production"))) is None


def test_each_branch_of_a_repository_is_proposed_by_itself_and_only_protected_ones_can_be_pasted(
    tmp_path: Path,
) -> None:
    main = a_token("repo:example/infra:ref:refs/heads/main")
    feature = a_token("repo:example/infra:ref:refs/heads/try-it")

    found = proposed(main, main, main, feature)

    assert [(one.seen.writes, len(one.entries), bool(one.warnings)) for one in found] == [
        (3, 1, False),
        (1, 1, True),
    ]
    assert "whoever can push it could deploy" in found[1].warnings[0]
    rules = pasted(tmp_path, found)
    assert rules.pipeline_for(actor_of(main)) is not None
    assert rules.pipeline_for(actor_of(feature)) is None


@pytest.mark.parametrize(
    ("subject", "warning"),
    [
        ("repo:example/infra:pull_request", "whoever can open a pull request"),
        ("repo:example/infra:ref:refs/tags/v1", "a tag"),
        ("organization:example:project:x:workspace:net:run_phase:apply", "check that this subject"),
    ],
)
def test_what_others_could_bring_about_stands_in_comments(subject: str, warning: str, tmp_path: Path) -> None:
    found = proposed(a_token(subject))

    assert warning in found[0].warnings[0]
    assert pasted(tmp_path, found).pipelines == ()


def test_a_token_whose_subject_was_not_seen_gives_no_proposal_but_says_why() -> None:
    (found,) = proposed(a_token(None))

    assert (found.kind, found.entries) == (Kind.PIPELINE, ())
    assert "give a longer span" in found.warnings[0]


@pytest.mark.parametrize("subject", ["repo:example/infra:ref:refs/heads/*", "repo:example/*:environment:x?"])
def test_a_wildcard_in_a_name_is_never_proposed(subject: str) -> None:
    (found,) = proposed(a_token(subject))

    assert found.entries == ()
    assert found.warnings


POOL = "projects/123456789012/locations/global/workloadIdentityPools/ci"


def test_a_token_of_a_pool_is_proposed_with_the_pool(tmp_path: Path) -> None:
    write = of_pool(POOL)
    other = of_pool(POOL.replace("/123", "/999"))

    found = proposed(write, other)

    assert len(found) == 2, "a pool of another project is somebody else's"
    rules = pasted(tmp_path, found[:1])
    assert [rules.pipeline_for(actor_of(one)) is not None for one in (write, other)] == [True, False]


def test_a_token_of_an_unnamed_pool_is_proposed_with_what_it_acts_as(tmp_path: Path) -> None:
    write = of_pool("", principal="deploy@example-prod.iam.gserviceaccount.com")
    other = of_pool("", principal="deploy@evil.iam.gserviceaccount.com")

    rules = pasted(tmp_path, proposed(write))

    assert [rules.pipeline_for(actor_of(one)) is not None for one in (write, other)] == [True, False]


def test_a_token_of_an_unnamed_pool_that_acts_as_several_says_what_is_missing() -> None:
    accounts = ("a@example-prod.iam.gserviceaccount.com", "b@example-prod.iam.gserviceaccount.com")

    (found,) = proposed(*(of_pool("", principal=one) for one in accounts))

    [warning] = found.warnings
    assert warning.startswith("whoever owns a pool says what its tokens are called")


def of_pool(pool: str, *, principal: str = "deploy@example-prod.iam.gserviceaccount.com") -> Write:
    """A write with a token whose subject a pool's owner made."""
    write = a_token("repo:example/infra:ref:refs/heads/main")
    machine = a_principal("deploy", kind=ActorKind.MACHINE, principal_id=principal)
    call = structs.replace(write.event.call, cloud=Cloud.GCP, principal=machine)
    return structs.replace(
        write,
        event=structs.replace(write.event, call=call),
        actor=structs.replace(write.actor, pool=pool, principal=principal, chain=()),
    )


def test_a_pipeline_that_is_configured_is_proposed_no_more(tmp_path: Path) -> None:
    write = a_token("repo:example/infra:environment:production")
    rules = pasted(tmp_path, proposed(write))

    (found,) = proposed(write, rules=rules)

    assert (found.kind, found.known_as, found.entries) == (Kind.PIPELINE, "example/infra production", ())


def test_names_of_pipelines_are_their_own(tmp_path: Path) -> None:
    """
    In another role the same token is another pipeline: the configuration wants a name for each.
    """
    found = proposed(
        a_token("repo:example/infra:environment:a b"), a_token("repo:example/infra:environment:a\tb")
    )

    names = [dict(one.entries[0].values)["name"] for one in found]

    assert sorted(names) == ["example/infra a b", "example/infra a b 2"]
    assert len(pasted(tmp_path, found).pipelines) == 2


def test_a_service_account_that_runs_terraform_may_be_a_pipeline_after_somebody_has_looked(
    tmp_path: Path,
) -> None:
    address = "terraform@example-prod.iam.gserviceaccount.com"
    write = a_machine(a_principal(address, kind=ActorKind.MACHINE, principal_id=address), tool=Tool.TERRAFORM)

    (found,) = proposed(write)

    assert (found.kind, dict(found.entries[0].values)["principal"]) == (Kind.PIPELINE, address)
    assert "only its user agent says" in found.warnings[0]
    assert pasted(tmp_path, [found]).pipelines == ()


def test_a_machine_by_the_name_of_its_sessions_alone_must_be_called_one_to_be_trusted() -> None:
    session = a_principal("GitHubActions", kind=ActorKind.MACHINE, role=ROLE, session_name="GitHubActions")
    write = a_machine(session, tool=Tool.TERRAFORM, confidence=Confidence.LOW)

    (found,) = proposed(write)

    assert [one.heading for one in found.entries] == ["[identities]", "[[pipeline]]"]
    assert "only the name of its sessions says" in found.warnings[1]


# Machines, people, the rest


def test_a_machine_that_nothing_vouches_for_is_proposed_by_its_role_without_the_name_of_the_session() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/cron-cleanup"
    writes = [
        a_machine(a_principal("i-1", kind=ActorKind.MACHINE, role=role, session_name=session))
        for session in ("i-1", "i-2")
    ]

    (found,) = proposed(*writes)

    assert (found.kind, found.seen.writes) == (Kind.MACHINE, 2)
    assert found.entries[0].values == (("machines", ("cron-cleanup",)),)
    assert not found.entries[0].is_sure


def test_what_the_record_vouches_for_needs_no_configuration() -> None:
    machine = a_machine(a_principal("i-1", kind=ActorKind.MACHINE, role=ROLE), confidence=Confidence.HIGH)
    service = a_write(
        an_event(acting_service="autoscaling.amazonaws.com"),
        an_actor("autoscaling.amazonaws.com", kind=ActorKind.SERVICE),
        a_classification(channel=Channel.SERVICE),
    )

    found = {one.kind: one for one in proposed(a_write(), machine, service)}

    assert set(found) == {Kind.PERSON, Kind.MACHINE, Kind.SERVICE}
    assert [one.entries for one in found.values()] == [(), (), ()]


def test_a_write_of_a_service_is_not_counted_as_that_of_the_person_it_acted_for() -> None:
    person = an_actor("alice@example.com")
    by_service = a_write(
        an_event(acting_service="cloudformation.amazonaws.com"),
        person,
        a_classification(channel=Channel.SERVICE),
    )

    found = proposed(a_write(actor=person), by_service)

    assert {(one.kind, one.seen.identity.name, one.seen.writes) for one in found} == {
        (Kind.PERSON, "alice@example.com", 1),
        (Kind.SERVICE, "cloudformation.amazonaws.com", 1),
    }


def test_emergency_access_is_recognised_by_its_name_whoever_used_it(tmp_path: Path) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/BreakGlassAdmin"
    writes = [
        a_write(
            an_event(principal=a_principal(name, role=role)),
            an_actor(name, chain=(role,)),
        )
        for name in ("frank@example.com", "grace@example.com")
    ]

    found = proposed(*writes)

    assert [one.kind for one in found] == [Kind.BREAK_GLASS, Kind.BREAK_GLASS]
    rules = pasted(tmp_path, found)
    assert "\n".join(toml_of(found)).count('"BreakGlassAdmin"') == 1
    assert rules.is_break_glass(actor_of(writes[0]))


def test_of_somebody_unknown_both_are_offered_and_neither_is_in_force(tmp_path: Path) -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/importer"
    write = a_write(
        an_event(principal=a_principal("importer", kind=ActorKind.UNKNOWN, principal_id=user)),
        an_actor("importer", kind=ActorKind.UNKNOWN, principal=user, confidence=Confidence.LOW),
        a_classification(channel=Channel.UNKNOWN),
    )

    (found,) = proposed(write)

    assert [entry.values[0] for entry in found.entries] == [("people", (user,)), ("machines", (user,))]
    text = "\n".join(toml_of([found]))
    assert tomllib.loads(text) == {"identities": {"people": [], "machines": []}}
    assert tomllib.loads(text.replace('#"', '"'))["identities"]["people"] == [user]


@pytest.mark.parametrize(
    ("service", "action", "deed"),
    [
        ("config", "PutConfigRule", "config:PutConfigRule"),
        ("compute", "v1.compute.firewalls.insert", "v1.compute.firewalls.insert"),
        ("cloudresourcemanager", "SetIamPolicy", "cloudresourcemanager:SetIamPolicy"),
        ("microsoft.keyvault", "MICROSOFT.KEYVAULT/VAULTS/WRITE", "MICROSOFT.KEYVAULT/VAULTS/WRITE"),
        (None, "SetIamPolicy", "?:SetIamPolicy"),
    ],
)
def test_a_service_is_named_once(service: str | None, action: str, deed: str) -> None:
    (seen,) = gathered([a_write(an_event(service=service, action=action))])

    assert list(seen.actions) == [deed]


def test_attempts_that_failed_do_not_count() -> None:
    assert proposed(a_write(an_event(error="AccessDenied"))) == []


def test_who_wrote_most_comes_first() -> None:
    often, once = an_actor("bob@example.com"), an_actor("alice@example.com")

    found = proposed(a_write(actor=once), a_write(actor=often), a_write(actor=often))

    assert [one.seen.identity.name for one in found] == ["bob@example.com", "alice@example.com"]


# What strangers are called


HOSTILE = [
    '"',
    "\\",
    '"\n[[pipeline]]\nname = "evil',
    "\x1b[2J",
    "\u202e",
    "\ud800",
    "\U000e0001",
    "'''",
    "#",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leaves_its_quotes_nor_its_comment(name: str) -> None:
    found = proposed(
        a_token(f"repo:example/infra:environment:x{name}"),
        a_machine(a_principal("m", kind=ActorKind.MACHINE, principal_id=f"m{name}")),
        a_machine(a_principal("t", kind=ActorKind.MACHINE, principal_id=f"t{name}"), tool=Tool.TERRAFORM),
    )

    text = "\n".join(toml_of(found))

    assert all(char.isprintable() for char in text.replace("\n", ""))
    for as_pasted in (text, re.sub(r"^( *)#(?! )", r"\1", text, flags=re.MULTILINE)):
        tables = tomllib.loads(as_pasted)
        assert set(tables) <= {"pipeline", "identities"}
        assert "evil" not in [one["name"] for one in tables.get("pipeline", [])]


@pytest.mark.parametrize("name", ['"', "\\", "\u202e", "\U000e0001", "#", "\t"])
def test_a_strange_name_that_is_pasted_fits_its_bearer(name: str, tmp_path: Path) -> None:
    write = a_token(f"repo:example/infra:environment:x{name}")

    assert pasted(tmp_path, proposed(write)).pipeline_for(actor_of(write)) is not None
