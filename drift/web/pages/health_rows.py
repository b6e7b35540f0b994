"""The parts of the page about the watch itself: rows of text, and whether each is bad."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from drift.config import Settings
from drift.model.budget import told
from drift.model.verdict import Severity
from drift.reports.reviews_text import review_lines
from drift.reports.status import AnchorStatus, SourceStatus, Status
from drift.reports.wording import counted, duration, moment
from drift.store import canaries
from drift.store.alarms import AlarmRow
from drift.store.canaries import UNFINISHED, CanaryRow
from drift.store.letters import Letter


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """A source."""

    name: str
    state: str
    is_bad: bool
    newest_at: datetime | None
    read_at: datetime | None
    note: str
    """Why it is not read, and what of its budget is used up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmLine:
    """An alarm that stands."""

    severity: Severity
    since: datetime
    text: str
    hint: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JobLine:
    """A job of the schedule."""

    name: str
    done_at: datetime | None
    state: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterLine:
    """A message that could not be delivered."""

    id: int
    notifier: str
    severity: Severity
    headline: str
    since: datetime
    attempts: int
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something that stands beside a name."""

    name: str
    text: str
    state: str


def source_line(one: SourceStatus, status: Status) -> SourceLine:
    """Say how far a source is read."""
    used = [
        f"{use.used / use.limit:.0%} used of {told(use.unit, use.limit)}"
        for use in status.budgets
        if use.source == one.name
    ]
    state = _state(one)
    return SourceLine(
        name=one.name,
        state=state,
        is_bad=state != "read",
        newest_at=one.newest_record_at,
        read_at=one.read_at,
        note="; ".join(filter(None, (one.outage, one.held_up, *used))),
    )


def _state(one: SourceStatus) -> str:
    if one.outage:
        return "outage"
    if one.held_up:
        return "held up"
    return "read" if one.read_at else "never read"


def alarm_line(row: AlarmRow) -> AlarmLine:
    """Say what is wrong, and what to do."""
    one = row.alarm
    return AlarmLine(
        severity=one.severity,
        since=one.since,
        text=one.text,
        hint=one.hint,
        kind=one.slug.replace("-", " "),
    )


def job_lines(status: Status) -> Iterator[JobLine]:
    """Say how each job ended, those that fail first."""
    for job in sorted(status.jobs, key=lambda one: (one.failures == 0, one.job)):
        failed = f"failed {counted(job.failures, 'time')} since: {job.last_error}" if job.failures else ""
        state = "failed" if job.failures else "done"
        yield JobLine(name=job.job, done_at=job.last_success_at, state=state, note=failed)


def letter_line(one: Letter) -> LetterLine:
    """Say what was not delivered, and why."""
    return LetterLine(
        id=one.id,
        notifier=one.notifier or "nobody yet",
        severity=one.severity,
        headline=one.headline,
        since=one.created_at,
        attempts=one.attempts,
        error=one.error or "",
    )


def evidence_facts(status: Status) -> Iterator[Fact]:
    """Say how far the ledger is sealed, and who outside holds that."""
    entries = counted(status.entries, "entry", "entries")
    if status.checkpoint_at is None:
        yield Fact(name="Ledger", text=f"{entries}, none of them sealed yet", state="waiting")
    else:
        sealed = f"{entries}; sealed up to {status.checkpoint_size or 0:,} at {moment(status.checkpoint_at)}"
        yield Fact(name="Ledger", text=sealed, state="waiting" if status.unsealed_since else "sealed")
    for one in status.anchors:
        yield _anchor(one)


def _anchor(one: AnchorStatus) -> Fact:
    row = one.row
    held = f"holds {counted(row.size, 'entry', 'entries')}" if row.held_at else "holds nothing yet"
    at = f", since {moment(row.held_at)}" if row.held_at else ""
    later = f"; {counted(one.unheld, 'entry', 'entries')} not held" if one.unheld else ""
    failed = f"; failed {counted(row.failures, 'time')} since: {row.error}" if row.failures else ""
    state = "failed" if row.failures else ("waiting" if one.unheld else "held")
    return Fact(name=f"Anchor {row.name}", text=f"{held}{at}{later}{failed}", state=state)


def canary_facts(connection: Connection, settings: Settings) -> Iterator[Fact]:
    """Say whether what we write ourselves is seen."""
    for one in settings.canaries:
        yield _canary(one.name, canaries.latest(connection, one.name))


def _canary(name: str, last: CanaryRow | None) -> Fact:
    if last is None:
        return Fact(name=f"Canary {name}", text="not written yet", state="waiting")
    if last.error and last.error != UNFINISHED:
        text, state = f"could not be written at {moment(last.written_at)}: {last.error}", "failed"
    elif last.seen_at is not None:
        took = duration(last.seen_at - last.written_at)
        text, state = f"written {moment(last.written_at)}, and seen {took} later", "seen"
    else:
        text, state = f"written {moment(last.written_at)}, due {moment(last.due_at)}", "waiting"
    return Fact(name=f"Canary {name}", text=text, state=state)


def other_facts(status: Status) -> Iterator[Fact]:
    """Say how far names of people are known, how repositories are controlled, and which reviews lack."""
    for row in status.directories:
        known = f"{counted(row.people, 'person', 'people')} known"
        read = f"{known}, read {moment(row.read_at)}" if row.read_at else "never read"
        text = f"{read}; it cannot be read: {row.outage}" if row.outage else read
        yield Fact(name=f"Directory {row.name}", text=text, state="outage" if row.outage else "read")
    for found in status.controls.findings:
        one = found.finding
        text = f"{one.text} (owner: {one.owner or 'nobody'})"
        yield Fact(name=f"Repository {one.repository}", text=text, state=one.severity)
    for line, is_bad in review_lines(status.reviews) if status.reviews else ():
        yield Fact(name="Reviews", text=line, state="overdue" if is_bad else "done")
