"""A ledger with something for every register, and the pack that is made of it."""

import csv
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from drift.ledger.checkpoint import last_sealed, seal
from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all
from drift.model.action import Deed
from drift.model.evidence import ActionRecord, EntryKind
from drift.reports.pack.export import export_pack
from drift.reports.pack.request import PackRequest
from drift.reports.population import Period
from drift.store.database import Database
from tests.acting import a_doer
from tests.ledger.building import KEY, NOON

ERIN = "erin@example.com"
SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tables:
    """The listings of a pack, as whoever opens it sees them."""

    folder: Path

    def rows(self, path: str) -> list[dict[str, str]]:
        """Return the rows of a table by its path without the ending."""
        with (self.folder / f"{path}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def row(self, path: str, /, **named: str) -> dict[str, str]:
        """Return the one row that has these values."""
        [found] = [row for row in self.rows(path) if all(row[name] == value for name, value in named.items())]
        return found


def tables_of(
    folder: Path,
    template: Path,
    entries: Sequence[NewEntry],
    *,
    sealed_at: datetime = UNTIL + DAY,
    since: datetime | None = SINCE,
    until: datetime | None = UNTIL,
    **request: Any,
) -> Tables:
    """Record entries in a copy of an empty ledger, seal it, and make the pack of November 2026."""
    shutil.copyfile(template, folder / "ledger.db")
    database = Database(f"sqlite:///{folder / 'ledger.db'}")
    try:
        with database.transaction() as connection:
            append_all(connection, entries)
            seal(connection, KEY, sealed_at)
        asked = PackRequest(period=Period(since=since, until=until), tool_version="0.1.0", **request)
        with database.reading() as connection:
            export_pack(connection, last_sealed(connection), folder=folder / "pack", key=KEY, request=asked)
    finally:
        database.close()
    return Tables(folder=folder / "pack")


def an_action(ref: str, deed: Deed, *, by: str = ERIN, at: datetime = NOON) -> NewEntry:
    """An entry that says what somebody did."""
    name = str(type(deed).__struct_config__.tag)
    body = ActionRecord(action=name, by=a_doer(by), at=at, key=f"{ref} {at}", deed=deed)
    return NewEntry(kind=EntryKind.ACTION, ref=ref, body=body, recorded_at=at)
