"""The first page tells what is there, how to verify it, and what is missing."""

import html
import re
from pathlib import Path

from drift.ledger.checkpoint import seal
from drift.ledger.log import append_all
from drift.model.connected import ConnectedSystem
from drift.model.verdict import Disposition, Lane
from drift.ports import AdapterKind
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
