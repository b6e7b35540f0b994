"""No query of a run reads a whole table that grows with the years."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import Connection, event, text

from drift.model.alert import Asked
from drift.model.change import Span
from drift.model.event import Operation, Phase
from drift.ports import Delivery
from drift.store import (
    addresses,
    asking,
    backlog,
    changes,
    findings,
    grouping,
    letters,
    lookup,
    outbox,
    sessions,
    sources,
    uncompared,
    writes,
    written,
)
from drift.store.database import Database
from drift.store.late import in_time
from tests.builders import (
    NOON,
    SECURITY_GROUP,
    a_change,
    a_finding,
    a_judgement,
    a_principal,
    a_session_opened,
    a_write,
    an_alert,
    an_event,
)

SESSION = a_session_opened(a_principal())

SPAN = Span(id="id", began_at=NOON, ended_at=NOON)

WANTED_SESSION = grouping.WantedSession(actor="alice", account="account", at=NOON)
WANTED_CHANGE = grouping.WantedChange(session_id="ses-1", resource=SECURITY_GROUP, at=NOON, id="chg-1")

PART = structs.replace(an_event(), operation=Operation(key="op-1", phase=Phase.BEGIN))

SUBJECT = written.subject_of(replace(a_finding(), state="prod.tfstate"))

ASKED = Asked(session_id="ses-1", until=NOON, otherwise_at=NOON)

DELIVERY = Delivery(name="trail/1.json", version="1", cursor="c", open=BytesIO)

QUERIES: dict[str, Callable[[Connection], object]] = {
    "earlier": lambda c: writes.earlier(c, an_event()),
    "earlier of a correction": lambda c: writes.earlier(c, structs.replace(an_event(), corrects="e-0")),
    "earlier of a copy": lambda c: writes.earlier(c, structs.replace(an_event(), shared_id="s-1")),
    "earlier of an operation": lambda c: writes.earlier(c, PART),
    "earlier of what is overdue": lambda c: writes.earlier_of_overdue(c, PART),
    "release": lambda c: writes.release(c, a_write(PART)),
    "overdue": lambda c: list(writes.overdue(c, NOON)),
    "sessions_behind": lambda c: sessions.openings_behind(c, an_event(session_key="ASIA1"), 5),
    "remember_session": lambda c: sessions.remember_session(c, SESSION, NOON),
    "writes_in": lambda c: sessions.writes_in(c, "ASIA1"),
    "forget_sessions": lambda c: sessions.forget_sessions(c, NOON),
    "leave_changes": lambda c: changes.leave_changes(c, a_write(), (), "it failed"),
    "near_session": lambda c: grouping.near_session(c, WANTED_SESSION),
    "near_change": lambda c: grouping.near_change(c, WANTED_CHANGE),
    "expect_changes": lambda c: grouping.expect_changes(c, [WANTED_CHANGE]),
    "stretch": lambda connection: stretch(connection),
    "sessions_to_judge": lambda c: changes.sessions_to_judge(c, NOON),
    "judge_again": lambda c: changes.judge_again(c, ["sg-0abc"], NOON),
    "change_session_of": lambda c: changes.change_session_of(c, "ses-1"),
    "write_seqs": lambda c: changes.write_seqs(c, a_change()),
    "keep_judgement": lambda connection: keep_judgement(connection),
    "changes_in": lambda c: list(lookup.changes_in(c, NOON, NOON)),
    "newest_write_at": changes.newest_write_at,
    "standing_of": lambda c: findings.standing_of(c, a_change(), ()),
    "declared_as": lambda c: addresses.declared_as(c, SECURITY_GROUP),
    "declared_at": lambda c: addresses.declared_at(c, "aws_security_group.web"),
    "writes_to": lambda c: written.writes_to(c, [SUBJECT]),
    "open_findings": findings.open_findings,
    "see_again": lambda c: findings.see_again(c, ["f-1"], NOON),
    "resolve": lambda c: findings.resolve(c, "f-1", 0, NOON),
    "was_told": lambda c: outbox.was_told(c, "ses-1"),
    "asked_about": lambda c: asking.asked_about(c, "ses-1"),
    "heard_through": lambda c: asking.heard_through(c, "ses-1"),
    "withdraw": lambda c: asking.withdraw(c, "ses-1"),
    "release the team's": lambda c: asking.release(c, replace(an_alert(), asked=ASKED), NOON),
    "queue": lambda c: outbox.queue(c, ["slack"], an_alert(), NOON),
    "due": lambda c: outbox.due(c, ["slack"], NOON - timedelta(1)),
    "waiting": lambda c: backlog.waiting(c, "slack", NOON),
    "sent_since": lambda c: backlog.sent_since(c, "slack", NOON),
    "wake": lambda c: backlog.wake(c, "slack", NOON),
    "queued_alert": lambda c: outbox.queued_alert(c, 1, "slack"),
    "undelivered": letters.undelivered,
    "cursor_of": lambda c: sources.cursor_of(c, "trail"),
    "touches_after": lambda c: uncompared.touches_after(c, NOON, NOON),
    "names_compared_at": lambda c: uncompared.names_compared_at(c, ["sg-0abc"], NOON),
    "forget_settled": lambda c: sources.forget_settled(c, NOON),
    "position_in": lambda c: sources.position_in(c, "trail", DELIVERY),
}


def keep_judgement(connection: Connection) -> None:
    grouping.begin_session(connection, "ses-1", WANTED_SESSION)
    grouping.begin_change(connection, replace(WANTED_CHANGE, at=NOON - timedelta(days=9)))
    changes.keep_judgement(connection, a_change(), a_judgement(), 0)


def stretch(connection: Connection) -> None:
    grouping.stretch_change(connection, SPAN, NOON)
    in_time(connection)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_finds_its_rows_by_an_index(sqlite_database: Database, name: str) -> None:
    with sqlite_database.transaction() as connection, asked(connection) as statements:
        QUERIES[name](connection)

    with sqlite_database.reading() as connection:
        plans = [plan(connection, f"EXPLAIN QUERY PLAN {one}", values) for one, values in statements]

    assert plans
    assert [step for steps in plans for step in steps if reads_all(step)] == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_same_queries_find_their_rows_by_an_index_on_postgresql(database: Database) -> None:
    """
    Nearly empty tables are read whole, so that is forbidden: what it does all the same, no index can do.
    """
    with database.transaction() as connection, asked(connection) as statements:
        for query in QUERIES.values():
            query(connection)

    with database.transaction() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plans = {one: plan(connection, f"EXPLAIN {one}", values) for one, values in statements}

    assert len(plans) >= len(QUERIES)
    assert {
        one: steps for one, steps in plans.items() if not all(map(is_narrow, steps, [*steps[1:], ""]))
    } == {}


@contextmanager
def asked(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are executed on a connection."""
    statements: list[tuple[str, Any]] = []

    def collect(*arguments: Any) -> None:
        _connection, _cursor, statement, parameters, *_ = arguments
        if not statement.startswith("INSERT"):
            statements.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", collect)
    yield statements
    event.remove(connection, "before_cursor_execute", collect)


def plan(connection: Connection, statement: str, values: Any) -> list[str]:
    """Return the steps of a query plan, each in one line."""
    return [str(row[-1]) for row in connection.exec_driver_sql(statement, values)]


def reads_all(step: str) -> bool:
    """Tell whether SQLite reads a whole table or index; that of what is to be judged is short."""
    return step.startswith("SCAN ") and step != "SCAN CONSTANT ROW" and "ix_change_to_judge" not in step


def is_narrow(step: str, next_step: str) -> bool:
    """Tell whether PostgreSQL reads part of a table: each scan of an index is followed by its condition."""
    if "Seq Scan" in step:
        return False
    is_index = " Scan using " in step or "Bitmap Index Scan" in step
    return not is_index or "ix_change_to_judge" in step or "Index Cond" in next_step
