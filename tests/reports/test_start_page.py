"""The first page tells what is there, how to verify it, and what is missing."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from drift.ledger.checkpoint import latest_checkpoint, seal
from drift.ledger.log import append_all
from drift.model.connected import ConnectedSystem
from drift.model.verdict import Disposition, Lane
from drift.ports import AdapterKind
from drift.reports.pack.contents import Contents
from drift.reports.pack.request import PackRequest
from drift.reports.pack.start_page import start_page
from drift.reports.pack.view import View
from drift.reports.population import Period, Reading
from drift.store.database import Database
from tests.ledger.building import KEY, NOON, a_coverage, a_disposition
from tests.reports.packs import DAY, a_pack
from tests.reports.test_pack import table_of


def made(database: Database, folder: Path, **asked: object) -> str:
    """Return the page of a pack of four changes in three lanes, and half a day that was covered."""
    with database.transaction() as connection:
        append_all(
            connection,
            [
                a_disposition("chg-1", lane=Lane.APPLICATION, disposition=Disposition.AUTHORISED),
                a_disposition("chg-2", lane=Lane.EMERGENCY, disposition=Disposition.EMERGENCY),
                a_disposition("chg-3"),
                a_disposition("chg-4"),
                a_coverage(from_at=NOON, to_at=NOON + DAY / 2),
            ],
        )
        seal(connection, KEY, NOON + DAY)
    a_pack(database, folder, since=NOON, until=NOON + DAY, **asked)
    return (folder / "00_START_HERE.html").read_text(encoding="utf-8")


def text_of(page: str) -> str:
    """Return what a person reads."""
    body = page.split("</head>")[1]
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", body)).split())


def test_every_listing_is_in_the_table_of_contents_with_its_rows(
    sqlite_database: Database, tmp_path: Path
) -> None:
    page = made(sqlite_database, tmp_path / "pack")

    tables = [path.relative_to(tmp_path / "pack") for path in (tmp_path / "pack").rglob("*.csv")]
    for path in tables:
        rows = len(table_of(tmp_path / "pack" / path))
        within = Path(*path.parts[1:])
        [line] = [one for one in page.splitlines() if f'<a href="{path}"><code>{within}' in one]
        assert f'<td class="number">{rows}</td>' in line, path
    linked = re.findall(r'href="([^#"]+)"', page)
    assert all((tmp_path / "pack" / one).exists() for one in linked)


def test_each_lane_has_its_row(sqlite_database: Database, tmp_path: Path) -> None:
    page = text_of(made(sqlite_database, tmp_path / "pack"))

    assert "Lane Changes authorised emergency unticketed" in page
    assert "application Code and images that were deployed. 1 1" in page
    assert "infrastructure What the clouds run: networks, machines, stores, identities. 2 2" in page
    assert "configuration Settings, flags, parameters and secrets of what runs. 0" in page


def test_changes_of_which_nothing_is_left_have_a_lane_and_a_name_of_their_own(
    sqlite_database: Database, tmp_path: Path
) -> None:
    made(sqlite_database, tmp_path / "pack")

    with sqlite_database.reading() as connection:
        sealed = latest_checkpoint(connection)
        assert sealed is not None
        population = Reading().population(Period())
        counts = {**population.counts, "changes_by_disposition": {"None": 2}}
        view = View(
            connection=connection,
            sealed=sealed,
            request=PackRequest(period=Period(), tool_version="0.1.0"),
            population=replace(population, counts=counts, lanes={("None", "None"): 2}),
        )
        text = text_of(start_page(view, KEY, Contents(listings=(), documents=())))

    assert "None" not in text
    assert "Lane Changes not known" in text
    assert "not known Their entries were erased, or older versions made them without a lane. 2 2" in text
    assert "(2 not known;" in text


def test_what_is_not_all_of_the_period_never_reads_as_all(sqlite_database: Database, tmp_path: Path) -> None:
    """
    Of 10,000 minutes all but one were read; and of a period of no length nothing was.
    """
    until = NOON + timedelta(minutes=10_000)
    with sqlite_database.transaction() as connection:
        append_all(connection, [a_coverage(from_at=NOON, to_at=until - timedelta(minutes=1))])
        seal(connection, KEY, until)
    a_pack(sqlite_database, tmp_path / "most", since=NOON, until=until)
    trail = ConnectedSystem(kind=AdapterKind.AUDIT_LOG, name="trail", type="aws-s3")
    a_pack(sqlite_database, tmp_path / "none", connected=(trail,), since=until, until=until + DAY)

    most, none = (text_of((tmp_path / name / "00_START_HERE.html").read_text()) for name in ("most", "none"))
    assert "trail 2026-11-20 12:00 99.9 %" in most
    assert "trail never none of it" in none


def test_what_is_not_complete_stands_before_everything_else(
    sqlite_database: Database, tmp_path: Path
) -> None:
    hostile = ConnectedSystem(kind=AdapterKind.NOTIFIER, name="<script>x", type="slack")

    page = made(sqlite_database, tmp_path / "pack", connected=(hostile,))

    text = text_of(page)
    assert "Not everything could be read: 720 of 1,440 minutes of the period were covered" in text
    assert "trail 2026-11-20 12:00 50.0 %" in text
    assert "1 notifier (<script>x) is connected, and none was given a message in the period." in text
    assert text.index("No ticket system is connected.") < text.index("The four lanes of change")
    assert "<script" not in page
