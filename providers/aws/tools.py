"""With which program was the call made?

Signs come in the order in which they decide: what AWS states about the call, then
infrastructure code that names itself, then the console's flag, then the user agent.
An infrastructure tool within a console session stays that tool.
"""

from collections.abc import Iterator

from drift.model.verdict import ActorKind, Confidence, Tool, ToolSign
from providers.aws.origin import CONSOLE_EVENTS, Origin
from providers.aws.services import tool_of
from providers.aws.signal_rows import AgentRow
from providers.aws.signals import Signals


def tool_signs(
    origin: Origin, service: str | None, kind: ActorKind, signals: Signals
) -> tuple[ToolSign, ...]:
    """Return every sign of the tool, the deciding one first."""
    return tuple(_signs(origin, service, kind, signals))


def _signs(origin: Origin, service: str | None, kind: ActorKind, signals: Signals) -> Iterator[ToolSign]:
    agent, invoker = origin.agent, origin.identity.invoked_by
    clients, consoles = agent.rows(signals.client_agents), agent.rows(signals.console_agents)
    if origin.event_type in CONSOLE_EVENTS:
        yield _sure(Tool.CONSOLE, f"the record is an {origin.event_type}")
    if service:
        yield _sure(tool_of(service, signals), f"{service} made the call")
    for row in agent.rows(signals.iac_agents):
        yield _named(row, row.confidence)
    if signals.cloudshell_environment.match(agent.environment):
        yield _sure(Tool.CLOUDSHELL, "the user agent runs in CloudShell")
    # A command line with the console's keys carries the flag too: `aws login`, or keys out of the browser.
    if origin.is_flagged and (consoles or not clients):
        yield _sure(Tool.CONSOLE, f"AWS marks the credentials as the console's, and {_way(origin)}")
    if front := signals.front_end(invoker):
        yield ToolSign(tool=front.tool, confidence=front.confidence, reason=f"{invoker} made the call")
    for row in agent.rows(signals.mobile_agents):
        yield _named(row, row.confidence)
    for row in consoles:
        is_trusted = not row.needs_person or (kind is ActorKind.HUMAN and not invoker)
        yield _named(row, row.confidence if is_trusted else Confidence.LOW)
    for row in clients:
        yield _named(row, row.confidence)


def _way(origin: Origin) -> str:
    """Say on which way a call of the console came: behind its own servers the TLS details are left out."""
    return "the browser itself made the call" if origin.is_direct else "its servers made the call"


def _sure(tool: Tool, reason: str) -> ToolSign:
    return ToolSign(tool=tool, confidence=Confidence.HIGH, reason=reason)


def _named(row: AgentRow, confidence: Confidence) -> ToolSign:
    return ToolSign(tool=row.tool, confidence=confidence, reason=f"the user agent names {row.tool}")
