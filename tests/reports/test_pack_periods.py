"""How a pack reads where a period was not an ordinary one: each is told by one story."""

import csv
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drift.ledger.checkpoint import seal
from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all
from drift.ledger.verify import verify_pack
from drift.model.connected import ConnectedSystem
from drift.model.evidence import (
    ConfigRecord,
    CoverageInterval,
    EnrolmentRecord,
    EnrolmentTurn,
    EntryKind,
    ExportRecord,
    GapRecord,
    TallyCount,
    TallyRecord,
)
from drift.model.verdict import Disposition
from drift.ports import AdapterKind
from drift.reports.pack.registers import covered
from drift.reports.pack.view import View
from drift.store.database import Database
from tests.ledger.building import KEY, NOON, a_coverage, a_disposition
from tests.reports.packs import a_pack
from tests.reports.registering import SINCE, UNTIL, tables_of

DAY = timedelta(days=1)
LATER = NOON + DAY
ACCOUNT = "111122223333"
MONTH = {"since": NOON, "until": NOON + 30 * DAY}


def test_a_gap_is_listed_and_its_minutes_are_not_covered(sqlite_database: Database, tmp_path: Path) -> None:
    gap = GapRecord(
        source="trail",
        file=None,
        index=None,
        sha256=None,
        error="access denied",
        gap_id="gap-1",
        owner="ops",
        from_at=NOON + 10 * DAY,
        to_at=NOON + 12 * DAY,
    )
    pack = a_pack_of(
        sqlite_database,
        tmp_path,
        [watched("source:trail", NOON - DAY), read("trail", NOON - DAY, NOON + 30 * DAY), entry(gap)],
    )

    (gap_row,) = table_of(pack, "01_ipe/gaps")
    (source,) = table_of(pack, "01_ipe/sources")
    assert (gap_row["error"], gap_row["owner"], gap_row["status"]) == ("access denied", "ops", "open")
    assert int(source["minutes"]) - int(source["minutes_covered"]) == 2 * 24 * 60
    assert source["statement"] == "operated since before the period began"
    assert "Not everything could be read" in (pack / "00_START_HERE.html").read_text()


