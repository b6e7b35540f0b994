"""The eight tests over every change, and where deviations look systematic."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drift.ledger.checkpoint import seal
from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all, entries
from drift.ledger.verify import verify_pack
from drift.model.control_test import ControlTest, Result
from drift.model.evidence import DispositionRecord
from drift.model.verdict import Channel, Lane
from drift.reports.census.count import Aspect, Census, Standing, census_of
from drift.reports.census.markers import Marker, marks
from drift.store.database import Database
from tests.ledger.building import KEY, NOON, a_disposition
from tests.reports.packs import a_pack
from tests.reports.test_pack import table_of

T2 = ControlTest.REVIEWER_IS_NOT_AUTHOR
NOBODY = "nobody else reviewed it"


def test_a_rate_is_of_the_changes_that_could_be_evaluated(sqlite_database: Database) -> None:
    results = [Result.PASS, Result.FAIL, Result.NA, Result.NOT_EVALUABLE, None]

    counted = census(sqlite_database, (found(one, t2=result) for one, result in enumerate(results))).of(T2)

    assert (counted.changes, counted.evaluated, counted.candidates) == (5, 2, 1)
    assert {one: counted.standings[one] for one in Standing} == dict.fromkeys(Standing, 1)


def test_what_something_else_stands_in_for_is_a_candidate_all_the_same(sqlite_database: Database) -> None:
    changes = [
        found(1, t2=Result.FAIL, why=f"{NOBODY}; compensated by two of us (erin)"),
        found(2, t2=Result.FAIL),
    ]

    counted = census(sqlite_database, changes).of(T2)

    assert (counted.candidates, counted.compensated) == (2, 1)


def test_results_are_counted_by_channel_lane_and_month(sqlite_database: Database) -> None:
    changes = [
        found(1, t2=Result.FAIL, channel=Channel.CONSOLE, began_at=datetime(2026, 10, 31, 23, tzinfo=UTC)),
        found(2, t2=Result.PASS, channel=Channel.PIPELINE, lane=Lane.APPLICATION),
    ]

    counted = census(sqlite_database, changes)

    assert counted.of(T2, Aspect.CHANNEL, "console").candidates == 1
    assert counted.of(T2, Aspect.LANE, "application").evaluated == 1
    assert counted.values(T2, Aspect.MONTH) == ["2026-10", "2026-11"]


def test_an_entry_of_a_version_that_did_not_ask_is_told_apart(sqlite_database: Database) -> None:
    assert census(sqlite_database, [a_disposition("chg-1")]).of(T2).standings == {Standing.NOT_ASKED: 1}


def test_one_cause_recurs_whatever_names_keys_and_times_stand_in_its_reason(
    sqlite_database: Database,
) -> None:
    reasons = [
        f"OPS-{one} was created {one} minutes after the first write by u{one}@example.com"
        for one in (1, 22, 3)
    ]

    seen = seen_in(census(sqlite_database, (found(one, why=why) for one, why in enumerate(reasons))))

    assert seen[Marker.RECURRING_CAUSE] == "… was created … minutes after the first write by …: 3"


def test_two_of_a_kind_are_no_pattern(sqlite_database: Database) -> None:
    passed = [found(one, t2=Result.PASS) for one in range(2, 60)]

    seen = seen_in(census(sqlite_database, [found(0), found(1), *passed]))

    assert seen == dict.fromkeys(Marker)


def test_candidates_concentrate_on_an_actor_who_made_fewer_of_the_changes(sqlite_database: Database) -> None:
    others = [found(one, t2=Result.PASS, actor="bob@example.com") for one in range(10, 40)]

    seen = seen_in(
        census(sqlite_database, [*(found(one, resource_id=str(one)) for one in range(3)), *others])
    )

    assert seen[Marker.CONCENTRATION] == "actor alice@example.com: 3 of 3 candidates, 3 of 33 changes"


def test_one_actor_who_makes_every_change_is_no_concentration(sqlite_database: Database) -> None:
    assert seen_in(census(sqlite_database, map(found, range(5))))[Marker.CONCENTRATION] is None


@pytest.mark.parametrize(("candidates", "told"), [(5, None), (6, "6 of 100")])
def test_a_rate_of_more_than_five_percent_is_marked(
    sqlite_database: Database, candidates: int, told: str | None
) -> None:
    passed = [found(one, t2=Result.PASS) for one in range(candidates, 100)]

    assert seen_in(census(sqlite_database, [*map(found, range(candidates)), *passed]))[Marker.RATE] == told


@pytest.mark.parametrize(
    ("months", "told"),
    [((1, 2, 3), "2026-01 to 2026-03"), ((1, 2, 4, 5), None), ((11, 12, 13), "2026-11 to 2027-01")],
)
def test_candidates_of_three_months_one_after_the_other_persist(
    sqlite_database: Database, months: tuple[int, ...], told: str | None
) -> None:
    times = [datetime(2026 + (one - 1) // 12, (one - 1) % 12 + 1, 5, tzinfo=UTC) for one in months]

    changes = (found(number, began_at=at) for number, at in enumerate(times))

    assert seen_in(census(sqlite_database, changes))[Marker.PERSISTENCE] == told


def test_where_no_change_of_a_lane_ever_passes_the_design_may_be_the_cause(sqlite_database: Database) -> None:
    passed = [found(one, t2=Result.PASS) for one in range(9)]
    changes = [found(one, lane=Lane.CONFIGURATION) for one in range(9, 12)]

    seen = seen_in(census(sqlite_database, [*passed, *changes]))

    assert seen[Marker.DESIGN] == "lane configuration: none of 3 passed"


def test_the_pack_has_every_test_and_every_mark_in_our_words(
    sqlite_database: Database, tmp_path: Path
) -> None:
    kept(sqlite_database, [*map(found, range(3)), *(found(one, t2=Result.PASS) for one in range(3, 20))])

    a_pack(sqlite_database, tmp_path / "pack")

    census_rows = table_of(tmp_path / "pack/03_sample/census.csv")
    marker_rows = table_of(tmp_path / "pack/03_sample/markers.csv")
    every = {row["test"]: row for row in census_rows if row["by"] == "all"}
    assert list(every) == [one.value for one in ControlTest]
    assert (every["t2"]["deviation_rate"], every["t2"]["says"]) == (
        "15.0 %",
        "3 of 20 are deviation candidates",
    )
    assert (every["t1"]["deviation_rate"], every["t1"]["says"]) == ("", "not shown")
    assert len(marker_rows) == 40
    assert {row["seen"] for row in marker_rows if row["test"] == "t1"} == {"not shown"}
    assert {row["marker"] for row in marker_rows if row["seen"] == "seen"} == {"recurring cause", "rate"}
    text = "".join((tmp_path / f"pack/03_sample/{one}.csv").read_text() for one in ("census", "markers"))
    assert "exception" not in text
    assert "compliant" not in text
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_a_rate_of_not_all_never_reads_as_all(sqlite_database: Database, tmp_path: Path) -> None:
    kept(sqlite_database, [*map(found, range(2000)), found(2000, t2=Result.PASS)])

    a_pack(sqlite_database, tmp_path / "pack")

    rows = table_of(tmp_path / "pack/03_sample/census.csv")
    assert {row["deviation_rate"] for row in rows if row["test"] == "t2" and row["by"] == "all"} == {"99.9 %"}


def found(number: int, *, t2: Result | None = Result.FAIL, why: str = NOBODY, **facts: object) -> NewEntry:
    """A change of which the second test found something, by default that it failed."""
    facts = {"began_at": NOON, "resource_id": "sg-0abc", **facts}
    entry = a_disposition(f"chg-{number}", **facts)  # type: ignore[arg-type]
    assert isinstance(entry.body, DispositionRecord)
    return replace(entry, body=replace(entry.body, t2=t2, tests=(f"t2: {t2}, {why}",)))


def kept(database: Database, changes: Iterable[NewEntry]) -> None:
    with database.transaction() as connection:
        append_all(connection, list(changes))
        seal(connection, KEY, NOON)


def census(database: Database, changes: Iterable[NewEntry]) -> Census:
    kept(database, changes)
    with database.reading() as connection:
        return census_of(entries(connection))


def seen_in(census: Census) -> dict[Marker, str | None]:
    return {one.marker: one.seen_at for one in marks(census) if one.test is T2}
