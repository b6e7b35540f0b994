import re
from dataclasses import replace

import pytest
from msgspec import structs

from drift.model.event import ChangeEvent, Effect, Operation, Phase, Risk
from drift.model.resource import Resource
from drift.model.verdict import (
    Actor,
    ActorKind,
    Channel,
    Classification,
    Confidence,
    Credential,
    CredentialSign,
    Lane,
    Reference,
    Statement,
    Tool,
    ToolSign,
    Trust,
)
from drift.stages.classify import ChannelRules, Exclusion, PipelineRule, classify, references_in
from tests.builders import ACCOUNT, a_tool_sign, an_actor, an_event

DEPLOY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/terraform-deploy"
SUBJECT = "repo:example/infra:environment:production"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/terraform-deploy/GitHubActions-9182736455"

BY_ROLE = PipelineRule(name="deploy", role=re.compile(re.escape(DEPLOY_ROLE)))
BY_SUBJECT = PipelineRule(name="deploy", subject=re.compile(r"repo:example/infra:.*"))
BY_BOTH = PipelineRule(name="deploy", role=BY_ROLE.role, subject=BY_SUBJECT.subject)


def a_pipeline(
    *,
    role: str | None = DEPLOY_ROLE,
    subject: str | None = SUBJECT,
    run: str | None = "GitHubActions-9182736455",
    confidence: Confidence = Confidence.HIGH,
) -> Actor:
    """A machine with a token of GitHub Actions."""
    return an_actor(
        "terraform-deploy",
        kind=ActorKind.MACHINE,
        principal=SESSION,
        chain=(role,) if role else (),
        subject=subject,
        issuer="GitHub Actions",
        is_known_pipeline=True,
        run=run,
        confidence=confidence,
    )


def found(
    actor: Actor,
    *pipelines: PipelineRule,
    tool: Tool | None = Tool.TERRAFORM,
    acting_service: str | None = None,
    lane: Lane = Lane.INFRASTRUCTURE,
    break_glass: str | None = None,
) -> Classification:
    rules = ChannelRules(pipelines=pipelines, break_glass=(re.compile(break_glass),) if break_glass else ())
    return classify(an_event(tool=tool, acting_service=acting_service, lane=lane), actor, rules)


# People


def test_terraform_user_agent_alone_is_not_a_pipeline_change() -> None:
    """
    Anyone can type a user agent, so only the principal proves the pipeline.
    """
    verdict = found(an_actor("dana"), BY_SUBJECT, tool=Tool.TERRAFORM)

    assert verdict.channel is Channel.MANUAL
    assert verdict.reasons[0] == "a person, with terraform"


@pytest.mark.parametrize("tool", [Tool.CONSOLE, Tool.CLOUDSHELL, Tool.MOBILE])
def test_a_person_with_an_interactive_tool_is_in_the_console(tool: Tool) -> None:
    assert found(an_actor(), tool=tool).channel is Channel.CONSOLE


@pytest.mark.parametrize("tool", sorted(set(Tool) - {Tool.CONSOLE, Tool.CLOUDSHELL, Tool.MOBILE}))
def test_a_person_with_any_other_tool_works_by_hand(tool: Tool) -> None:
    assert found(an_actor(), tool=tool).channel is Channel.MANUAL


def test_a_person_with_the_role_and_the_token_of_a_pipeline_is_no_pipeline() -> None:
    person = structs.replace(a_pipeline(), kind=ActorKind.HUMAN)

    verdict = found(person, BY_BOTH, BY_ROLE, BY_SUBJECT)

    assert verdict.channel is Channel.MANUAL
    assert (verdict.pipeline, verdict.run_id) == (None, None)


# Pipelines


@pytest.mark.parametrize("rule", [BY_ROLE, BY_SUBJECT, BY_BOTH], ids=["role", "subject", "both"])
def test_a_pipeline_is_recognised_by_its_role_its_subject_or_both(rule: PipelineRule) -> None:
    verdict = found(a_pipeline(), rule)

    assert (verdict.channel, verdict.pipeline) == (Channel.PIPELINE, "deploy")
    assert verdict.reasons[0] == "terraform-deploy is the pipeline deploy"


