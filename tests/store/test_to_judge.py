"""Which sessions are judged at once, and which once more."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from drift.model.verdict import Disposition
from drift.store.changes import STILL_OPEN
from drift.store.database import Database
from drift.store.grouping import WantedChange, WantedSession, begin_change, begin_session
from drift.store.late import in_time
from drift.store.schema import change
from drift.store.to_judge import sessions_open, sessions_pending, sessions_with_news
from tests.builders import ACCOUNT, NOON, SECURITY_GROUP, minutes

SECOND = timedelta(seconds=1)
WAITS = minutes(10), minutes(240)
"""The settle window and the answer deadline."""

ALL = frozenset(Disposition)
SETTLED = ALL - {Disposition.PENDING, *STILL_OPEN}


def a_change(connection: Connection, disposition: Disposition | None, *, session_id: str = "ses-1") -> None:
    """A change at noon that was judged so, or never."""
    wanted = WantedSession(actor="human:alice@example.com", account=ACCOUNT, at=NOON)
    begin_session(connection, session_id, wanted)
    id_ = f"chg-of-{session_id}"
    begin_change(connection, WantedChange(session_id=session_id, resource=SECURITY_GROUP, at=NOON, id=id_))
    if disposition is not None:
        in_time(connection).execute(
            update(change)
            .where(change.c.session_id == session_id)
            .values(disposition=disposition, to_judge=False)
        )


def news(connection: Connection, at: datetime) -> list[str]:
    """What is judged at a time, one second after it was looked last."""
    return sessions_with_news(connection, at - SECOND, at, WAITS)


def test_what_was_never_judged_is_news(database: Database) -> None:
    with database.transaction() as connection:
        a_change(connection, None, session_id="ses-2")
        a_change(connection, None, session_id="ses-1")

        assert news(connection, NOON + minutes(1)) == ["ses-1", "ses-2"]


@pytest.mark.parametrize("wait", WAITS)
def test_a_pending_change_is_news_when_its_time_is_over_and_not_before_or_after(
    database: Database, wait: timedelta
) -> None:
    with database.transaction() as connection:
        a_change(connection, Disposition.PENDING)

        assert news(connection, NOON + wait - SECOND) == []
        assert news(connection, NOON + wait) == ["ses-1"]
        assert news(connection, NOON + wait + 2 * SECOND) == []


@pytest.mark.parametrize("disposition", sorted(ALL - {Disposition.PENDING}))
def test_what_is_decided_is_no_news_whatever_time_it_is(database: Database, disposition: Disposition) -> None:
    with database.transaction() as connection:
        a_change(connection, disposition)

        assert news(connection, NOON + WAITS[0]) == news(connection, NOON + WAITS[1]) == []


def test_a_ticket_is_looked_for_while_a_change_is_pending_and_while_one_that_lacks_it_is_young(
    database: Database,
) -> None:
    with database.transaction() as connection:
        for number, disposition in enumerate((Disposition.PENDING, *STILL_OPEN, *sorted(SETTLED))):
            a_change(connection, disposition, session_id=f"ses-{number:02}")

        assert sessions_pending(connection) == ["ses-00"]
        assert sessions_open(connection, NOON) == ["ses-01", "ses-02", "ses-03"]
        assert sessions_open(connection, NOON + SECOND) == []
