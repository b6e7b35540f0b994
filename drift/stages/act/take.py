"""Takes an action in: evidence, state and what follows from it in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.action import Action, LinkedTicket, Request, of_kind
from drift.model.approval import ActionRules
from drift.model.evidence import ActionRecord, EntryKind
from drift.model.person import People
from drift.stages.act.refusals import refuse
from drift.stages.act.subject import Subject, subject_called
from drift.store import actions, changes


@dataclass(frozen=True, kw_only=True, slots=True)
class Acted:
    """What became of a request that was not refused."""

    action: Action
    ledger_seq: int
    """The evidence entry that records it."""
    is_new: bool
    """Whether it changed anything: a click that came again, or said what was said before, did not."""
    subject: Subject
    """As it stood before."""


def act(
    connection: Connection,
    request: Request,
    rules: ActionRules,
    people: People,
    projects: Collection[str],
    now: datetime,
) -> Acted:
    """Record what somebody does, and have the change judged again; what was done before changes nothing.

    Raises:
        RefusedError: They may not.
    """
    subject = subject_called(connection, request.ref, people)
    known = actions.action_called(connection, request.key) or _said_before(connection, request, subject)
    if known is not None:
        return Acted(action=known.action, ledger_seq=known.ledger_seq, is_new=False, subject=subject)
    refuse(request, subject, rules, people, projects, now)
    one = Action(key=request.key, ref=request.ref, by=request.by, at=now, deed=request.deed)
    entry = append(
        connection,
        kind=EntryKind.ACTION,
        ref=one.ref,
        body=ActionRecord(action=actions.kind_of(one), by=one.by, at=one.at, key=one.key, deed=one.deed),
        recorded_at=now,
        links=_links(subject),
    )
    actions.keep_action(connection, one, entry.seq)
    if subject.change:
        changes.note_action(connection, one.ref)
    return Acted(action=one, ledger_seq=entry.seq, is_new=True, subject=subject)


def _said_before(connection: Connection, request: Request, subject: Subject) -> actions.ActionRow | None:
    """Return the last action of this kind, if the same person says the same again.

    A ticket is linked once, whoever links it: what it says by now is asked for whenever it is judged.
    """
    same = [one for one, _ in of_kind(subject.actions, type(request.deed))]
    if isinstance(request.deed, LinkedTicket):
        same = [one for one in same if _ticket_of(one.deed) == _ticket_of(request.deed)]
    else:
        same = [one for one in same[-1:] if one.by.name == request.by.name and one.deed == request.deed]
    return actions.action_called(connection, same[-1].key) if same else None


def _ticket_of(deed: object) -> tuple[str, str] | None:
    return (deed.ticket.system, deed.ticket.key) if isinstance(deed, LinkedTicket) else None


def _links(subject: Subject) -> tuple[int, ...]:
    """Return the entry that says how the subject stood when somebody acted."""
    row = subject.change or subject.finding
    return () if row is None or row.ledger_seq is None else (row.ledger_seq,)
