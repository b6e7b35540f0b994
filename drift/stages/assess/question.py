"""The question: a change with everything that was concluded of it, and short words for the answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from drift.model.approval import ActionRules
from drift.model.change import Change
from drift.model.control_test import CompensatingControl, Result
from drift.model.finding import Standing
from drift.model.person import People, makers_of
from drift.model.planned import Freeze
from drift.model.ticket import Coverage, TicketMatch
from drift.model.verdict import Decision

Answer: TypeAlias = tuple[Result, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class AssessmentRules:
    """What testing a change needs to know."""

    actions: ActionRules = field(default_factory=ActionRules)
    people: People = field(default_factory=People)
    freezes: tuple[Freeze, ...] = ()
    controls: tuple[CompensatingControl, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One change, as it was judged."""

    change: Change
    match: TicketMatch
    standing: Standing
    decision: Decision
    rules: AssessmentRules
    now: datetime

    @property
    def makers(self) -> frozenset[str]:
        """Who made it, under every name."""
        return makers_of(self.change, self.match.deployment, self.rules.people)

    @property
    def not_known(self) -> Answer | None:
        """The answer where somebody would have to be asked who cannot be; `None` where nobody would."""
        match self.match.coverage:
            case Coverage.NOT_EVALUABLE:
                return Result.NOT_EVALUABLE, "; ".join(self.match.reasons)
            case Coverage.NOT_ASKED:
                return Result.NOT_EVALUABLE, "no code host is configured that could be asked"
            case _:
                return None

    def when(self, at: datetime) -> str:
        """Say how a time lies to the first write."""
        side = "before" if at < self.change.began_at else "after"
        return f"at {at:%Y-%m-%d %H:%M:%S} UTC, {side} the first write"


Ask: TypeAlias = Callable[[Question], Answer]


def passed(reason: str) -> Answer:
    """Answer yes."""
    return Result.PASS, reason


def failed(reason: str) -> Answer:
    """Answer no."""
    return Result.FAIL, reason


def does_not_arise(reason: str) -> Answer:
    """Answer that there is nothing to ask."""
    return Result.NA, reason


def not_evaluable(reason: str) -> Answer:
    """Answer that nobody can tell, or not yet."""
    return Result.NOT_EVALUABLE, reason
