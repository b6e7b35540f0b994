"""What is wrong with the watch itself, or with what it rests on: nobody's change, yet somebody must act."""

from dataclasses import dataclass
from datetime import datetime

from drift.model.verdict import Severity

SILENT_ACCOUNT = "silent-account"
OLD_GAP = "coverage-gap"
BROKEN_LOG = "log-integrity"
LOST_CANARY = "canary-missing"
STATE_WENT_BACK = "state-went-back"
DEAD_JOB = "dead-job"
COMPROMISE = "possible-compromise"
"""Somebody says that what is recorded under their identity was not theirs."""
VAULT_FAILS = "vault-fails"
DEAD_LETTERS = "dead-letters"
BUDGET_SPENT = "budget-spent"
ANCHOR_FAILS = "anchor-fails"
REPORT_FAILS = "report-fails"

BLINDING = frozenset(
    {SILENT_ACCOUNT, OLD_GAP, BROKEN_LOG, LOST_CANARY, VAULT_FAILS, DEAD_LETTERS, BUDGET_SPENT}
)
"""While one of these stands, nobody can say that everything was seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An account, as one source tells of it."""

    source: str
    account: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """Something that stands until it ends. While it stands, it is told once."""

    slug: str
    """What kind of alarm it is: `silent-account`, `coverage-gap` ..."""
    subject: str
    """What it is about: with the slug it tells one alarm from every other."""
    text: str
    """What is wrong, in one line."""
    hint: str
    """The next step."""
    severity: Severity
    since: datetime
    """When it began, as far as that is known: before we could tell."""
    accounts: tuple[Told, ...] = ()
    """Those that it speaks of, where it may be several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldAlarm:
    """An alarm as a message tells it."""

    alarm: Alarm
    ended_at: datetime | None
    """`None` while it stands."""
    ledger_seq: int