@pytest.mark.parametrize(
    ("actor", "rules"),
    [
        (a_pipeline(subject="repo:example/infra-fork:ref:refs/heads/main"), (BY_SUBJECT, BY_BOTH)),
        (a_pipeline(subject="repo:example/infra"), (BY_SUBJECT, BY_BOTH)),
        (a_pipeline(subject=None), (BY_SUBJECT, BY_BOTH)),
        (a_pipeline(role=f"{DEPLOY_ROLE}-2"), (BY_ROLE, BY_BOTH)),
        (a_pipeline(role=None), (BY_ROLE, BY_BOTH)),
    ],
    ids=["another repository", "no branch", "the sign-in was not seen", "another role", "no role"],
)
def test_what_fits_a_rule_only_in_part_is_not_the_pipeline(
    actor: Actor, rules: tuple[PipelineRule, ...]
) -> None:
    verdict = found(actor, *rules)

    assert (verdict.channel, verdict.pipeline) == (Channel.AUTOMATION, None)


def test_a_token_of_a_known_provider_that_fits_no_configured_pipeline_is_automation() -> None:
    """
    Everybody has a pipeline at the provider: a workflow on any branch of any repository.
    """
    stranger = a_pipeline(subject="repo:example/infra:ref:refs/heads/try")
    rule = PipelineRule(name="deploy", subject=re.compile(re.escape(SUBJECT)))

    verdict = found(stranger, rule)

    assert verdict.channel is Channel.AUTOMATION
    assert verdict.reasons[0] == (
        "a token of GitHub Actions that fits no configured pipeline: repo:example/infra:ref:refs/heads/try"
    )


def test_without_a_configuration_a_token_of_a_known_provider_is_a_pipeline_without_a_name() -> None:
    verdict = found(a_pipeline())

    assert (verdict.channel, verdict.pipeline) == (Channel.PIPELINE, None)
    assert verdict.reasons[0] == "a token of GitHub Actions; no pipeline is configured to hold it against"


def test_a_workload_of_a_cluster_is_automation() -> None:
    workload = structs.replace(a_pipeline(), issuer="EKS", is_known_pipeline=False)

    assert found(workload).channel is Channel.AUTOMATION
    assert found(workload, PipelineRule(name="other", role=re.compile("other"))).channel is Channel.AUTOMATION


@pytest.mark.parametrize("rules", [(), (BY_ROLE,)], ids=["no configuration", "a fitting rule"])
def test_who_is_not_surely_a_machine_is_no_pipeline(rules: tuple[PipelineRule, ...]) -> None:
    verdict = found(a_pipeline(confidence=Confidence.LOW), *rules)

    assert verdict.channel is Channel.AUTOMATION


def test_the_first_fitting_rule_names_the_pipeline() -> None:
    verdict = found(a_pipeline(), replace(BY_BOTH, name="first"), replace(BY_ROLE, name="second"))

    assert verdict.pipeline == "first"


@pytest.mark.parametrize(
    ("run", "run_id"),
    [
        ("run-CZcmD7eagjhyX0vN", "run-CZcmD7eagjhyX0vN"),
        ("deploy-run-CZcmD7eagjhyX0vN", "run-CZcmD7eagjhyX0vN"),
        ("rerun-CZcmD7eagjhyX0vN", None),
        ("GitHubActions-9182736455", "9182736455"),
        ("9182736455", "9182736455"),
        ("infra.production_123456", "123456"),
        ("GitHubActions", None),
        ("build-12", None),
        ("9182736455-attempt", None),
        (None, None),
    ],
)
def test_the_run_is_the_number_or_the_name_of_a_run_at_the_end_of_the_sessions_name(
    run: str | None, run_id: str | None
) -> None:
    assert found(a_pipeline(run=run), BY_ROLE).run_id == run_id


@pytest.mark.parametrize("pattern", [r"run-(\w+)@", r"(?<=run-)\w+(?=@)"], ids=["with a group", "without"])
def test_a_pipeline_may_say_how_its_run_is_found(pattern: str) -> None:
    rule = replace(BY_ROLE, run_id=re.compile(pattern))

    assert found(a_pipeline(run="run-a1b2@network@example"), rule).run_id == "a1b2"
    assert found(a_pipeline(run="somebody"), rule).run_id is None


