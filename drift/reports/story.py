"""Everything that is known of one change or one finding, and the order in which it came to be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from drift.model.action import Action
from drift.model.change import Amendment, Change, Write
from drift.model.evidence import AlertRecord, AmendmentRecord, DispositionRecord, EntryKind, FindingRecord
from drift.model.finding import DriftFinding, FindingStatus, Standing
from drift.model.ticket import ApprovalDecision, Deployment, PullRequest, Ticket, TicketMatch
from drift.reports.acted import acted
from drift.reports.entries import Entry, entries_about
from drift.reports.moment import Moment
from drift.reports.wording import AGREEMENT, DIFFERENCE, identity, means
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
    found = [finding.finding.finding_id for finding in findings]
    entries = entries_about(connection, [change.change_id, change.session_id, *keys, *found])
    seqs = {entry.ref: entry.seq for entry in entries if entry.kind is EntryKind.OBSERVATION}
    seqs |= dict(_sent(entries))
    moments = [
        *(_permissions(row.judgement.match) if row.judgement else ()),
        *(_written(change, write, seqs.get(write.event.key)) for write in change.writes),
        *(_amended(entry) for entry in entries if entry.kind is EntryKind.AMENDMENT),
        *(acted(entry) for entry in entries if entry.kind is EntryKind.ACTION),
        *(moment for entry in entries if (moment := _judged(entry))),
        *(_found(entry, entry.ref) for entry in entries if entry.kind is EntryKind.FINDING),
        *(_told(alert, seqs.get(alert.client_id)) for alert in alerts),
    ]
    return ChangeStory(
        row=row,
        findings=tuple(findings),
        writers=last_writers(connection, findings),
        waivers=waivers(connection, found),
        alerts=tuple(alerts),
        moments=_in_order(moments),
        entries=tuple(entries),
    )


def story_of_finding(connection: Connection, row: FindingRow) -> FindingStory:
    """Return everything that is known of a finding."""
    changes = changes_to(connection, [subject_of(row.finding)])[row.finding.finding_id]
    standing = {change.ledger_seq for change in changes}
    about = entries_about(connection, [row.finding.finding_id, *(one.change.change_id for one in changes)])
    own = [entry for entry in about if entry.ref == row.finding.finding_id]
    entries = [entry for entry in about if entry in own or entry.seq in standing]
    moments = [
        *map(_changed, changes),
        *(acted(entry) for entry in own if entry.kind is EntryKind.ACTION),
        *(_found(entry) for entry in entries if entry.kind is EntryKind.FINDING),
    ]
    writer = last_writers(connection, [row]).get(row.finding.finding_id)
    finding_id = row.finding.finding_id
    return FindingStory(
        row=row,
        standing=_standing(connection, row.finding),
        writer=writer,
        waiver=waivers(connection, [finding_id]).get(finding_id),
        actions=actions_about(connection, [finding_id]).get(finding_id, ()),
        changes=changes,
        moments=_in_order(moments),
        entries=tuple(entries),
    )


def _standing(connection: Connection, finding: DriftFinding) -> Standing:
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
    if match.ticket:
        yield from _ticket(match.ticket)
    if match.deployment:
        yield from _deployment(match.deployment)


def _ticket(ticket: Ticket) -> Iterator[Moment]:
    by = f" by {ticket.requested_by}" if ticket.requested_by else ""
    yield Moment(at=ticket.created_at, what=f"{ticket.key} was created{by}", detail=ticket.title)
    for approval in ticket.approvals:
        if approval.decision is ApprovalDecision.WITHDRAWN:
            yield Moment(at=approval.at, what=f"what {approval.by} said of {ticket.key} was withdrawn")
        else:
            yield Moment(at=approval.at, what=f"{approval.by} {approval.decision} {ticket.key}")
    for edit in ticket.history:
        if edit.field in _TOLD_OF_TICKETS:
            who = edit.by or "somebody"
            yield Moment(at=edit.at, what=f"{who} edited {ticket.key}: {edit.field.replace('_', ' ')}")
    if ticket.closed_at:
        yield Moment(at=ticket.closed_at, what=f"{ticket.key} was closed")


_TOLD_OF_TICKETS = frozenset(
    {"title", "text", "resources", "accounts", "environments", "window_start", "window_end", "project"}
)
"""Fields whose edits change what was asked for; who works on a ticket changes nothing of that."""


def _deployment(deployment: Deployment) -> Iterator[Moment]:
    run = f"run {deployment.run_id} of {deployment.repository}"
    if deployment.pull_request:
        yield from _pull_request(deployment.pull_request)
    yield Moment(
        at=deployment.started_at, what=f"{run} was started by {deployment.actor}", detail=deployment.run_url
    )
    if deployment.finished_at:
        yield Moment(at=deployment.finished_at, what=f"{run} ended: {deployment.conclusion or 'unknown'}")


def _pull_request(pull_request: PullRequest) -> Iterator[Moment]:
    name = f"pull request #{pull_request.number}"
    for review in pull_request.reviews:
        stale = "" if review.commit == pull_request.head_sha else ", of an earlier state of the code"
        yield Moment(at=review.at, what=f"{review.by} reviewed {name}: {review.state}{stale}")
    if pull_request.merged_at:
        by = f" by {pull_request.merged_by}" if pull_request.merged_by else ""
        yield Moment(at=pull_request.merged_at, what=f"{name} was merged{by}", detail=pull_request.title)


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


def _found(entry: Entry, finding_id: str | None = None) -> Moment:
    record = entry.read_as(FindingRecord)
    if record is None:
        what = "recorded; the record was erased"
    elif record.status is FindingStatus.RESOLVED:
        what = f"resolved: {AGREEMENT[record.finding.kind]}"
    elif record.status is FindingStatus.IGNORED:
        what = "no longer told of: the configuration ignores it"
    elif record.status is FindingStatus.ACKNOWLEDGED:
        what = f"acknowledged by {record.by}: {record.reason}"
    elif record.status is FindingStatus.PRE_EXISTING:
        what = f"was there before the watch began: it {DIFFERENCE[record.finding.kind]}"
    elif record.status is FindingStatus.REOPENED:
        what = f"found again that it {DIFFERENCE[record.finding.kind]}"
    else:
        what = f"found that it {DIFFERENCE[record.finding.kind]}"
    return Moment(at=entry.recorded_at, what=what, detail=finding_id, ledger_seq=entry.seq)
