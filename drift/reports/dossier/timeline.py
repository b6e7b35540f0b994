"""The time line of one change: ticket, pull request, approval, checks, run, API events, configuration."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift.model.control_test import Result
from drift.model.evidence import AlertRecord, DeploymentRecord, DispositionRecord, EntryKind
from drift.model.ticket import Deployment, PullRequest, Ticket
from drift.reports.acted import acted
from drift.reports.dossier.facts import Facts, write_in
from drift.reports.entries import Entry
from drift.reports.found import found
from drift.reports.moment import Moment
from drift.reports.permitted import approvals, checks, environments, reviews, run, ticket_edits, ticket_made
from drift.reports.wording import means


class Stage(StrEnum):
    """Where in the life of a change something happened. The order is that of a change that goes well."""

    TICKET = "ticket"
    PULL_REQUEST = "pull request"
    APPROVAL = "approval"
    CHECK = "check"
    RUN = "run"
    API_EVENT = "API event"
    CONFIGURATION = "configuration"
    JUDGEMENT = "judgement"
    ALERT = "alert"
    ACTION = "action"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the time line."""

    stage: Stage
    moment: Moment
    is_after_first_write: bool
    """It came when the change was made already: as an approval it is too late."""


def time_line(facts: Facts, ticket: Ticket | None) -> tuple[Line, ...]:
    """Return everything that happened about a change, in order of time.

    `ticket` is the one that covers it, with everything that is known of it by now.
    """
    entry = facts.standing.entry
    converged = (entry.recorded_at, entry.seq) if facts.change.t8 is Result.PASS else None
    return lines_of(facts.entries, facts.change.began_at, ticket, converged=converged)


def lines_of(
    entries: Sequence[Entry],
    began_at: datetime,
    ticket: Ticket | None,
    *,
    deployment: Deployment | None = None,
    converged: tuple[datetime, int] | None = None,
) -> tuple[Line, ...]:
    """Return everything that these entries and a ticket tell of a change that began then, in order of time.

    `deployment` is the run that made it, told where no entry does yet; `converged` is when, and in which
    entry, the configuration was found as it is declared.
    """
    staged = [*_recorded(entries), *_converged(converged), *(_of_ticket(ticket) if ticket else ())]
    runs = [entry for entry in entries if entry.kind is EntryKind.DEPLOYMENT]
    for entry in runs:
        record = entry.read_as(DeploymentRecord)
        staged += _of_run(record.deployment, entry.seq) if record else ()
    if deployment and not runs:
        staged += _of_run(deployment, None)
    lines = [
        Line(stage=stage, moment=moment, is_after_first_write=moment.at >= began_at)
        for stage, moment in staged
    ]
    order = list(Stage)
    return tuple(
        sorted(lines, key=lambda one: (one.moment.at, order.index(one.stage), one.moment.ledger_seq or 0))
    )


_Staged = Iterator[tuple[Stage, Moment]]


def _recorded(entries: Sequence[Entry]) -> _Staged:
    for entry in entries:
        match entry.kind:
            case EntryKind.OBSERVATION | EntryKind.AMENDMENT:
                yield Stage.API_EVENT, _written(entry)
            case EntryKind.FINDING:
                yield Stage.CONFIGURATION, found(entry, entry.ref)
            case EntryKind.DISPOSITION:
                yield Stage.JUDGEMENT, _judged(entry)
            case EntryKind.ALERT:
                yield Stage.ALERT, _told(entry)
            case EntryKind.ACTION:
                yield Stage.ACTION, acted(entry)
            case _:
                pass  # runs and tickets are told with what they say themselves


def _converged(told: tuple[datetime, int] | None) -> _Staged:
    """Yield that the configuration was found as it is declared, where it was compared after the change."""
    if told is not None:
        what = "the live configuration is as declared: converged"
        yield Stage.CONFIGURATION, Moment(at=told[0], what=what, ledger_seq=told[1])


def _of_ticket(ticket: Ticket) -> _Staged:
    yield Stage.TICKET, ticket_made(ticket)
    for moment in approvals(ticket):
        yield Stage.APPROVAL, moment
    for moment in ticket_edits(ticket):
        yield Stage.TICKET, moment


def _of_run(deployment: Deployment, seq: int | None) -> _Staged:
    if deployment.pull_request:
        yield from _of_pull_request(deployment.pull_request, seq)
    for moment in environments(deployment, seq):
        yield Stage.APPROVAL, moment
    for moment in run(deployment, seq):
        yield Stage.RUN, moment


def _of_pull_request(one: PullRequest, seq: int | None) -> _Staged:
    for moment in checks(one, seq):
        yield Stage.CHECK, moment
    for moment, is_approval in reviews(one, seq):
        yield Stage.APPROVAL if is_approval else Stage.PULL_REQUEST, moment


def _written(entry: Entry) -> Moment:
    write = write_in(entry)
    if write is None:
        return Moment(at=entry.recorded_at, what="a write; its record was erased", ledger_seq=entry.seq)
    event = write.event
    call = f"{event.call.service or 'unknown service'} {event.call.action or 'unnamed call'}"
    place = f" from {event.call.source_ip}" if event.call.source_ip else ""
    if entry.kind is EntryKind.AMENDMENT:
        what = f"a further record told of it: {event.summary}"
        return Moment(at=entry.recorded_at, what=what, detail=call, ledger_seq=entry.seq)
    return Moment(
        at=event.occurred_at or entry.recorded_at,
        what=event.summary,
        detail=f"{call} by {write.actor.name}, {means(write.classification)}{place}",
        ledger_seq=entry.seq,
    )


def _judged(entry: Entry) -> Moment:
    record = entry.read_as(DispositionRecord)
    if record is None:
        return Moment(at=entry.recorded_at, what="judged; the record was erased", ledger_seq=entry.seq)
    what = f"judged {record.disposition}, {record.severity}"
    return Moment(at=entry.recorded_at, what=what, detail="; ".join(record.reasons), ledger_seq=entry.seq)


def _told(entry: Entry) -> Moment:
    record = entry.read_as(AlertRecord)
    if record is None:
        return Moment(
            at=entry.recorded_at, what="somebody was told; the record was erased", ledger_seq=entry.seq
        )
    what = f"{record.notifier} accepted the alert"
    return Moment(at=record.sent_at, what=what, detail=record.reference, ledger_seq=entry.seq)