def test_only_a_pipelines_change_has_a_run() -> None:
    assert found(a_pipeline(subject=None), BY_SUBJECT).run_id is None


# Services and strangers


def test_what_a_service_does_for_a_person_is_the_services() -> None:
    verdict = found(
        an_actor("alice"), tool=Tool.CLOUDFORMATION, acting_service="cloudformation.amazonaws.com"
    )

    assert verdict.channel is Channel.SERVICE
    assert verdict.reasons[0] == "cloudformation.amazonaws.com made the call"


def test_what_a_service_does_for_a_pipeline_is_the_pipelines() -> None:
    verdict = found(a_pipeline(), BY_ROLE, acting_service="cloudformation.amazonaws.com")

    assert verdict.channel is Channel.PIPELINE


def test_a_service_that_acts_by_itself_is_a_service() -> None:
    assert found(an_actor("autoscaling", kind=ActorKind.SERVICE)).channel is Channel.SERVICE


def test_somebody_unknown_stays_unknown() -> None:
    verdict = found(an_actor("who", kind=ActorKind.UNKNOWN, confidence=Confidence.LOW), BY_ROLE)

    assert verdict.channel is Channel.UNKNOWN
    assert verdict.confidence is Confidence.LOW


# Signs


def called(**signs: object) -> ChangeEvent:
    """A write whose call shows these signs."""
    event = an_event()
    return structs.replace(event, call=structs.replace(event.call, **signs))


def test_signs_of_low_confidence_decide_nothing() -> None:
    event = called(
        tools=(
            ToolSign(tool=Tool.CONSOLE, confidence=Confidence.LOW, reason="the user agent says so"),
            ToolSign(tool=Tool.CLI, confidence=Confidence.MEDIUM, reason="the user agent names cli"),
        ),
        credentials=(CredentialSign(credential=Credential.SSO, confidence=Confidence.LOW, reason="perhaps"),),
    )

    verdict = classify(event, an_actor(), ChannelRules())

    assert (verdict.tool, verdict.channel) == (Tool.CLI, Channel.MANUAL)
    assert verdict.credential is Credential.UNKNOWN
    assert verdict.confidence is Confidence.MEDIUM


def test_a_tool_that_only_a_weak_sign_shows_is_unknown_and_the_sign_is_told() -> None:
    sign = ToolSign(tool=Tool.CONSOLE, confidence=Confidence.LOW, reason="the user agent names console")

    verdict = classify(called(tools=(sign,)), an_actor(), ChannelRules())

    assert (verdict.tool, verdict.channel, verdict.confidence) == (
        Tool.UNKNOWN,
        Channel.MANUAL,
        Confidence.LOW,
    )
    assert verdict.reasons[-1] == "the user agent names console, which alone decides nothing"


def test_the_first_of_the_sure_signs_decides() -> None:
    event = called(
        tools=(
            ToolSign(tool=Tool.CONSOLE, confidence=Confidence.HIGH, reason="the cloud says so"),
            ToolSign(tool=Tool.TERRAFORM, confidence=Confidence.HIGH, reason="the user agent says so"),
        ),
    )

    assert classify(event, an_actor(), ChannelRules()).tool is Tool.CONSOLE


def test_every_reason_is_kept_the_channels_first() -> None:
    actor = structs.replace(an_actor("alice"), reasons=("the permission set Admin",))

    verdict = classify(an_event(), actor, ChannelRules())

    assert verdict.reasons == ("a person, with console", "the permission set Admin", "said so")


def test_the_same_reason_is_given_once() -> None:
    actor = structs.replace(an_actor("alice"), reasons=("said so", "said so"))

    assert classify(an_event(), actor, ChannelRules()).reasons == ("a person, with console", "said so")


# Emergency access


