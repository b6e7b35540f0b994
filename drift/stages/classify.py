"""With which tool and credential, through which channel, in which lane?

Identity first, user agent second: a principal is vouched for by the cloud's sign-in,
a user agent is whatever the caller typed. Nothing below medium confidence decides alone.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from msgspec import structs

from drift.model.event import CHANGING, Call, ChangeEvent, Phase
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
)
from drift.own_resources import OwnResource
from drift.ticket_keys import TicketKeys, shipped_ticket_keys

NEVER_EXCLUDED = frozenset({"blinds-monitoring"})
"""Risks of writes that no policy can leave out: they would hide everything else."""

INTERACTIVE_TOOLS = frozenset({Tool.CONSOLE, Tool.CLOUDSHELL, Tool.MOBILE})

DEFAULT_RUN_ID = re.compile(
    r"(?:^|[-_./])(run-[0-9A-Za-z]{16}$|\d{6,}$|[0-9A-Z]{26}@[\w.-]{1,200}(?=@[^@]+$))", re.ASCII
)
"""The digits at the end, what HCP Terraform calls its runs, or `RUN@STACK` as Spacelift has them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PipelineRule:
    """How a trusted pipeline is recognised: everything that is given must fit whole."""

    name: str
    role: re.Pattern[str] | None = None
    """The role's name or ARN that the pipeline deploys with."""
    subject: re.Pattern[str] | None = None
    """The token's subject: repository and branch or environment, not the CI provider alone."""
    pool: re.Pattern[str] | None = None
    """The pool of identities that may say so, with its project: whoever owns one makes its subjects."""
    principal: re.Pattern[str] | None = None
    """The identity that it acts with where it has no role: a service account, an application's id."""
    run_id: re.Pattern[str] = DEFAULT_RUN_ID
    """Finds the run in the session's name."""
    repository: str | None = None
    """Where its code is, as its code host names it, if the policy tells."""

    def recognises(self, actor: Actor) -> bool:
        """Tell whether `actor` is this pipeline. A person never is."""
        if actor.kind is not ActorKind.MACHINE:
            return False
        links = (actor.principal or "", *actor.chain)
        role_fits = self.role is None or any(self.role.fullmatch(role) for role in links)
        subject_fits = self.subject is None or self.subject.fullmatch(actor.subject or "") is not None
        principal_fits = self.principal is None or any(self.principal.fullmatch(one) for one in links)
        return role_fits and subject_fits and principal_fits and self._trusts_pool(actor)

    def _trusts_pool(self, actor: Actor) -> bool:
        """Tell whether the subject can be believed: a pool of anybody may call its members like ours."""
        if self.pool is not None:
            return self.pool.fullmatch(actor.pool or "") is not None
        return self.subject is None or actor.pool is None or self.principal is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Exclusion:
    """Writes that the policy leaves out, and why: everything that is given must fit whole."""

    reason: str
    account: re.Pattern[str] | None = None
    service: re.Pattern[str] | None = None
    action: re.Pattern[str] | None = None
    principal: re.Pattern[str] | None = None
    resource: re.Pattern[str] | None = None
    """The id of every resource that the write touched."""
    resource_type: re.Pattern[str] | None = None

    def covers(self, event: ChangeEvent, actor: Actor) -> bool:
        """Tell whether everything that is given fits `event`."""
        call = event.call
        pairs = (
            (self.account, (call.account,)),
            (self.service, (call.service,)),
            (self.action, (call.action,)),
            (self.principal, (actor.principal,)),
            (self.resource, tuple(one.id for one in event.resources) or (None,)),
            (self.resource_type, tuple(one.type for one in event.resources) or (None,)),
        )
        return all(
            pattern is None or all(pattern.fullmatch(value or "") for value in values)
            for pattern, values in pairs
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelRules:
    """The policy by which a channel and a lane are chosen."""

    pipelines: tuple[PipelineRule, ...] = ()
    break_glass: tuple[re.Pattern[str], ...] = ()
    """Roles of emergency access."""
    ticket_projects: frozenset[str] = field(default_factory=frozenset)
    """Project keys that count as tickets; empty: every key-shaped text but well-known standards."""
    ticket_keys: TicketKeys = field(default_factory=shipped_ticket_keys)
    exclusions: tuple[Exclusion, ...] = ()
    scope: tuple[re.Pattern[str], ...] = ()
    """The accounts that are watched; empty: all of them."""
    own_resources: tuple[OwnResource, ...] = ()
    """What the watch itself depends on: nothing that touches one is left out."""

    @property
    def repositories(self) -> Mapping[str, str]:
        """The repositories of pipelines whose code is known to be in one, by the pipelines' names."""
        return {one.name: one.repository for one in self.pipelines if one.repository}

    def exclusion_of(self, event: ChangeEvent, actor: Actor) -> str | None:
        """Return why the policy leaves the write out; `None` where it does not, as of all that blinds us."""
        if any(risk.slug in NEVER_EXCLUDED for risk in event.risks):
            return None
        reason = self._reason_to_exclude(event, actor)
        if reason and any(one.is_named_in(event) for one in self.own_resources):
            return None
        return reason

    def _reason_to_exclude(self, event: ChangeEvent, actor: Actor) -> str | None:
        account = event.call.account
        if self.scope and account and not any(one.fullmatch(account) for one in self.scope):
            return f"{account} is out of scope"
        return next((one.reason for one in self.exclusions if one.covers(event, actor)), None)

    def pipeline_for(self, actor: Actor) -> PipelineRule | None:
        """Return the configured pipeline that `actor` is."""
        return next((rule for rule in self.pipelines if rule.recognises(actor)), None)

    def is_break_glass(self, actor: Actor) -> bool:
        """Tell whether `actor` used emergency access."""
        roles = (actor.principal or "", *actor.chain, *actor.grants)
        return any(pattern.fullmatch(role) for pattern in self.break_glass for role in roles)


def classify(event: ChangeEvent, actor: Actor, rules: ChannelRules) -> Classification:
    """Return the tool, credential, channel and lane of `event`, trying the least forgeable sign first."""
    return refine(classify_call(event.call, actor, rules), event, actor, rules)


def classify_call(call: Call, actor: Actor, rules: ChannelRules) -> Classification:
    """Return what the calls of one kind have in common, whatever each of them asked for."""
    tool, tool_confidence, tool_reason = _tool((*call.tools, *actor.tools) or _signs_of(actor))
    is_sure = actor.confidence is not Confidence.LOW
    pipeline = rules.pipeline_for(actor) if is_sure else None
    channel, channel_reason = _channel(call, actor, tool, pipeline, rules)
    is_break_glass = rules.is_break_glass(actor)
    reasons = [channel_reason, *actor.reasons, tool_reason]
    if is_break_glass:
        reasons.insert(0, "emergency access (break-glass) was used")
    return Classification(
        tool=tool,
        credential=_credential(call.credentials),
        channel=channel,
        lane=Lane.EMERGENCY if is_break_glass else Lane.INFRASTRUCTURE,
        references=references_in((*actor.statements, *call.statements), rules),
        pipeline=pipeline.name if pipeline else None,
        run_id=_run_id(channel, pipeline, actor),
        reasons=tuple(dict.fromkeys(reason for reason in reasons if reason)),
        confidence=min(actor.confidence, tool_confidence, key=lambda one: one.rank),
    )


def refine(common: Classification, event: ChangeEvent, actor: Actor, rules: ChannelRules) -> Classification:
    """Return the classification of `event`, given what it has in common with calls of its kind.

    Where it is in the same lane, says nothing, is the whole of its operation, and the policy
    leaves nothing out, that is `common` itself.
    """
    found = common
    if event.lane is not found.lane is not Lane.EMERGENCY:
        found = structs.replace(found, lane=event.lane)
    if event.statements and (more := references_in(event.statements, rules)):
        found = structs.replace(found, references=_once((*found.references, *more)))
    if found.channel is Channel.MANUAL and not (event.call.tools or actor.tools) and _is_lone_end(event):
        reason = "a person, in a long operation whose beginning was not delivered"
        before = found.reasons[:1] if found.lane is Lane.EMERGENCY else ()
        reasons = (*before, reason, *found.reasons[len(before) + 1 :])
        found = structs.replace(found, channel=Channel.UNKNOWN, reasons=reasons)
    if (rules.exclusions or rules.scope) and event.intended in CHANGING:
        found = structs.replace(found, exclusion=rules.exclusion_of(event, actor))
    return found


def references_in(statements: Iterable[Statement], rules: ChannelRules) -> tuple[Reference, ...]:
    """Return the ticket keys named in `statements`, each once, the most trusted place first.

    They are claims: a key proves nothing until its ticket was looked up.
    """
    return _once(
        [
            Reference(key=key, place=said.place, trust=said.trust)
            for said in statements
            for key in rules.ticket_keys.found_in(said.text, rules.ticket_projects)
        ]
    )


def _once(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Return each key once, where it stands in the most trusted place, and the most trusted first."""
    if len(references) < 2:
        return tuple(references)
    found: dict[str, Reference] = {}
    for one in sorted(references, key=lambda one: -one.trust.rank):
        found.setdefault(one.key, one)
    return tuple(found.values())


def _channel(
    call: Call, actor: Actor, tool: Tool, pipeline: PipelineRule | None, rules: ChannelRules
) -> tuple[Channel, str]:
    if pipeline:
        return Channel.PIPELINE, f"{actor.name} is the pipeline {pipeline.name}"
    if call.acting_service:
        return Channel.SERVICE, f"{call.acting_service} made the call"
    match actor.kind:
        case ActorKind.SERVICE:
            return Channel.SERVICE, f"{actor.name} acted by itself"
        case ActorKind.HUMAN if tool in INTERACTIVE_TOOLS:
            return Channel.CONSOLE, f"a person, with {tool}"
        case ActorKind.HUMAN:
            return Channel.MANUAL, f"a person, with {tool}"
        case ActorKind.MACHINE if actor.confidence is Confidence.LOW:
            return Channel.AUTOMATION, "perhaps a machine: nothing says so surely"
        case ActorKind.MACHINE if actor.is_known_pipeline and not rules.pipelines:
            return (
                Channel.PIPELINE,
                f"a token of {actor.issuer}; no pipeline is configured to hold it against",
            )
        case ActorKind.MACHINE if actor.is_known_pipeline:
            return Channel.AUTOMATION, _fits_none(actor)
        case ActorKind.MACHINE:
            return Channel.AUTOMATION, "a machine that is no known pipeline"
        case ActorKind.UNKNOWN:
            return Channel.UNKNOWN, "no rule names the actor"
        case _:
            assert_never(actor.kind)


def _fits_none(actor: Actor) -> str:
    said = actor.subject or "no subject that is known"
    pool = "" if actor.pool is None else f", as the pool {actor.pool or 'that is not named'} has it"
    return f"a token of {actor.issuer} that fits no configured pipeline: {said}{pool}"


def _is_lone_end(event: ChangeEvent) -> bool:
    """The end of an operation names no program; where its beginning is known, they are merged."""
    return event.operation is not None and event.operation.phase is Phase.END


def _signs_of(actor: Actor) -> tuple[ToolSign, ...]:
    """A service needs no program but itself."""
    if actor.kind is not ActorKind.SERVICE:
        return ()
    return (ToolSign(tool=Tool.CLOUD_SERVICE, confidence=actor.confidence, reason="a service of the cloud"),)


def _tool(signs: tuple[ToolSign, ...]) -> tuple[Tool, Confidence, str]:
    for sign in signs:
        if sign.confidence is not Confidence.LOW:
            return sign.tool, sign.confidence, sign.reason
    if signs:
        return Tool.UNKNOWN, Confidence.LOW, f"{signs[0].reason}, which alone decides nothing"
    return Tool.UNKNOWN, Confidence.LOW, "no sign of the tool"


def _credential(signs: tuple[CredentialSign, ...]) -> Credential:
    return next(
        (sign.credential for sign in signs if sign.confidence is not Confidence.LOW), Credential.UNKNOWN
    )


def _run_id(channel: Channel, pipeline: PipelineRule | None, actor: Actor) -> str | None:
    if channel is not Channel.PIPELINE or not actor.run:
        return None
    found = (pipeline.run_id if pipeline else DEFAULT_RUN_ID).search(actor.run)
    if found is None:
        return None
    return found[1] if found.re.groups else found[0]
