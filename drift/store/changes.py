"""The changes and change sessions that writes add up to."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select, union, update

from drift.model.change import Change, ChangeSession, Write
from drift.model.judgement import Judgement
from drift.model.resource import Resource
from drift.model.verdict import Disposition
from drift.store.actions import actions_about
from drift.store.grouping import forget_changes
from drift.store.late import in_time
from drift.store.listed import keep_line
from drift.store.schema import change, change_write, write
from drift.store.upsert import in_chunks, insert_or_replace_late

STILL_OPEN = (Disposition.UNTICKETED, Disposition.RETROACTIVE, Disposition.EMERGENCY)
"""A ticket or its approval may still turn up for these, so they are judged again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """One change with its last judgement, if it was judged."""

    change: Change
    judgement: Judgement | None
    ledger_seq: int | None


def join_change(connection: Connection, change_id: str, one: Write) -> None:
    """Add a write to a change that was begun or stretched for it."""
    row = {"change_id": change_id, "write_key": one.event.key, "left_because": None}
    insert_or_replace_late(connection, change_write, row, ("left_because",))


def leave_changes(connection: Connection, one: Write, still: Collection[str], because: str) -> None:
    """Take a write out of all changes but those it `still` belongs to, and have these judged again.

    That it was there, and why it is not any more, stays.
    """
    mine = (change_write.c.write_key == one.event.key, change_write.c.left_because.is_(None))
    joined = in_time(connection).execute(select(change_write.c.change_id).where(*mine)).scalars().all()
    for change_id in sorted(set(joined) - set(still)):
        this = (change_write.c.change_id == change_id, *mine)
        connection.execute(update(change_write).where(*this).values(left_because=because))
        values = {"to_judge": True, "revision": change.c.revision + 1, **_reach(connection, change_id)}
        connection.execute(update(change).where(change.c.change_id == change_id).values(**values))
        forget_changes(connection)


def sessions_to_judge(connection: Connection, since: datetime) -> list[str]:
    """Return the sessions with a change that is new, pending, or open and begun after `since`, by age."""
    is_open = (change.c.disposition.in_(STILL_OPEN), change.c.began_at >= since)
    found = union(  # each part has an index of its own; an OR of them would read every change
        select(change.c.session_id).where(change.c.to_judge),
        select(change.c.session_id).where(change.c.disposition == Disposition.PENDING),
        select(change.c.session_id).where(*is_open),
    )
    return sorted(in_time(connection).execute(found).scalars())


def judge_again(connection: Connection, names: Iterable[str], since: datetime) -> None:
    """Have the changes to resources of these names judged again: what stands about them is different now.

    Names are in lower case. Not those begun before `since`: a resource that is changed daily would
    have all its years judged.
    """
    for some in in_chunks(names):
        for column in (change.c.resource_key, change.c.outer_key):
            is_young = (column.in_(some), change.c.began_at >= since)
            in_time(connection).execute(update(change).where(*is_young).values(to_judge=True))


def judge_once_more(connection: Connection, change_id: str) -> None:
    """Have one change judged again, however old it is."""
    connection.execute(update(change).where(change.c.change_id == change_id).values(to_judge=True))


def note_action(connection: Connection, change_id: str) -> None:
    """Note that somebody did something about a change, and have it judged again, however old it is."""
    mine = change.c.change_id == change_id
    values = {"to_judge": True, "actions": change.c.actions + 1}
    connection.execute(update(change).where(mine).values(values))


def changes_of_session(connection: Connection, session_id: str) -> list[ChangeRow]:
    """Return the changes of a session with their judgements, in order of their first write."""
    return list(changes(connection, change.c.session_id == session_id))


def change_session_of(connection: Connection, session_id: str) -> ChangeSession:
    """Return a session with its changes, in order of their first write."""
    rows = changes_of_session(connection, session_id)
    return ChangeSession(session_id=session_id, changes=tuple(row.change for row in rows))


def last_judgement(connection: Connection, one: Change) -> Judgement | None:
    """Return what was concluded about a change as it is now; since its writes changed, nothing was."""
    row = (
        in_time(connection)
        .execute(
            select(change.c.judgement, change.c.judged_revision).where(change.c.change_id == one.change_id)
        )
        .one()
    )
    return row.judgement if row.judged_revision == one.revision else None


