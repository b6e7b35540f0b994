"""What the configuration ignores leaves evidence of how much it hides."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from drift.ledger.log import entries
from drift.model.evidence import EntryKind
from drift.model.finding import Comparison, DriftFinding, FindingKind
from drift.model.ignore import Ignored, IgnoreRule
from drift.model.survey import Survey
from drift.stages.record import record_comparison
from drift.store.database import Database
from drift.store.findings import open_findings
from tests.builders import NOON, a_finding, minutes
from tests.stages.test_record import a_survey

RULE = IgnoreRule(
    name="tags",
    reason="a scanner writes it",
    owner="ops@example.com",
    expires_at=datetime(2027, 1, 1, tzinfo=UTC),
    attribute="tags.*",
)


def hides(count: int, *finding_ids: str, rule: IgnoreRule = RULE) -> Ignored:
    return Ignored(rule=rule, count=count, finding_ids=frozenset(finding_ids))


def compared(
    database: Database,
    *findings: DriftFinding,
    ignored: Sequence[Ignored] = (),
    at: int = 0,
    of: frozenset[str] | None = None,
) -> None:
    comparison = Comparison(
        findings=findings, not_compared=(), declared=1, compared=1, ignored=tuple(ignored)
    )
    now = NOON + minutes(at)
    survey: Survey = replace(a_survey("prod"), of=of)
    with database.transaction() as connection:
        record_comparison(connection, survey, comparison, now, judged_since=NOON)


def bodies(database: Database, kind: EntryKind) -> list[dict[str, Any]]:
    with database.reading() as connection:
        return [json.loads(one.body or b"") for one in entries(connection) if one.kind is kind]


def open_ids(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(open_findings(connection))


def test_how_much_a_rule_hides_is_recorded_when_it_changes(database: Database) -> None:
    for at, count in enumerate((2, 2, 3)):
        compared(database, ignored=[hides(count)], at=at)
    compared(database, at=9)
    compared(database, at=10)

    recorded = bodies(database, EntryKind.IGNORED)

    assert [one["count"] for one in recorded] == [2, 3, 0]
    assert recorded[0] == {
        "rule": "tags",
        "reason": "a scanner writes it",
        "owner": "ops@example.com",
        "expires_at": "2027-01-01T00:00:00Z",
        "count": 2,
    }


def test_what_baselines_compared_apart_hide_is_added_up(database: Database) -> None:
    """
    Each comparison knows only of its own: the other's share stays what it was.
    """
    turns = ((["prod"], 2), (["history"], 3), (["prod"], 2), (["history"], 0), (["prod"], 0))
    for at, (names, count) in enumerate(turns):
        hidden = [hides(count)] if count else []
        compared(database, ignored=hidden, at=at, of=frozenset(names))

    assert [one["count"] for one in bodies(database, EntryKind.IGNORED)] == [2, 5, 2, 0]


def test_a_baseline_that_is_compared_with_others_from_now_on_is_not_counted_twice(database: Database) -> None:
    compared(database, ignored=[hides(2)], of=frozenset(["prod"]))
    compared(database, ignored=[hides(5)], at=1, of=frozenset(["prod", "history"]))

    assert [one["count"] for one in bodies(database, EntryKind.IGNORED)] == [2, 5]


def test_another_owner_of_a_rule_is_recorded(database: Database) -> None:
    compared(database, ignored=[hides(2)])
    compared(database, ignored=[hides(2, rule=replace(RULE, owner="eve@example.com"))], at=1)

    assert [one["owner"] for one in bodies(database, EntryKind.IGNORED)] == [
        "ops@example.com",
        "eve@example.com",
    ]


def test_a_finding_that_is_ignored_is_not_called_resolved(database: Database) -> None:
    """
    An auditor must not read that it was put right.
    """
    finding = replace(a_finding("f-1"), baseline="prod")
    compared(database, finding)

    compared(database, ignored=[hides(1, "f-1")], at=1)

    assert open_ids(database) == set()
    assert [one["status"] for one in bodies(database, EntryKind.FINDING)] == ["open", "ignored"]


def test_it_is_open_again_once_the_rule_has_expired(database: Database) -> None:
    finding = replace(a_finding("f-1"), baseline="prod")
    compared(database, finding)
    compared(database, ignored=[hides(1, "f-1")], at=1)

    compared(database, finding, at=2)

    assert open_ids(database) == {"f-1"}
    assert [one["status"] for one in bodies(database, EntryKind.FINDING)] == ["open", "ignored", "reopened"]


def test_a_finding_that_is_now_one_of_many_is_not_called_resolved(database: Database) -> None:
    finding = replace(a_finding("f-1"), baseline="prod")
    noise = replace(
        a_finding("noise"),
        kind=FindingKind.SUSPECTED_NOISE,
        address=None,
        resource_id=None,
        baseline=None,
        stands_for=(finding.address or "",),
    )
    compared(database, finding)

    compared(database, noise, at=1)
    assert open_ids(database) == {"f-1", "noise"}

    compared(database, at=2)
    assert open_ids(database) == set()
