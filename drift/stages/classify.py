"""With which tool and credential, through which channel, in which lane?

Identity first, user agent second: a principal is vouched for by the cloud's sign-in,
a user agent is whatever the caller typed. Nothing below medium confidence decides alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from drift.model.event import ChangeEvent, CredentialSign, Statement, ToolSign
from drift.model.verdict import (
    Actor,
    ActorKind,
    Channel,
    Classification,
    Confidence,
    Credential,
    Lane,
    Reference,
    Tool,
)

INTERACTIVE_TOOLS = frozenset({Tool.CONSOLE, Tool.CLOUDSHELL, Tool.MOBILE})

TICKET_KEY = re.compile(
    r"""
    (?<![A-Za-z0-9-])
    (?P<key>(?P<project>[A-Z][A-Z0-9]{1,9})-\d{1,7} | (?:CHG|INC|RITM|REQ|PRB)\d{7,10})
    (?![A-Za-z0-9]|-\d)
    """,
    re.ASCII | re.VERBOSE,
)
"""Jira-shaped and ServiceNow-shaped keys. `US-EAST-1` has none: its digits follow a second dash."""

NOT_PROJECTS = frozenset(
    {"AES", "AWS", "CP", "CRC", "CVE", "EC", "ECDSA", "ED", "FIPS", "GMT", "GPT", "HTTP", "IP", "IPV", "ISO"}
    | {"KMS", "MD", "NIST", "RFC", "RSA", "SHA", "SHA1", "SHA2", "SHA3", "SOC", "SSE", "SSL", "TLS", "UCS"}
    | {"UTC", "UTF", "X86"}
)
"""Standards and algorithms that look like ticket keys, for when the configuration names no projects."""

DEFAULT_RUN_ID = re.compile(r"(?:^|[-_./])(\d{6,})$")


@dataclass(frozen=True, kw_only=True, slots=True)
class PipelineRule:
    """How a trusted pipeline is recognised: everything that is given must fit whole."""

    name: str
    role: re.Pattern[str] | None = None
    """The role's name or ARN that the pipeline deploys with."""
    subject: re.Pattern[str] | None = None
    """The token's subject: repository and branch or environment, not the CI provider alone."""
    run_id: re.Pattern[str] = DEFAULT_RUN_ID
    """Finds the run in the session's name."""

    def recognises(self, actor: Actor) -> bool:
        """Tell whether `actor` is this pipeline. A person never is."""
        if actor.kind is not ActorKind.MACHINE:
            return False
        roles = (actor.principal or "", *actor.chain)
        role_fits = self.role is None or any(self.role.fullmatch(role) for role in roles)
        subject_fits = self.subject is None or self.subject.fullmatch(actor.subject or "") is not None
        return role_fits and subject_fits


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelRules:
    """The policy by which a channel and a lane are chosen."""

    pipelines: tuple[PipelineRule, ...] = ()
    break_glass: tuple[re.Pattern[str], ...] = ()
    """Roles of emergency access."""
    ticket_projects: frozenset[str] = field(default_factory=frozenset)
    """Project keys that count as tickets; empty: every key-shaped text but well-known standards."""

    def pipeline_for(self, actor: Actor) -> PipelineRule | None:
        """Return the configured pipeline that `actor` is."""
        return next((rule for rule in self.pipelines if rule.recognises(actor)), None)

    def is_break_glass(self, actor: Actor) -> bool:
        """Tell whether `actor` used emergency access."""
        roles = (actor.principal or "", *actor.chain)
        return any(pattern.fullmatch(role) for pattern in self.break_glass for role in roles)


def classify(event: ChangeEvent, actor: Actor, rules: ChannelRules) -> Classification:
    """Return the tool, credential, channel and lane of `event`, trying the least forgeable sign first."""
    tool, tool_confidence, tool_reason = _tool(event.tools)
    credential = _credential(event.credentials)
    is_sure = actor.confidence is not Confidence.LOW
    pipeline = rules.pipeline_for(actor) if is_sure else None
    channel, channel_reason = _channel(event, actor, tool, pipeline, rules)
    is_break_glass = rules.is_break_glass(actor)
    reasons = [channel_reason, *actor.reasons, tool_reason]
    if is_break_glass:
        reasons.insert(0, "emergency access (break-glass) was used")
    return Classification(
        tool=tool,
        credential=credential,
        channel=channel,
        lane=Lane.EMERGENCY if is_break_glass else event.lane,
        references=references_in(event.statements, rules.ticket_projects),
        pipeline=pipeline.name if pipeline else None,
        run_id=_run_id(channel, pipeline, actor),
        reasons=tuple(reason for reason in reasons if reason),
        confidence=min(actor.confidence, tool_confidence, key=lambda one: one.rank),
    )


def references_in(statements: Iterable[Statement], projects: frozenset[str]) -> tuple[Reference, ...]:
    """Return the ticket keys named in `statements`, each once, with the first place it stands in.

    They are claims: a key proves nothing until its ticket was looked up.
    """
    found: dict[str, Reference] = {}
    for statement in statements:
        for match in TICKET_KEY.finditer(statement.text):
            project = match["project"]
            wanted = project is None or (project in projects if projects else project not in NOT_PROJECTS)
            if wanted:
                found.setdefault(match["key"], Reference(key=match["key"], place=statement.place))
    return tuple(found.values())


def _channel(
    event: ChangeEvent, actor: Actor, tool: Tool, pipeline: PipelineRule | None, rules: ChannelRules
) -> tuple[Channel, str]:
    if pipeline:
        return Channel.PIPELINE, f"{actor.name} is the pipeline {pipeline.name}"
    if event.acting_service:
        return Channel.SERVICE, f"{event.acting_service} made the call"
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
            said = actor.subject or "no subject that is known"
            return Channel.AUTOMATION, f"a token of {actor.issuer} that fits no configured pipeline: {said}"
        case ActorKind.MACHINE:
            return Channel.AUTOMATION, "a machine that is no known pipeline"
        case ActorKind.UNKNOWN:
            return Channel.UNKNOWN, "no rule names the actor"
        case _:
            assert_never(actor.kind)


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
