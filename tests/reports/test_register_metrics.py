"""The lanes of change management and the metrics: each figure as so many of so many."""

from pathlib import Path

import pytest

from drift.ledger.entry import NewEntry
from drift.model.action import Approved
from drift.model.control_test import Result
from drift.model.finding import FindingStatus
from drift.model.verdict import Channel, Disposition, Lane
from drift.stages.decide import TAKEN_IN
from tests.builders import minutes
from tests.ledger.building import NOON, a_coverage, a_disposition, a_finding
from tests.reports.registering import DAY, HOUR, SINCE, UNTIL, Tables, an_action, tables_of
from tests.reports.test_register_detector import a_canary, a_comparison, told

METRICS, LANES = "09_detector/metrics", "10_mapping/lanes"


def later(change_id: str, after: int, **facts: object) -> NewEntry:
    """A change that was judged so many minutes after its first write."""
    return a_disposition(change_id, recorded_at=NOON + minutes(after), **facts)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Tables:
    """Changes in every lane, two findings, and a watch that was blind in the last days."""
    piped = {"channel": Channel.PIPELINE, "disposition": Disposition.AUTHORISED}
    entries = [
        later("chg-1", 1, disposition=Disposition.PENDING, t1=Result.FAIL),
        later("chg-1", 240, t1=Result.FAIL, t4=Result.FAIL),
        later("chg-2", 3, disposition=Disposition.RETROACTIVE, session_id="ses-2"),
        an_action("chg-2", Approved(), at=NOON + HOUR),
        later("chg-3", 5, lane=Lane.APPLICATION, session_id="ses-3", **piped),
        later("chg-4", 9, lane=Lane.EMERGENCY, session_id="ses-4", disposition=Disposition.EMERGENCY),
        later("chg-5", 1, disposition=Disposition.EXPLAINED, channel=Channel.SERVICE),
        later("chg-7", 1, disposition=Disposition.PENDING, channel=Channel.SERVICE),
        later("chg-7", 2, disposition=Disposition.EXPLAINED, channel=Channel.SERVICE, alert=False),
        later("chg-6", 99999, reasons=(TAKEN_IN,), lane=Lane.CONFIGURATION, **piped),
        told("ses-1", NOON + minutes(2)),
        told("ses-2", NOON + minutes(6)),
        a_finding("fnd-1"),
        a_finding("fnd-1", status=FindingStatus.RESOLVED, recorded_at=NOON + DAY),
        a_finding("fnd-2", recorded_at=UNTIL - DAY),
        a_comparison(NOON),
        a_canary("c-1", NOON),
        a_canary("c-1", NOON, NOON + minutes(4)),
        a_canary("c-2", NOON),
        a_coverage(from_at=SINCE, to_at=UNTIL - 3 * DAY),
    ]
    return tables_of(tmp_path_factory.mktemp("metrics"), sqlite_template, entries)


def test_every_metric_is_so_many_of_so_many(tables: Tables) -> None:
    found = {row["metric"]: (row["ratio"], row["percent"]) for row in tables.rows(METRICS)}

    assert found == {
        "unticketed by hand": ("1/3", "33.3"),
        "unauthorised": ("2/5", "40.0"),
        "waived": ("0/5", "0.0"),
        "emergency ratio": ("1/5", "20.0"),
        "approval afterwards": ("1/2", "50.0"),
        "detect latency": ("4/5", "80.0"),
        "time to tell": ("2/4", "50.0"),
        "time to acknowledge (MTTA)": ("1/2", "50.0"),
        "drift resolved (MTTR)": ("1/2", "50.0"),
        "drift open": ("1/2", "50.0"),
        "managed coverage": ("90/100", "90.0"),
        "compared coverage": ("80/90", "88.9"),
        "detector uptime": ("38880/43200", "90.0"),
        "canaries in time": ("1/2", "50.0"),
    }


def test_times_are_told_by_median_and_95th_percentile_and_were_really_taken(tables: Tables) -> None:
    took = {row["metric"]: (row["p50_s"], row["p95_s"], row["mean_s"]) for row in tables.rows(METRICS)}

    assert took["detect latency"] == ("180", "540", "270")
    assert took["time to tell"] == ("120", "360", "240")
    assert took["time to acknowledge (MTTA)"] == ("3240", "3240", "3240")
    assert took["drift resolved (MTTR)"] == ("86400", "86400", "86400")
    assert took["waived"] == ("", "", "")


def test_a_count_of_nothing_says_how_much_was_covered(tables: Tables) -> None:
    assert tables.row(METRICS, metric="waived")["said"] == "0 seen, 90.0 % covered"
    assert tables.row(METRICS, metric="unauthorised")["said"] == "2"


def test_only_where_everything_was_covered_nothing_is_a_plain_nought(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    whole = tables_of(
        tmp_path_factory.mktemp("whole"), sqlite_template, [a_coverage(from_at=SINCE, to_at=UNTIL)]
    )
    short = tables_of(
        tmp_path_factory.mktemp("short"),
        sqlite_template,
        [a_coverage(from_at=SINCE, to_at=UNTIL - minutes(1))],
    )

    assert whole.row(METRICS, metric="unauthorised")["said"] == "0"
    assert short.row(METRICS, metric="unauthorised")["said"] == "0 seen, 99.9 % covered"


def test_each_lane_says_how_its_changes_stand_and_what_that_rests_on(tables: Tables) -> None:
    rows = {row["lane"]: row for row in tables.rows(LANES)}

    assert {lane: (row["changes"], row["candidates_ratio"]) for lane, row in rows.items()} == {
        "application": ("1", "0/1"),
        "infrastructure": ("4", "2/2"),
        "configuration": ("1", "0/1"),
        "emergency": ("1", "0/1"),
    }
    infrastructure = rows["infrastructure"]
    assert (infrastructure["unticketed"], infrastructure["retroactive"], infrastructure["explained"]) == (
        *("1", "1", "2"),
    )
    assert (infrastructure["t1_failed"], infrastructure["t8_failed"]) == ("1", "0")
    assert all(row["rests_on"] and row["cannot_show"] for row in rows.values())


def test_the_page_has_a_section_for_each_lane(tables: Tables) -> None:
    page = (tables.folder / "10_mapping/lanes.html").read_text(encoding="utf-8")

    assert [lane for lane in Lane if f"<h2>{lane.value.capitalize()}</h2>" in page] == list(Lane)
    assert "t1 (documented before the first write): 1" in page
    assert "<script" not in page
    assert "compliant" not in page


def test_drift_that_was_found_just_before_the_ledger_was_sealed_is_open(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    folder, entries = tmp_path_factory.mktemp("sealed"), [a_finding("fnd-1")]

    tables = tables_of(folder, sqlite_template, entries, sealed_at=NOON, until=None)

    assert tables.row(METRICS, metric="drift open")["ratio"] == "1/1"
