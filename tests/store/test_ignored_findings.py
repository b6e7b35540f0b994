"""Findings that the configuration ignores."""

from drift.model.finding import FindingStatus
from drift.store.database import Database
from drift.store.findings import findings, keep_finding, open_findings, set_status
from tests.builders import NOON, a_finding, minutes


def test_a_finding_that_is_set_aside_is_neither_open_nor_resolved_until_it_comes_back(
    database: Database,
) -> None:
    with database.transaction() as connection:
        keep_finding(connection, a_finding(), 7, NOON)
        set_status(connection, "f-1", FindingStatus.IGNORED, 8)
        [aside] = findings(connection)
        is_open = bool(open_findings(connection))
        keep_finding(connection, a_finding(), 9, NOON + minutes(1))
        [again] = findings(connection)

    assert (aside.status, aside.resolved_at, aside.ledger_seq) == (FindingStatus.IGNORED, None, 8)
    assert not is_open
    assert (again.status, again.first_seen_at) == (FindingStatus.OPEN, NOON)
