"""Looks at a month as an auditor would: once, when it is over, with a sample that nobody chose.

What was missed while nothing ran is made up for, each month by itself.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.errors import ProviderError
from drift.ledger.log import append, first_recorded_at
from drift.model.evidence import EntryKind
from drift.model.self_sample import SelfSample
from drift.read_checks import Readers, with_reader
from drift.reports.month import Month, month_at, month_called
from drift.reports.self_sample import SETTLES_AFTER, draw_sample
from drift.seal import seal_counted
from drift.store import meta

MOST_MONTHS = 12
"""Older ones no audit period reaches."""

_KEY = "self-sample"
"""Under it stands the last month that was looked at."""


def sample_months(have: Equipment, now: datetime) -> tuple[SelfSample, ...]:
    """Draw the samples of all months that are over and have none; return them.

    They wait while the service that keeps the ledger's key does not sign, which is told where it is sealed.
    """
    with have.database.reading() as connection:
        due = sorted(_due(connection, now))
    try:
        if due:
            seal_counted(have.database, have.key, now)
    except ProviderError:
        return ()
    return tuple(drawn for month in due if (drawn := _sample(have, month, now)))


def _due(connection: Connection, now: datetime) -> Iterator[Month]:
    """Yield the months that nobody looked at, the latest first, back to the one in which the watch began."""
    began_at = first_recorded_at(connection)
    if began_at is None:
        return
    done, month = meta.read(connection, _KEY), month_at(now - SETTLES_AFTER)
    first = month_called(done).next if done else month_at(began_at)
    for _ in range(MOST_MONTHS):
        month = month.previous
        if month < first:
            return
        yield month


def _sample(have: Equipment, month: Month, now: datetime) -> SelfSample | None:
    with have.database.reading() as connection:
        drawn = draw_sample(connection, month)
    with have.database.transaction() as connection:
        done = meta.read(connection, _KEY)
        if drawn is None or (done is not None and month_called(done) >= month):
            return None  # another process was faster
        readers = Readers(names=have.policy.readers, people=have.policy.assessment.people)
        drawn = with_reader(connection, drawn, readers, now)
        append(connection, kind=EntryKind.SELF_SAMPLE, ref=str(month), body=drawn, recorded_at=now)
        meta.write(connection, _KEY, str(month))
    return drawn
