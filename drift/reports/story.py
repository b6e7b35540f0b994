"""Everything that is known of one change or one finding, and the order in which it came to be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from drift.model.action import Action
from drift.model.change import Amendment, Change, Write
from drift.model.evidence import AlertRecord, AmendmentRecord, DispositionRecord, EntryKind
from drift.model.finding import DriftFinding, Standing
from drift.model.ticket import TicketMatch
from drift.reports.acted import acted
from drift.reports.entries import Entry, entries_of
from drift.reports.found import found
from drift.reports.moment import Moment
from drift.reports.permitted import approvals, reviews, run, ticket_edits, ticket_made
from drift.reports.wording import identity, means
from drift.reports.writers import Writer, last_writers
from drift.store.accounts import unit_of
from drift.store.actions import actions_about, waivers
from drift.store.addresses import declared_as, declared_at
from drift.store.changes import ChangeRow
from drift.store.findings import FindingRow, findings_on
from drift.store.lookup import AlertRow, alerts_about
from drift.store.written import changes_to, subject_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeStory:
    """One change."""

    row: ChangeRow
    findings: tuple[FindingRow, ...]
    """Every difference there was on its resource."""
    writers: Mapping[str, Writer]
    """Who made it so, by the finding's id."""
    waivers: Mapping[str, Action]
    """The last waiver of each, by the finding's id."""
    alerts: tuple[AlertRow, ...]
    """About its session."""
    moments: tuple[Moment, ...]
    """In order of time."""
    entries: tuple[Entry, ...]
    """Of the ledger: its writes, how it was judged, what was found, who was told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingStory:
    """One finding."""

    row: FindingRow
    standing: Standing
    """Where its resource stands in the code, without what was found on it."""
    writer: Writer | None
    waiver: Action | None
    """The last one, also if it has expired."""
    actions: tuple[Action, ...]
    """What people did about it."""
    changes: tuple[ChangeRow, ...]
    """Those that wrote to the resource, in order of time."""
    moments: tuple[Moment, ...]
    entries: tuple[Entry, ...]
    """Of the ledger: how it was found, and how the changes stand."""


def story_of_change(connection: Connection, row: ChangeRow) -> ChangeStory:
    """Return everything that is known of a change."""
    change = row.change
    call = change.first.event.call
    rows = declared_as(connection, change.resource, call.account, call.region)
    findings = findings_on(connection, change.resource, rows, call.account)
    alerts = alerts_about(connection, change.session_id)
    keys = [write.event.key for write in change.writes]
    known = [finding.finding.finding_id for finding in findings]
    entries = entries_of(connection, [change.change_id, change.session_id, *known], keys)
    seqs = {entry.ref: entry.seq for entry in entries if entry.kind is EntryKind.OBSERVATION}
    seqs |= dict(_sent(entries))
    moments = [
        *(_permissions(row.judgement.match) if row.judgement else ()),
        *(_written(change, write, seqs.get(write.event.key)) for write in change.writes),
        *(_amended(entry) for entry in entries if entry.kind is EntryKind.AMENDMENT),
        *(acted(entry) for entry in entries if entry.kind is EntryKind.ACTION),
        *(moment for entry in entries if (moment := _judged(entry))),
        *(found(entry, entry.ref) for entry in entries if entry.kind is EntryKind.FINDING),
        *(_told(alert, seqs.get(alert.client_id)) for alert in alerts),
    ]
    return ChangeStory(
        row=row,
        findings=tuple(findings),
        writers=last_writers(connection, findings),
        waivers=waivers(connection, known),
        alerts=tuple(alerts),
        moments=_in_order(moments),
        entries=tuple(entries),
    )


def story_of_finding(connection: Connection, row: FindingRow) -> FindingStory:
    """Return everything that is known of a finding."""
    changes = changes_to(connection, [subject_of(row.finding)])[row.finding.finding_id]
    standing = {change.ledger_seq for change in changes}
    about = entries_of(connection, [row.finding.finding_id, *(one.change.change_id for one in changes)], ())
    own = [entry for entry in about if entry.ref == row.finding.finding_id]
    entries = [entry for entry in about if entry in own or entry.seq in standing]
    moments = [
        *map(_changed, changes),
        *(acted(entry) for entry in own if entry.kind is EntryKind.ACTION),
        *(found(entry) for entry in entries if entry.kind is EntryKind.FINDING),
    ]
    writer = last_writers(connection, [row]).get(row.finding.finding_id)
    finding_id = row.finding.finding_id
    return FindingStory(
        row=row,
        standing=standing_in_code(connection, row.finding),
        writer=writer,
        waiver=waivers(connection, [finding_id]).get(finding_id),
        actions=actions_about(connection, [finding_id]).get(finding_id, ()),
        changes=changes,
        moments=_in_order(moments),
        entries=tuple(entries),
    )


def standing_in_code(connection: Connection, finding: DriftFinding) -> Standing:
    rows = declared_at(connection, finding.address) if finding.address else ()
    found = next((one for one in rows if one.state == finding.state), None)
    unit = unit_of(connection, finding.account)
    if found is None:
        return Standing(address=finding.address, unit=unit)
    return Standing(
        address=found.address,
        source=found.source,
        code_owners=found.code_owners,
        tags=found.tags,
        unit=unit,
    )


def _in_order(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """What is recorded goes by its place in the ledger where the times are equal."""
    return tuple(sorted(moments, key=lambda one: (one.at, -1 if one.ledger_seq is None else one.ledger_seq)))


def _written(change: Change, write: Write, seq: int | None) -> Moment:
    event = write.event
    call = f"{event.call.service or 'unknown service'} {event.call.action or 'unnamed call'}"
    place = f" from {event.call.source_ip}" if event.call.source_ip else ""
    return Moment(
        at=write.event.occurred_at or change.began_at,
        what=event.summary,
        detail=f"{call}, {means(write.classification)}{place}",
        ledger_seq=seq,
    )


def _amended(entry: Entry) -> Moment:
    record = entry.read_as(AmendmentRecord)
    what = _AMENDMENT[record.why] if record else "a write was amended; the record was erased"
    detail = ", ".join(one.key for one in record.records) if record else None
    return Moment(at=entry.recorded_at, what=what, detail=detail, ledger_seq=entry.seq)


_AMENDMENT = {
    Amendment.COMPLETED: "a further record told of the same operation",
    Amendment.CORRECTED: "the cloud corrected its record",
    Amendment.COPIED: "another account was told of the same call",
    Amendment.ATTRIBUTED: "a late record told who opened the session it was made in",
}


def _permissions(match: TicketMatch) -> Iterator[Moment]:
    if ticket := match.ticket:
        yield ticket_made(ticket)
        yield from approvals(ticket)
        yield from ticket_edits(ticket)
    if deployment := match.deployment:
        if deployment.pull_request:
            yield from (moment for moment, _ in reviews(deployment.pull_request))
        yield from run(deployment)


def _judged(entry: Entry) -> Moment | None:
    if entry.kind is not EntryKind.DISPOSITION:
        return None
    record = entry.read_as(DispositionRecord)
    what = f"judged {record.disposition}, {record.severity}" if record else "judged; the record was erased"
    return Moment(at=entry.recorded_at, what=what, ledger_seq=entry.seq)


def _sent(entries: Iterable[Entry]) -> Iterator[tuple[str, int]]:
    for entry in entries:
        if entry.kind is EntryKind.ALERT and (record := entry.read_as(AlertRecord)):
            yield record.client_id, entry.seq


def _told(alert: AlertRow, seq: int | None) -> Moment:
    if alert.sent_at:
        what = f"{alert.notifier or 'a notifier'} accepted the alert"
        return Moment(at=alert.sent_at, what=what, detail=alert.reference, ledger_seq=seq)
    where = alert.notifier or "the first notifier that there will be"
    return Moment(at=alert.created_at, what=f"alert for {where}: {alert.status}", detail=alert.last_error)


def _changed(row: ChangeRow) -> Moment:
    change = row.change
    stands = row.judgement.decision.disposition if row.judgement else "not judged yet"
    return Moment(
        at=change.began_at,
        what=f"{identity(change)}: {change.first.event.summary}",
        detail=f"{change.change_id}, {change.channel}, {stands}",
        ledger_seq=row.ledger_seq,
    )