def test_an_empty_population_was_asked_for_and_is_told_from_one_that_nobody_watched(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """
    Nothing changed, and a hundred calls that were read prove that somebody looked.
    """
    pack = a_pack_of(
        sqlite_database,
        tmp_path,
        [
            watched("source:trail", NOON - DAY),
            read("trail", NOON - DAY, NOON + 30 * DAY, records=100),
            tallied("trail", NOON + DAY, read=100),
        ],
    )

    assert table_of(pack, "02_population/changes") == []
    assert steps_of(pack) == [
        ("records", "received", 100, 0, 100),
        ("records", "read", 0, 100, 0),
        ("writes", "recorded", 0, 0, 0),
        ("writes", "difference", 0, 0, 0),
        ("writes", "difference", 0, 0, 0),
        ("changes", "difference", 0, 0, 0),
    ]
    (statement,) = (one for one in statement_of(pack)["listings"] if one["title"] == "Changes")
    assert statement["rows"] == 0
    assert "the query was made, and found nothing" in (pack / "01_ipe/ipe_statement.html").read_text()


@pytest.fixture(scope="module")
def configured_pack(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The pack of an empty ledger: its listings say what they rest on all the same."""
    folder = tmp_path_factory.mktemp("configured")
    return tables_of(folder, sqlite_template, [a_coverage(from_at=SINCE, to_at=UNTIL)]).folder


def test_of_a_source_that_came_later_nothing_can_be_shown_before(
    sqlite_database: Database, tmp_path: Path
) -> None:
    pack = a_pack_of(
        sqlite_database,
        tmp_path,
        [
            watched("source:trail", NOON - DAY),
            watched("source:other", NOON + 15 * DAY),
            read("trail", NOON - DAY, NOON + 30 * DAY),
            read("other", NOON + 15 * DAY, NOON + 30 * DAY),
        ],
    )

    other, trail = table_of(pack, "01_ipe/sources")
    assert (trail["cannot_show_from"], trail["cannot_show_until"]) == ("", "")
    assert (other["cannot_show_from"], other["cannot_show_until"]) == (
        "2026-11-20T12:00:00.000000Z",
        "2026-12-05T12:00:00.000000Z",
    )
    assert other["statement"] == (
        "operated since 2026-12-05 12:00:00 UTC, after the period began;"
        " cannot show anything of it before that"
    )


def test_a_log_that_is_connected_and_was_never_read_covers_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """
    One of which the watch began after the period says nothing of it.
    """
    pack = a_pack_of(
        sqlite_database,
        tmp_path,
        [
            watched("source:trail", NOON - DAY),
            watched("source:blind", NOON - DAY),
            watched("source:new", NOON + 31 * DAY),
            read("trail", NOON - DAY, NOON + 30 * DAY),
        ],
        connected=tuple(connected(name) for name in ("trail", "blind", "new")),
    )

    rows = {one["source"]: one for one in table_of(pack, "01_ipe/sources")}
    uptime = next(one for one in table_of(pack, "09_detector/metrics") if one["metric"] == "detector uptime")
    page = (pack / "00_START_HERE.html").read_text()
    assert (rows["blind"]["minutes_covered"], rows["new"]["minutes_covered"]) == ("0", "")
    assert "was never read to its end" in rows["blind"]["statement"]
    assert uptime["ratio"] == "0/43200"
    assert "blind never" in page
    assert "<td>blind</td><td>never</td>" in page


def test_what_was_covered_is_read_once_for_a_pack(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Six parts ask for it, and of a year's ledger each reading takes long.
    """
    asked, read_it = list[View](), covered._covered
    monkeypatch.setattr(covered, "_covered", lambda view: asked.append(view) or read_it(view))

    a_pack_of(sqlite_database, tmp_path, [read("trail", NOON, NOON + DAY)])

    assert len(asked) == 1


def test_a_pack_of_logs_that_were_all_never_read_shows_nothing_of_them(
    sqlite_database: Database, tmp_path: Path
) -> None:
    pack = a_pack_of(sqlite_database, tmp_path, [version("0.1.0", at=NOON)], connected=(connected("blind"),))

    page = (pack / "00_START_HERE.html").read_text()
    assert "1 audit log (blind) is connected, and none was read to its end in the period" in page


def test_a_new_detector_in_the_middle_is_told_with_its_time_and_its_rules(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """
    The one that was in force when the period began is told too, and none from before that.
    """
    pack = a_pack_of(
        sqlite_database,
        tmp_path,
        [
            version("0.1.0", at=NOON - 9 * DAY),
            version("0.2.0", at=NOON - 2 * DAY),
            version("0.3.0", at=NOON + 15 * DAY),
        ],
    )

    assert [
        (one["since"], one["tool_version"], one["rules_sha256"]) for one in statement_of(pack)["in_force"]
    ] == [
        ("2026-11-18T12:00:00.000000Z", "0.2.0", "rules of 0.2.0"),
        ("2026-12-05T12:00:00.000000Z", "0.3.0", "rules of 0.3.0"),
    ]
    page = (pack / "01_ipe/ipe_statement.html").read_text()
    assert "2026-12-05 12:00:00</td><td>0.3.0" in page


@pytest.mark.parametrize(
    "listing",
    [
        *("04_emergency/register", "04_emergency/ratio", "06_sod/conflicts", "06_sod/identity_map"),
        *("06_sod/matrix", "09_detector/metrics", "10_mapping/tsc_matrix", "11_company/documents"),
        *("11_company/inventory", "11_company/statement", "12_reviews/reviews", "13_access/sign_ins"),
        "13_access/sign_ins_by_month",
    ],
)
def test_a_listing_that_rests_on_the_configuration_says_so(configured_pack: Path, listing: str) -> None:
    (statement,) = (one for one in statement_of(configured_pack)["listings"] if one["listing"] == listing)

    assert any("configuration" in limit for limit in statement["does_not_show"])


def test_not_every_listing_is_said_to_rest_on_the_ledger_alone(configured_pack: Path) -> None:
    page = " ".join((configured_pack / "01_ipe/ipe_statement.html").read_text().split())

    assert "Every listing is a query" not in page
    assert "same ledger, with the same configuration, documents and records, gives the same files" in page


def test_hostile_text_stays_text_in_every_page_of_the_pack(sqlite_database: Database, tmp_path: Path) -> None:
    pack = a_pack_of(
        sqlite_database,
        tmp_path,
        [
            a_disposition("chg-1", account="<script>alert(1)</script>", actor="<script>", summary="<script>"),
            version("<script>", at=NOON),
        ],
    )

    pages = list(pack.rglob("*.html"))
    assert len(pages) >= 2
    assert [page.name for page in pages if "<script" in page.read_text()] == []
    assert "&lt;script&gt;alert(1)" in (pack / "01_ipe/ipe_statement.html").read_text()


def test_what_arrived_late_stands_in_the_next_pack(sqlite_database: Database, tmp_path: Path) -> None:
    """
    One was not known when the pack of its month was made, one was approved since, one stands as it stood.
    """
    in_november = [
        a_disposition(one, began_at=NOON - DAY, recorded_at=NOON - DAY) for one in ("chg-1", "chg-2")
    ]
    handed_out = ExportRecord(manifest_sha256="ab" * 32, since=NOON - 20 * DAY, until=NOON, entries=2)
    pack = a_pack_of(
        sqlite_database,
        tmp_path,
        [
            *in_november,
            entry(handed_out, kind=EntryKind.EXPORT),
            a_disposition(
                "chg-2", began_at=NOON - DAY, disposition=Disposition.WAIVED, recorded_at=NOON + DAY
            ),
            a_disposition("chg-3", began_at=NOON - 2 * DAY, recorded_at=NOON + DAY),
            a_disposition("chg-1", began_at=NOON - DAY, recorded_at=NOON + DAY),
            a_disposition("chg-4", began_at=NOON + DAY, recorded_at=NOON + DAY),
        ],
    )

    rows = table_of(pack, "02_population/late_arrivals")
    assert [
        (one["change_id"], one["arrived"], one["disposition_then"], one["disposition"]) for one in rows
    ] == [
        ("chg-2", "judged again", "unticketed", "waived"),
        ("chg-3", "new", "", "unticketed"),
    ]
    assert {one["pack_manifest_sha256"] for one in rows} == {"ab" * 32}
    assert [one["change_id"] for one in table_of(pack, "02_population/changes")] == ["chg-4"]


def a_pack_of(database: Database, folder: Path, entries: Sequence[NewEntry], **asked: Any) -> Path:
    """The pack of a month, of a ledger with these entries; it verifies."""
    with database.transaction() as connection:
        append_all(connection, list(entries))
        seal(connection, KEY, NOON + 40 * DAY)
    a_pack(database, folder / "pack", **MONTH, **asked)
    assert verify_pack(str(folder / "pack"), KEY.verifier_key).all_problems == []
    return folder / "pack"


def entry(body: object, *, kind: EntryKind = EntryKind.GAP, at: datetime = NOON, ref: str = "x") -> NewEntry:
    return NewEntry(kind=kind, ref=ref, body=body, recorded_at=at)


def watched(scope: str, at: datetime) -> NewEntry:
    body = EnrolmentRecord(scope=scope, turn=EnrolmentTurn.WATCHED, by=None)
    return entry(body, kind=EntryKind.ENROLMENT, at=at)


def connected(name: str) -> ConnectedSystem:
    return ConnectedSystem(kind=AdapterKind.AUDIT_LOG, name=name, type="aws-s3")


def read(source: str, from_at: datetime, to_at: datetime, *, records: int = 0) -> NewEntry:
    body = CoverageInterval(
        source=source,
        account=ACCOUNT,
        region="eu-west-1",
        from_at=from_at,
        to_at=to_at,
        records=records,
        unreadable=0,
    )
    return entry(body, kind=EntryKind.COVERAGE, at=to_at)


def tallied(source: str, hour: datetime, **counts: int) -> NewEntry:
    told = tuple(
        TallyCount(account=ACCOUNT, hour=hour, rule=rule, records=count) for rule, count in counts.items()
    )
    return entry(TallyRecord(source=source, counts=told), kind=EntryKind.TALLY, ref=source)


def version(tool_version: str, *, at: datetime) -> NewEntry:
    body = ConfigRecord(
        sha256="of the configuration", tool_version=tool_version, rules_sha256=f"rules of {tool_version}"
    )
    return entry(body, kind=EntryKind.CONFIG_VERSION, at=at)


def table_of(pack: Path, name: str) -> list[dict[str, str]]:
    with (pack / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def statement_of(pack: Path) -> dict[str, Any]:
    return dict(json.loads((pack / "01_ipe/ipe_statement.json").read_text()))


def steps_of(pack: Path) -> list[tuple[str, str, int, int, int]]:
    return [
        (one["step"], one["rule"], int(one["added"]), int(one["taken"]), int(one["left"]))
        for one in table_of(pack, "01_ipe/funnel")
    ]
