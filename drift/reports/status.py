"""How the watch stands: sources, jobs, alerts on their way, evidence. Reads the store, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from drift.ledger.checkpoint import grown_since, latest_checkpoint
from drift.ledger.log import size_of
from drift.model.budget import BudgetUse
from drift.model.finding import OPEN
from drift.model.review import ReviewRules, ReviewStanding
from drift.reports.read_checks import ReadSample
from drift.reports.reviews import reviews_standing
from drift.reports.self_sample import last_read_sample
from drift.store import covered, letters, meta, outbox
from drift.store.anchors import AnchorRow, anchor_rows
from drift.store.budgets import budgets_used
from drift.store.controls import ControlFindingRow, control_findings, controls_kept
from drift.store.deployments import RunCounts, run_counts
from drift.store.gaps import open_gaps
from drift.store.held_up import held_up
from drift.store.job_runs import JobRun, job_runs
from drift.store.letters import Letter
from drift.store.outbox import DeliveryStatus
from drift.store.people import DirectoryRow, directory_row
from drift.store.schema import finding


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceStatus:
    """How far a source was read."""

    name: str
    newest_record_at: datetime | None
    """Time of the newest record that it ever delivered."""
    read_at: datetime | None
    """When it was last read to its end; `None` if it never was."""
    outage: str | None
    """Why it cannot be read now."""
    held_up: str | None
    """Why it is read no further although it could be: the vault cannot keep what it delivers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlsStatus:
    """How the repositories of the code hosts are controlled."""

    repositories: int
    captured_at: datetime | None
    """When the one was looked at that was not for the longest time."""
    findings: tuple[ControlFindingRow, ...]
    runs: RunCounts
    """Runs of pipelines that made changes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnchorStatus:
    """How far somebody outside holds the ledger."""

    row: AnchorRow
    unheld: int
    """Entries that came after the last checkpoint which it holds."""
    unheld_since: datetime | None
    """When the first of them was recorded; `None`: all are held that have to be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """Everything that tells whether the watch works."""

    at: datetime
    sources: tuple[SourceStatus, ...]
    jobs: tuple[JobRun, ...]
    alerts: dict[str, int]
    """How many there are in each status."""
    gaps: int
    """Open ones: what is known not to have been seen."""
    dead: tuple[Letter, ...]
    """The messages that were refused or given up."""
    findings: int
    """Open ones."""
    entries: int
    """Of the ledger."""
    checkpoint_size: int | None
    checkpoint_at: datetime | None
    controls: ControlsStatus
    unsealed_since: datetime | None = None
    """Since when there is an entry that no checkpoint covers; `None`: all are covered."""
    budgets: tuple[BudgetUse, ...] = ()
    """How much of the present periods is used up."""
    sample: ReadSample | None = None
    """The last one that was drawn of a month."""
    directories: tuple[DirectoryRow, ...] = ()
    """How far names of people are known."""
    anchors: tuple[AnchorStatus, ...] = ()
    reviews: ReviewStanding | None = None
    """`None` where it was not asked for."""

    @property
    def queued(self) -> int:
        """Alerts on their way."""
        return self.alerts.get(DeliveryStatus.QUEUED, 0)

    def age(self, at: datetime | None) -> timedelta | None:
        """Return how long ago something was, never less than nothing."""
        return None if at is None else max(self.at - at, timedelta())


def read_status(
    connection: Connection,
    sources: Sequence[str],
    now: datetime,
    directories: Sequence[str] = (),
    reviews: ReviewRules | None = None,
    anchors: Sequence[str] = (),
) -> Status:
    """Return how the watch of these sources, directories and anchors stands, and how reviews do."""
    runs = job_runs(connection)
    sealed = latest_checkpoint(connection)
    is_open = finding.c.status.in_(OPEN)
    return Status(
        at=now,
        sources=tuple(_source(connection, name) for name in sources),
        jobs=tuple(runs.values()),
        alerts=outbox.counts(connection),
        gaps=len(open_gaps(connection)),
        dead=tuple(letters.undelivered(connection, statuses=[DeliveryStatus.DEAD])),
        findings=connection.execute(select(func.count()).select_from(finding).where(is_open)).scalar_one(),
        entries=size_of(connection),
        checkpoint_size=sealed.size if sealed else None,
        checkpoint_at=sealed.made_at if sealed else None,
        controls=_controls(connection),
        unsealed_since=grown_since(connection, sealed.size if sealed else 0),
        budgets=tuple(budgets_used(connection, now)),
        sample=last_read_sample(connection),
        directories=tuple(directory_row(connection, name) for name in directories),
        anchors=tuple(anchor_status(connection, row) for row in anchor_rows(connection, anchors)),
        reviews=reviews_standing(connection, reviews, now) if reviews else None,
    )


def _controls(connection: Connection) -> ControlsStatus:
    kept = controls_kept(connection)
    return ControlsStatus(
        repositories=len(kept),
        captured_at=min((row.captured_at for row in kept), default=None),
        findings=tuple(control_findings(connection)),
        runs=run_counts(connection),
    )


def anchor_status(connection: Connection, row: AnchorRow) -> AnchorStatus:
    """Return how far an anchor holds the ledger."""
    since = grown_since(connection, row.size)
    unheld = 0 if since is None else size_of(connection) - row.size
    return AnchorStatus(row=row, unheld=unheld, unheld_since=since)


def _source(connection: Connection, name: str) -> SourceStatus:
    held = held_up(connection, name)
    read = covered.source_read_of(connection, name)
    return SourceStatus(
        name=name,
        newest_record_at=covered.heard_at_of(connection, name),
        read_at=read.read_at if read else None,
        outage=meta.read(connection, meta.outage_of(name)),
        held_up=held.what if held else None,
    )