@pytest.mark.parametrize(
    ("role", "pattern"),
    [
        ("BreakGlassAdmin", "BreakGlass.*"),
        (f"arn:aws:iam::{ACCOUNT}:role/ops/BreakGlassAdmin", f"arn:aws:iam::{ACCOUNT}:role/ops/BreakGlass.*"),
    ],
    ids=["name", "ARN"],
)
def test_a_break_glass_role_puts_a_change_on_the_emergency_lane(role: str, pattern: str) -> None:
    verdict = found(
        an_actor("frank", chain=(role, "frank@example.com")), lane=Lane.CONFIGURATION, break_glass=pattern
    )

    assert verdict.lane is Lane.EMERGENCY
    assert verdict.reasons[0] == "emergency access (break-glass) was used"


def test_a_break_glass_role_further_back_in_the_chain_counts_too() -> None:
    actor = an_actor("frank", chain=("Admin", "BreakGlassAdmin"))

    assert found(actor, break_glass="BreakGlass.*").lane is Lane.EMERGENCY


def test_a_session_named_like_a_break_glass_role_is_none() -> None:
    actor = an_actor("frank", principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/BreakGlass")

    assert found(actor, lane=Lane.APPLICATION, break_glass="BreakGlass.*").lane is Lane.APPLICATION


def test_reads_with_emergency_access_are_on_its_lane_as_well() -> None:
    event = an_event(effect=Effect.READ)
    rules = ChannelRules(break_glass=(re.compile("BreakGlass"),))

    assert classify(event, an_actor(chain=("BreakGlass",)), rules).lane is Lane.EMERGENCY


# Tickets


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("alice.OPS-123", ["OPS-123"]),
        ("alice@OPS-123", ["OPS-123"]),
        ("OPS-123-fix-the-port", ["OPS-123"]),
        ("feature/OPS-123_port", ["OPS-123"]),
        ("refs/heads/OPS-123", ["OPS-123"]),
        ("[OPS-123] open the port (see OPS2-7).", ["OPS-123", "OPS2-7"]),
        ("approved in CHG0012345", ["CHG0012345"]),
        ("INC-204,RITM0010002", ["INC-204", "RITM0010002"]),
        ("OPS-123OPS-124", []),
        ("ops-123", []),
        ("OPS-123-45", []),
        ("OPS-12345678", []),
        ("OPS-١٢٣", []),
        ("UTF-8", []),
        ("SHA-256 and SHA3-256", []),
        ("US-EAST-1", []),
        ("eu-WEST-1", []),
        ("CVE-2024-1234", []),
        ("X86-64", []),
        ("AES-128-GCM", []),
        ("TLS-1.2", []),
        ("sg-0ABC-123", []),
        ("CHG001", []),
        ("XCHG0012345", []),
        ("", []),
    ],
)
def test_ticket_keys_are_told_from_other_text(text: str, keys: list[str]) -> None:
    statements = [Statement(place="session name", text=text)]

    assert [one.key for one in references_in(statements, ChannelRules())] == keys


def test_with_configured_projects_only_their_keys_count() -> None:
    statements = [Statement(place="tag ticket", text="OPS-1 WEB-2 UTF-8 CHG0012345")]

    keys = [
        one.key for one in references_in(statements, ChannelRules(ticket_projects=frozenset({"OPS", "UTF"})))
    ]

    assert keys == ["OPS-1", "UTF-8", "CHG0012345"]


def test_a_key_is_kept_once_with_the_first_place_it_stands_in() -> None:
    statements = [
        Statement(place="session name", text="alice.OPS-123"),
        Statement(place="rule description", text="for OPS-123 and OPS-4"),
    ]

    assert references_in(statements, ChannelRules()) == (
        Reference(key="OPS-123", place="session name"),
        Reference(key="OPS-4", place="rule description"),
    )


def test_a_megabyte_of_almost_keys_is_searched_and_holds_none() -> None:
    statements = [Statement(place="description", text="A-" * 500_000)]

    assert references_in(statements, ChannelRules()) == ()


# Long operations


def an_end(**signs: object) -> ChangeEvent:
    """The last record of a long operation whose first one never came."""
    operation = Operation(key="op-1", phase=Phase.END)
    return structs.replace(called(**signs), operation=operation)


def test_the_lone_end_of_an_operation_is_no_suspicion_against_a_person() -> None:
    verdict = classify(an_end(tools=()), an_actor("alice"), ChannelRules())

    assert verdict.channel is Channel.UNKNOWN
    assert verdict.reasons[0] == "a person, in a long operation whose beginning was not delivered"


