"""Everything that was concluded about one change at one time."""

from dataclasses import dataclass

from drift.model.change import Change
from drift.model.control_test import Assessed
from drift.model.finding import Standing
from drift.model.ticket import TicketMatch
from drift.model.verdict import Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The answers of correlate, detect and decide for one change."""

    match: TicketMatch
    standing: Standing
    decision: Decision
    tests: tuple[Assessed, ...] = ()
    """What each of the eight tests found; a judgement of before they were asked has none."""
    corrected_actor: str | None = None
    """Who made it by the word of who corrected the record last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A change with what was concluded, and the evidence entry that says so."""

    change: Change
    judgement: Judgement
    ledger_seq: int
    is_news: bool
    """It was not concluded before."""
