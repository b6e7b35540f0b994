"""The life of a finding."""

from dataclasses import replace

from drift.model.resource import Resource
from drift.store.database import Database
from drift.store.findings import (
    FindingRow,
    findings,
    keep_finding,
    open_findings,
    resolve,
    see_again,
    standing_of,
)
from tests.builders import NOON, a_change, a_finding, minutes

LATER = NOON + minutes(60)


def test_a_finding_is_read_back_as_it_was_kept(database: Database) -> None:
    with database.transaction() as connection:
        keep_finding(connection, a_finding(), 7, NOON)

        [row] = findings(connection)

    assert row.finding == a_finding()
    assert (row.first_seen_at, row.last_seen_at, row.resolved_at, row.ledger_seq) == (NOON, NOON, None, 7)


def test_a_finding_that_changed_keeps_when_it_was_first_seen(database: Database) -> None:
    with database.transaction() as connection:
        keep_finding(connection, a_finding(), 7, NOON)
        keep_finding(connection, a_finding(attributes=()), 8, LATER)

        [row] = findings(connection)

    assert row.finding.attributes == ()
    assert (row.first_seen_at, row.last_seen_at, row.ledger_seq) == (NOON, LATER, 8)


def test_a_finding_that_is_resolved_is_open_no_more_until_it_comes_back(database: Database) -> None:
    with database.transaction() as connection:
        keep_finding(connection, a_finding(), 7, NOON)
        resolve(connection, "f-1", 8, LATER)
        assert open_findings(connection) == {}
        [resolved] = findings(connection)

        keep_finding(connection, a_finding(), 9, LATER)
        [reopened] = open_findings(connection).values()

    assert (resolved.resolved_at, resolved.ledger_seq) == (LATER, 8)
    assert (reopened.first_seen_at, reopened.resolved_at, reopened.ledger_seq) == (NOON, None, 9)


def test_more_findings_than_a_statement_has_parameters_are_seen_again(database: Database) -> None:
    many = [a_finding(f"f-{number}") for number in range(3)]
    with database.transaction() as connection:
        for one in many:
            keep_finding(connection, one, 7, NOON)

        see_again(connection, [*(one.finding_id for one in many), *map(str, range(70_000))], LATER)

        assert [row.last_seen_at for row in findings(connection)] == [LATER] * 3


def test_hostile_values_of_a_finding_come_back(database: Database) -> None:
    hostile = replace(a_finding(), resource_id="nul \0", attributes=())
    with database.transaction() as connection:
        keep_finding(connection, hostile, 7, NOON)

        row: FindingRow = open_findings(connection)["f-1"]
        assert row.finding == hostile
        change = a_change(resource=Resource(type=None, id="nul \0"))
        assert standing_of(connection, change, ()).findings == (hostile,)
