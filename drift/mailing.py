"""Sends reports by mail, and leaves evidence of that.

1. A report is written once for each mail, and kept as one letter for each address, in one transaction: a
   crash before leaves nothing, one after it all of them.
2. Each letter is sent until its address took it; it bears the same Message-ID each time, so that a crash
   between sending and noting that shows nobody a second one, where the mail system heeds it.
3. When no letter of a mail waits any more, the ledger tells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.errors import (
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
    only_provider_errors,
)
from drift.ledger.log import append
from drift.model.evidence import EntryKind
from drift.model.report_mail import MailRecord
from drift.ports import MailTransport
from drift.redact import redact
from drift.store import report_mails
from drift.store.database import Database
from drift.store.report_mails import MailRow, MailStatus, Outgoing

FIRST_WAIT = timedelta(minutes=1)
"""Before an attempt that failed is made again. It doubles each time."""

LONGEST_WAIT = timedelta(hours=4)
_MOST_DOUBLINGS = 10

GIVEN_UP_AFTER = timedelta(days=5)
"""As mail servers do themselves; by then the next report is near."""

KEPT_FOR = timedelta(days=400)
"""What became of a letter, for whoever asks; the ledger has it for ever."""

DEAD_KEPT_FOR = timedelta(days=14)
"""What was given up, for whoever mends the address meanwhile and sends it again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailed:
    """What a turn of sending did."""

    sent: int
    problems: tuple[str, ...]
    """Why letters could not be sent, a line each."""


def queue_letters(database: Database, letters: Iterable[Outgoing], now: datetime) -> int:
    """Keep letters to be sent; those that were kept before stay as they were. Return how many are new."""
    with database.transaction() as connection:
        report_mails.forget(connection, now - KEPT_FOR, now - DEAD_KEPT_FOR)
        return report_mails.queue(connection, letters, now)


def send_due(database: Database, transport: MailTransport, now: datetime) -> Mailed:
    """Send the letters that are due, each by itself: an address that fails holds up no other."""
    with database.reading() as connection:
        rows = report_mails.due(connection, now)
    problems = list[str]()
    for row in rows:
        try:
            with only_provider_errors("sending a report"):
                transport.post(_letter(row), [row.address])
        except ProviderError as error:
            problems.append(f"{row.mail}, {row.period}: {_note_failure(database, row, error, now)}")
            continue
        with database.transaction() as connection:
            report_mails.mark_sent(connection, row, now)
            _record_if_settled(connection, row, now)
    return Mailed(sent=len(rows) - len(problems), problems=tuple(problems))


def _letter(row: MailRow) -> bytes:
    assert row.letter is not None  # noqa: S101 - only what was taken is forgotten
    return row.letter


def _note_failure(database: Database, row: MailRow, error: ProviderError, now: datetime) -> str:
    what, hint = str(redact(error.what).value), str(redact(error.hint).value)
    is_over = isinstance(error, ProviderResponseError) or now - row.created_at >= GIVEN_UP_AFTER
    status = MailStatus.DEAD if is_over else MailStatus.QUEUED
    with database.transaction() as connection:
        report_mails.mark_failed(connection, row, what, hint, now + _wait(row, error), status)
        if is_over:
            _record_if_settled(connection, row, now)
    return f"{what} ({hint})"


def _wait(row: MailRow, error: ProviderError) -> timedelta:
    if isinstance(error, ProviderUnavailableError) and error.retry_after is not None:
        return min(error.retry_after, LONGEST_WAIT)
    return min(FIRST_WAIT * (1 << min(row.attempts, _MOST_DOUBLINGS)), LONGEST_WAIT)


def _record_if_settled(connection: Connection, row: MailRow, now: datetime) -> None:
    """Tell in the ledger of a mail of which no letter waits; and again if one that was given up arrives."""
    rows = report_mails.letters_of(connection, row.mail, row.period)
    if any(one.status is MailStatus.QUEUED for one in rows):
        return
    append(
        connection,
        kind=EntryKind.REPORT_MAIL,
        ref=f"{row.mail}/{row.period}",
        body=_record(row, rows),
        recorded_at=now,
    )


def _record(row: MailRow, rows: Sequence[MailRow]) -> MailRecord:
    times = [one.sent_at for one in rows if one.sent_at is not None]
    return MailRecord(
        mail=row.mail,
        kind=row.kind,
        audience=row.audience,
        period=row.period,
        run_id=row.run_id,
        sha256=row.sha256,
        sent=len(times),
        given_up=len(rows) - len(times),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        checkpoint_size=row.checkpoint_size,
        checkpoint_root=row.checkpoint_root,
    )