def write_seqs(connection: Connection, one: Change) -> tuple[int, ...]:
    """Return the latest evidence entries of a change's writes, and of those that left it."""
    return tuple(
        in_time(connection)
        .execute(
            select(write.c.ledger_seq)
            .join(change_write, change_write.c.write_key == write.c.key)
            .where(change_write.c.change_id == one.change_id)
            .order_by(write.c.ledger_seq)
        )
        .scalars()
    )


def keep_judgement(connection: Connection, one: Change, judgement: Judgement, ledger_seq: int) -> None:
    """Keep what was concluded about a change, how it is listed, and the evidence entry that records it."""
    in_time(connection).execute(
        update(change)
        .where(change.c.change_id == one.change_id)
        .values(
            to_judge=_is_outdated(one),
            judged_revision=one.revision,
            disposition=judgement.decision.disposition,
            severity=judgement.decision.severity,
            judgement=judgement,
            ledger_seq=ledger_seq,
        )
    )
    keep_line(connection, one, judgement)


def mark_judged(connection: Connection, one: Change) -> int:
    """Note that a change was judged again and nothing came out differently; return the standing entry."""
    mine = change.c.change_id == one.change_id
    in_time(connection).execute(update(change).where(mine).values(to_judge=_is_outdated(one)))
    return int(connection.execute(select(change.c.ledger_seq).where(mine)).scalar_one())


def changes(connection: Connection, *where: ColumnElement[bool]) -> Iterator[ChangeRow]:
    """Yield the changes that fit, in order of their first write."""
    rows = (
        in_time(connection)
        .execute(select(change).where(*where).order_by(change.c.began_at, change.c.change_id))
        .all()
    )
    acted = actions_about(connection, [row.change_id for row in rows if row.actions])
    for row in rows:
        writes, withdrawn = _writes_of(connection, row.change_id)
        yield ChangeRow(
            change=Change(
                change_id=row.change_id,
                session_id=row.session_id,
                resource=Resource(type=row.resource_type, id=row.resource_id),
                writes=writes,
                withdrawn=withdrawn,
                revision=row.revision,
                is_history=row.is_history,
                actions=acted.get(row.change_id, ()),
            ),
            judgement=row.judgement,
            ledger_seq=row.ledger_seq,
        )


def count_by_disposition(connection: Connection) -> dict[str, int]:
    """Return how many changes stand in each disposition; those not judged yet count as pending."""
    name = func.coalesce(change.c.disposition, Disposition.PENDING.value)
    rows = in_time(connection).execute(select(name, func.count()).group_by(name).order_by(name))
    return {disposition: int(number) for disposition, number in rows}


def newest_write_at(connection: Connection) -> datetime | None:
    """Return the time of the newest write that was kept."""
    newest: datetime | None = in_time(connection).execute(select(func.max(write.c.occurred_at))).scalar_one()
    return newest


def _writes_of(connection: Connection, change_id: str) -> tuple[tuple[Write, ...], str | None]:
    """Return the writes of a change; if all of them left it, those, and why the last one did."""
    rows = (
        in_time(connection)
        .execute(
            select(write.c.body, change_write.c.left_because)
            .join(change_write, change_write.c.write_key == write.c.key)
            .where(change_write.c.change_id == change_id)
            .order_by(write.c.occurred_at, write.c.key)
        )
        .all()
    )
    if staying := tuple(row.body for row in rows if row.left_because is None):
        return staying, None
    return tuple(row.body for row in rows), rows[-1].left_because


def _reach(connection: Connection, change_id: str) -> dict[str, datetime]:
    """Return from when to when the writes reach that belong to a change, if any does."""
    first, last = (
        in_time(connection)
        .execute(
            select(func.min(write.c.occurred_at), func.max(write.c.occurred_at))
            .join(change_write, change_write.c.write_key == write.c.key)
            .where(change_write.c.change_id == change_id, change_write.c.left_because.is_(None))
        )
        .one()
    )
    return {} if first is None else {"began_at": first, "ended_at": last}


def _is_outdated(one: Change) -> ColumnElement[bool]:
    """Tell whether its writes changed, or somebody acted, while a change was judged: it is judged again."""
    return or_(change.c.revision != one.revision, change.c.actions != len(one.actions))