def test_the_lone_end_of_an_operation_is_an_emergency_all_the_same() -> None:
    rules = ChannelRules(break_glass=(re.compile("BreakGlass.*"),))

    verdict = classify(an_end(tools=()), an_actor("alice", chain=("BreakGlassAdmin",)), rules)

    assert verdict.reasons[:2] == (
        "emergency access (break-glass) was used",
        "a person, in a long operation whose beginning was not delivered",
    )


def test_an_end_that_shows_some_sign_of_the_program_is_judged_like_any_call() -> None:
    weak = ToolSign(tool=Tool.SDK, confidence=Confidence.LOW, reason="an application that is in no list")

    assert classify(an_end(tools=(weak,)), an_actor("alice"), ChannelRules()).channel is Channel.MANUAL


def test_the_lone_end_of_a_machines_operation_is_the_machines() -> None:
    machine = an_actor("deploy", kind=ActorKind.MACHINE)

    assert classify(an_end(tools=()), machine, ChannelRules()).channel is Channel.AUTOMATION


def test_a_service_that_shows_no_program_is_its_own() -> None:
    service = an_actor("Azure Kubernetes Service", kind=ActorKind.SERVICE)

    verdict = classify(called(tools=()), service, ChannelRules())

    assert (verdict.tool, verdict.channel) == (Tool.CLOUD_SERVICE, Channel.SERVICE)


def test_a_call_that_shows_no_program_bears_that_of_whoever_asked_for_it() -> None:
    actor = structs.replace(an_actor("alice"), tools=(a_tool_sign(Tool.CONSOLE),))

    verdict = classify(called(tools=()), actor, ChannelRules())

    assert (verdict.tool, verdict.channel) == (Tool.CONSOLE, Channel.CONSOLE)


def test_a_sign_that_decides_nothing_leaves_the_program_to_whoever_asked_for_the_call() -> None:
    """
    A browser's user agent alone proves no console; the session that the call was made in does.
    """
    weak = ToolSign(tool=Tool.CONSOLE, confidence=Confidence.LOW, reason="the user agent names console")
    actor = structs.replace(an_actor("alice"), tools=(a_tool_sign(Tool.CONSOLE),))

    assert classify(called(tools=(weak,)), actor, ChannelRules()).channel is Channel.CONSOLE


# Exclusions and scope


@pytest.mark.parametrize(
    ("given", "is_excluded"),
    [
        ({"account": "111122223333"}, True),
        ({"account": "444455556666"}, False),
        ({"service": "ec2", "action": "Authorize.*"}, True),
        ({"service": "ec2", "action": "Delete.*"}, False),
        ({"principal": ".*/alice@example.com"}, True),
        ({"resource": "sg-0abc"}, True),
        ({"resource_type": "aws_s3_bucket"}, False),
    ],
)
def test_an_exclusion_covers_what_fits_all_of_it(given: dict[str, str], is_excluded: bool) -> None:
    rule = Exclusion(reason="tidied away", **{key: re.compile(text) for key, text in given.items()})
    rules = ChannelRules(exclusions=(rule,))

    verdict = classify(an_event(), an_actor(), rules)

    assert verdict.exclusion == ("tidied away" if is_excluded else None)


def test_a_write_to_several_resources_is_left_out_only_if_all_of_them_are() -> None:
    rules = ChannelRules(exclusions=(Exclusion(reason="ours", resource=re.compile("sg-0abc")),))
    both = an_event(resources=(Resource(type=None, id="sg-0abc"), Resource(type=None, id="sg-0def")))

    assert classify(both, an_actor(), rules).exclusion is None


def test_an_account_out_of_scope_is_left_out_and_said_to_be() -> None:
    rules = ChannelRules(scope=(re.compile("4444.*"),))

    assert classify(an_event(), an_actor(), rules).exclusion == "111122223333 is out of scope"
    assert classify(an_event(account=None), an_actor(), rules).exclusion is None


