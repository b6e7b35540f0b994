"""Reports on their way by mail: written once, kept for each address until it took them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select, update

from drift.model.audience import Audience
from drift.model.report_mail import ReportKind
from drift.store.schema import report_mail as table
from drift.store.upsert import insert_new


class MailStatus(StrEnum):
    """Where a letter is on its way."""

    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"
    """Refused for good, or given up; `drift report weekly --send` sends it again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """One letter for one address."""

    mail: str
    kind: ReportKind
    audience: Audience
    period: str
    address: str
    letter: bytes
    run_id: str
    sha256: str
    checkpoint_size: int | None
    checkpoint_root: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MailRow:
    """A letter, and what became of it so far."""

    mail: str
    kind: ReportKind
    audience: Audience
    period: str
    address: str
    letter: bytes | None
    """`None` once it was taken: what it says of people is kept no longer than that takes."""
    run_id: str
    sha256: str
    checkpoint_size: int | None
    checkpoint_root: str | None
    status: MailStatus
    attempts: int
    next_attempt_at: datetime
    error: str | None
    hint: str | None
    created_at: datetime
    sent_at: datetime | None


def queue(connection: Connection, letters: Iterable[Outgoing], now: datetime) -> int:
    """Put letters on their way; one for the same mail, period and address is there once. Return how many."""
    return sum(insert_new(connection, table, _values(one, now)) for one in letters)


def due(connection: Connection, now: datetime) -> Sequence[MailRow]:
    """Return the letters that are to be sent now, the oldest first."""
    is_due = (table.c.status == MailStatus.QUEUED, table.c.next_attempt_at <= now)
    query = select(table).where(*is_due).order_by(table.c.created_at, table.c.mail, table.c.address)
    return [_row(row) for row in connection.execute(query)]


def letters_of(connection: Connection, mail: str, period: str) -> Sequence[MailRow]:
    """Return every letter of a mail about a period."""
    mine = (table.c.mail == mail, table.c.period == period)
    return [_row(row) for row in connection.execute(select(table).where(*mine).order_by(table.c.address))]


def failing(connection: Connection, attempts: int, since: datetime) -> Sequence[MailRow]:
    """Return the letters, written since then, that could not be sent so often, or are given up."""
    query = select(table).where(table.c.status != MailStatus.SENT, table.c.created_at >= since)
    rows = [_row(row) for row in connection.execute(query.order_by(table.c.created_at, table.c.mail))]
    return [row for row in rows if row.attempts >= attempts or row.status is MailStatus.DEAD]


def mark_sent(connection: Connection, row: MailRow, now: datetime) -> None:
    """Note that an address took its letter, and forget what it says."""
    values = {
        "status": MailStatus.SENT,
        "letter": None,
        "sent_at": now,
        "attempts": table.c.attempts + 1,
        "error": None,
        "hint": None,
    }
    connection.execute(update(table).where(*_is(row.mail, row.period, row.address)).values(values))


def mark_failed(
    connection: Connection, row: MailRow, error: str, hint: str, next_attempt_at: datetime, status: MailStatus
) -> None:
    """Note why an attempt failed, and when the next is due. Secrets are cut out before."""
    values = {
        "status": status,
        "attempts": table.c.attempts + 1,
        "error": error,
        "hint": hint,
        "next_attempt_at": next_attempt_at,
    }
    connection.execute(update(table).where(*_is(row.mail, row.period, row.address)).values(values))


def send_again(connection: Connection, period: str, now: datetime) -> None:
    """Put the letters of a period that are not taken on their way at once, those given up too."""
    waiting = (table.c.period == period, table.c.status != MailStatus.SENT)
    values = {"status": MailStatus.QUEUED, "next_attempt_at": now, "attempts": 0}
    connection.execute(update(table).where(*waiting).values(values))


def forget(connection: Connection, before: datetime, dead_before: datetime) -> None:
    """Forget the letters that were written before a time, and those given up that were before another.

    What nobody took still names people, and no later report waits for it.
    """
    is_dead = and_(table.c.status == MailStatus.DEAD, table.c.created_at < dead_before)
    connection.execute(delete(table).where(or_(table.c.created_at < before, is_dead)))


def forget_waiting(connection: Connection) -> int:
    """Forget the letters that nobody took yet, and return how many; `--send` has them written anew."""
    return connection.execute(
        delete(table).where(table.c.letter.is_not(None)), execution_options={"preserve_rowcount": True}
    ).rowcount


def _is(mail: str, period: str, address: str) -> tuple[ColumnElement[bool], ...]:
    return table.c.mail == mail, table.c.period == period, table.c.address == address


def _values(one: Outgoing, now: datetime) -> dict[str, object]:
    return {
        "mail": one.mail,
        "period": one.period,
        "address": one.address,
        "kind": one.kind,
        "audience": one.audience,
        "letter": one.letter,
        "run_id": one.run_id,
        "sha256": one.sha256,
        "checkpoint_size": one.checkpoint_size,
        "checkpoint_root": one.checkpoint_root,
        "status": MailStatus.QUEUED,
        "attempts": 0,
        "next_attempt_at": now,
        "created_at": now,
    }


def _row(row: Row[tuple[object, ...]]) -> MailRow:
    said = dict(row._mapping)
    return MailRow(
        **said
        | {
            "kind": ReportKind(row.kind),
            "audience": Audience(row.audience),
            "status": MailStatus(row.status),
        }
    )
