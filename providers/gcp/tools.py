"""With which program was the call made?

Signs come in the order in which they decide: a service of Google's, infrastructure code that
names itself, Cloud Shell, the console's own mark, a browser, command lines and libraries, and
last the program whose sign-in made the token. Infrastructure code within a console session
stays that tool.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from drift.model.verdict import ActorKind, Confidence, Tool, ToolSign
from providers.gcp.identity import Caller
from providers.gcp.signal_rows import AgentRow, ClientRow
from providers.gcp.signals import Signals
from providers.gcp.user_agent import UserAgent


@dataclass(frozen=True, kw_only=True, slots=True)
class Hints:
    """All that the signs of tool and credential are read from."""

    agent: UserAgent
    reason: str | None
    """The stated reason of the request."""
    caller: Caller | None
    client: ClientRow | None
    """The program whose sign-in made the token, where it is a known one."""
    service: str | None
    """The service that made the call."""
    may_be_deployed: bool
    """Somebody may have asked Deployment Manager for it: then the deployment tells the tool."""

    @property
    def is_person(self) -> bool:
        """A person's identity called."""
        return self.caller is not None and self.caller.principal.kind is ActorKind.HUMAN


def tool_signs(hints: Hints, signals: Signals) -> tuple[ToolSign, ...]:
    """Return every sign of the tool, the deciding one first."""
    return tuple(_signs(hints, signals))


def is_console_reason(reason: str | None, signals: Signals) -> bool:
    """Tell whether the stated reason is the mark that the console puts there, and no text of a user's."""
    return reason is not None and signals.console_reason.search(reason) is not None


def _signs(hints: Hints, signals: Signals) -> Iterator[ToolSign]:
    agent, client = hints.agent, hints.client
    if hints.service and not hints.may_be_deployed:
        yield _sure(Tool.CLOUD_SERVICE, f"{hints.service} made the call")
    for row in agent.rows(signals.iac_agents):
        yield _named(row, row.confidence)
    if signals.shell_environment.match(agent.environment):
        yield _sure(Tool.CLOUDSHELL, "the user agent runs in Cloud Shell")
    if client and client.tool is Tool.CLOUDSHELL:
        yield _by_client(client)
    if is_console_reason(hints.reason, signals):
        yield _sure(Tool.CONSOLE, "the request carries the console's own mark")
    for row in agent.rows(signals.console_agents):
        # A browser has no token of gcloud's: who sends one only calls itself so.
        is_trusted = not row.needs_person or (hints.is_person and client is None)
        yield _named(row, row.confidence if is_trusted else Confidence.LOW)
    for row in agent.rows(signals.client_agents):
        yield _called(row, agent) if row.tool is Tool.CLI and agent.command else _named(row, row.confidence)
    if client and client.tool not in (Tool.CLOUDSHELL, Tool.UNKNOWN):
        yield _by_client(client)
    if hints.caller and hints.caller.tool is not Tool.UNKNOWN:
        tool, reason = hints.caller.tool, "the identity is named as the tool's mostly is"
        yield ToolSign(tool=tool, confidence=Confidence.LOW, reason=reason)


def _called(row: AgentRow, agent: UserAgent) -> ToolSign:
    how = {True: ", typed by a person", False: ", run by a script", None: ""}[agent.is_typed]
    return ToolSign(
        tool=row.tool, confidence=row.confidence, reason=f"the user agent names {agent.command[:100]}{how}"
    )


def _by_client(client: ClientRow) -> ToolSign:
    reason = f"the token was made for {client.name}"
    return ToolSign(tool=client.tool, confidence=client.tool_confidence, reason=reason)


def _sure(tool: Tool, reason: str) -> ToolSign:
    return ToolSign(tool=tool, confidence=Confidence.HIGH, reason=reason)


def _named(row: AgentRow, confidence: Confidence) -> ToolSign:
    return ToolSign(tool=row.tool, confidence=confidence, reason=f"the user agent names {row.tool}")
