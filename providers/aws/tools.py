"""With which program was the call made?

Signs come in the order in which they decide: what AWS states about the call, then
infrastructure code that names itself, then the console's flag, then the user agent.
An infrastructure tool within a console session stays that tool.
"""

from collections.abc import Iterator

from drift.model.event import ToolSign
from drift.model.verdict import ActorKind, Confidence, Tool
from providers.aws.callers import CONSOLE_EVENTS
from providers.aws.record import TrailRecord
from providers.aws.services import tool_of
from providers.aws.signals import AgentRow, Signals
from providers.aws.user_agent import UserAgent


def tool_signs(
    record: TrailRecord, agent: UserAgent, service: str | None, kind: ActorKind, signals: Signals
) -> tuple[ToolSign, ...]:
    """Return every sign of the tool, the deciding one first."""
    return tuple(_signs(record, agent, service, kind, signals))


def _signs(
    record: TrailRecord, agent: UserAgent, service: str | None, kind: ActorKind, signals: Signals
) -> Iterator[ToolSign]:
    invoker = record.identity.invoked_by
    clients, consoles = agent.rows(signals.client_agents), agent.rows(signals.console_agents)
    if record.event_type in CONSOLE_EVENTS:
        yield _sure(Tool.CONSOLE, f"the record is an {record.event_type}")
    if service:
        yield _sure(tool_of(service, signals), f"{service} made the call")
    for row in agent.rows(signals.iac_agents):
        yield _named(row, row.confidence)
    if signals.cloudshell_environment.match(agent.environment):
        yield _sure(Tool.CLOUDSHELL, "the user agent runs in CloudShell")
    # A command line with the console's keys carries the flag too: `aws login`, or keys out of the browser.
    if record.is_from_console and (consoles or not clients):
        yield _sure(Tool.CONSOLE, "AWS marks the credentials as the console's")
    if invoker and signals.console_host.match(invoker):
        yield _sure(Tool.CONSOLE, f"{invoker} made the call")
    for row in consoles:
        is_trusted = not row.needs_person or (kind is ActorKind.HUMAN and not invoker)
        yield _named(row, row.confidence if is_trusted else Confidence.LOW)
    for row in clients:
        yield _named(row, row.confidence)


def _sure(tool: Tool, reason: str) -> ToolSign:
    return ToolSign(tool=tool, confidence=Confidence.HIGH, reason=reason)


def _named(row: AgentRow, confidence: Confidence) -> ToolSign:
    return ToolSign(tool=row.tool, confidence=confidence, reason=f"the user agent names {row.tool}")
