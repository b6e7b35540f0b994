"""What is known of one change? Its time line, its tests, its configuration before and after, its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.checkpoint import latest_checkpoint
from drift.ledger.log import entries_at
from drift.model.change import Change, Write
from drift.model.control_test import Assessed, ControlTest, Result
from drift.model.evidence import EntryKind
from drift.model.finding import Standing
from drift.model.judgement import Judgement
from drift.model.missing import Missing, missing_from
from drift.model.routing import Owner
from drift.reports.browse.change_list import EVER
from drift.reports.browse.finding_list import ListedFinding, Owning, listed_findings
from drift.reports.dossier.timeline import Line, lines_of
from drift.reports.entries import Entry, entries_of
from drift.reports.population import Period
from drift.stages.route import owner_of
from drift.store.addresses import declared_as
from drift.store.changes import ChangeRow, changes
from drift.store.findings import findings_on
from drift.store.lookup import AlertRow, alerts_about
from drift.store.schema import change as change_table

MOST_EVENTS = 200
"""Writes that are shown of a change; somebody may put ten thousand into one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryLine:
    """One entry of the ledger about a change or finding."""

    seq: int
    kind: EntryKind
    recorded_at: datetime
    leaf_hash: str
    """Hex."""
    is_sealed: bool
    """A signed checkpoint covers it, so that it can be proved."""
    is_erased: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EventLine:
    """One write, as the cloud told it."""

    write: Write
    entry: EntryLine | None
    """The latest about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationLine:
    """One finding on the resource of a change: each attribute as it is declared, and as it is there."""

    finding: ListedFinding
    is_explained: bool
    """Writes of this change made it so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeDetail:
    """Everything about one change."""

    change: Change
    judgement: Judgement | None
    """`None`: nobody has judged it yet."""
    owner: Owner | None
    missing: tuple[Missing, ...]
    """What somebody still has to bring."""
    lines: tuple[Line, ...]
    """What happened, in order of time."""
    tests: tuple[Assessed, ...]
    events: tuple[EventLine, ...]
    """In order of time, `MOST_EVENTS` at most."""
    configuration: tuple[ConfigurationLine, ...]
    """The findings on its resource, those first that it explains."""
    alerts: tuple[AlertRow, ...]
    """The messages about its session, those too that are on their way."""
    entries: tuple[EntryLine, ...]
    """Of the ledger, in their order."""
    evidence: EntryLine | None
    """The entry that says how it stands."""


def change_detail(
    connection: Connection,
    change_id: str,
    *,
    now: datetime,
    within: Period = EVER,
    owning: Owning | None = None,
) -> ChangeDetail | None:
    """Return what is known of a change; `None` where there is none, or it began outside `within`."""
    row = next(changes(connection, change_table.c.change_id == change_id), None)
    if row is None or not within.holds(row.change.began_at):
        return None
    one, judgement = row.change, row.judgement
    shown = one.writes[:MOST_EVENTS]
    configuration = _configuration(connection, one, now)
    about = _entries(connection, row, configuration, shown)
    entries = entry_lines(connection, about)
    evidence = next((line for line in entries if line.seq == row.ledger_seq), None)
    return ChangeDetail(
        change=one,
        judgement=judgement,
        owner=_owner(one, judgement, owning) if owning else None,
        missing=tuple(missing_from(one, judgement)) if judgement else (),
        lines=lines_of(
            about,
            one.began_at,
            judgement.match.ticket if judgement else None,
            deployment=judgement.match.deployment if judgement else None,
            converged=_converged(judgement, evidence),
        ),
        tests=judgement.tests if judgement else (),
        events=_events(shown, about, entries),
        configuration=configuration,
        alerts=tuple(alerts_about(connection, one.session_id)),
        entries=entries,
        evidence=evidence,
    )


def entry_lines(connection: Connection, about: Sequence[Entry]) -> tuple[EntryLine, ...]:
    """Return how entries are listed, with what proves them."""
    sealed = latest_checkpoint(connection)
    size = sealed.size if sealed else 0
    return tuple(
        EntryLine(
            seq=one.seq,
            kind=one.kind,
            recorded_at=one.recorded_at,
            leaf_hash=one.leaf_hash.hex(),
            is_sealed=one.seq < size,
            is_erased=one.is_erased,
        )
        for one in entries_at(connection, [entry.seq for entry in about])
    )


def _entries(
    connection: Connection,
    row: ChangeRow,
    configuration: Sequence[ConfigurationLine],
    shown: Sequence[Write],
) -> list[Entry]:
    one = row.change
    deployment = row.judgement.match.deployment if row.judgement else None
    refs = [
        one.change_id,
        one.session_id,
        *(line.finding.finding.finding_id for line in configuration if line.is_explained),
        *([deployment.run_url] if deployment else ()),
    ]
    return entries_of(connection, refs, [write.event.key for write in shown])


def _configuration(connection: Connection, one: Change, now: datetime) -> tuple[ConfigurationLine, ...]:
    call = one.first.event.call
    rows = declared_as(connection, one.resource, call.account, call.region)
    ids = [row.finding.finding_id for row in findings_on(connection, one.resource, rows, call.account)]
    listed = listed_findings(connection, ids, now)
    keys = {write.event.key for write in one.writes}
    lines = [
        ConfigurationLine(finding=each, is_explained=not keys.isdisjoint(each.finding.explained_by))
        for each in (listed[id_] for id_ in ids)
    ]
    return tuple(sorted(lines, key=lambda line: not line.is_explained))


def _events(
    shown: Sequence[Write], about: Sequence[Entry], entries: Sequence[EntryLine]
) -> tuple[EventLine, ...]:
    lines = {line.seq: line for line in entries}
    told = (EntryKind.OBSERVATION, EntryKind.AMENDMENT)
    latest = {entry.ref: lines[entry.seq] for entry in about if entry.kind in told}
    return tuple(EventLine(write=write, entry=latest.get(write.event.key)) for write in shown)


def _converged(judgement: Judgement | None, evidence: EntryLine | None) -> tuple[datetime, int] | None:
    tests = judgement.tests if judgement else ()
    has_passed = any(one.test is ControlTest.CONVERGED and one.result is Result.PASS for one in tests)
    return (evidence.recorded_at, evidence.seq) if evidence and has_passed else None


def _owner(one: Change, judgement: Judgement | None, owning: Owning) -> Owner:
    environment = owning.environment_of(one.first.event.call.account)
    standing = judgement.standing if judgement else Standing()
    return owner_of(one, standing, environment, owning.routing)