def test_what_blinds_the_watch_is_never_left_out() -> None:
    blinding = an_event(risks=(Risk(slug="blinds-monitoring", text="the trail was stopped"),))
    everything = Exclusion(reason="noise", service=re.compile(".*"))
    rules = ChannelRules(exclusions=(everything,), scope=(re.compile("4444.*"),))

    assert classify(blinding, an_actor(), rules).exclusion is None


def test_a_read_is_neither_in_nor_out() -> None:
    rules = ChannelRules(scope=(re.compile("4444.*"),))

    assert classify(an_event(effect=Effect.READ), an_actor(), rules).exclusion is None


# Pipelines by their principal


def test_a_service_account_is_a_pipeline_by_its_whole_name() -> None:
    rule = PipelineRule(name="deploy", principal=re.compile(r"deploy@example\.iam"))
    rules = ChannelRules(pipelines=(rule,))

    mine = an_actor("deploy", kind=ActorKind.MACHINE, principal="deploy@example.iam")
    other = an_actor("deploy", kind=ActorKind.MACHINE, principal="deploy@example.iam.evil.net")

    assert classify(an_event(), mine, rules).pipeline == "deploy"
    assert classify(an_event(), other, rules).pipeline is None


# Pipelines by their pool

OWN_POOL = "projects/123456789012/locations/global/workloadIdentityPools/ci"

BY_POOL = replace(BY_SUBJECT, pool=re.compile(re.escape(OWN_POOL)))

BY_ACCOUNT = replace(BY_SUBJECT, principal=re.compile(r"deploy@example\.iam"))


@pytest.mark.parametrize(
    ("rule", "pool", "channel"),
    [
        (BY_POOL, OWN_POOL, Channel.PIPELINE),
        (BY_POOL, OWN_POOL.replace("/123", "/999"), Channel.AUTOMATION),
        (BY_POOL, "", Channel.AUTOMATION),
        (BY_POOL, None, Channel.AUTOMATION),
        (BY_SUBJECT, OWN_POOL, Channel.AUTOMATION),
        (BY_SUBJECT, "", Channel.AUTOMATION),
        (BY_SUBJECT, None, Channel.PIPELINE),
        (BY_ACCOUNT, OWN_POOL, Channel.AUTOMATION),
    ],
)
def test_a_subject_that_a_pools_owner_made_counts_only_from_the_pool_that_is_named(
    rule: PipelineRule, pool: str | None, channel: Channel
) -> None:
    """
    In a project of their own, anybody can have a pool whose members are called like our repository.
    """
    assert found(structs.replace(a_pipeline(), pool=pool), rule).channel is channel


def test_the_identity_that_a_pipeline_acts_with_vouches_for_its_pool() -> None:
    actor = structs.replace(a_pipeline(), pool=OWN_POOL, principal="deploy@example.iam")

    assert found(actor, BY_ACCOUNT).channel is Channel.PIPELINE


def test_that_nobody_named_its_pool_is_the_reason() -> None:
    verdict = found(structs.replace(a_pipeline(), pool=OWN_POOL), BY_SUBJECT)

    assert verdict.reasons[0].endswith(f"{SUBJECT}, as the pool {OWN_POOL} has it")


# Trust in what names a ticket


def test_the_most_trusted_place_names_a_ticket_first() -> None:
    statements = [
        Statement(place="description", text="OPS-1"),
        Statement(place="tag ticket", text="OPS-2", trust=Trust.TAG),
        Statement(place="session tag ticket", text="OPS-3 OPS-1", trust=Trust.SESSION),
        Statement(place="justification", text="OPS-4", trust=Trust.GRANT),
        Statement(place="session name", text="alice.OPS-5", trust=Trust.NAME),
    ]

    found = references_in(statements, ChannelRules())

    assert [one.key for one in found] == ["OPS-4", "OPS-3", "OPS-1", "OPS-5", "OPS-2"]
    assert found[2].place == "session tag ticket"


def test_what_was_said_when_the_session_was_opened_counts_for_its_calls() -> None:
    said = Statement(place="session tag ticket", text="OPS-7", trust=Trust.SESSION)
    actor = structs.replace(an_actor(), statements=(said,))

    assert [one.key for one in classify(an_event(), actor, ChannelRules()).references] == ["OPS-7"]
