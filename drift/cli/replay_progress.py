"""How far a replay is, on a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from drift.replay.backfill import Told
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.model.history import TimeSpan
    from drift.replay.archive import Archive
    from drift.store.database import Database


@contextmanager
def progress_bar(doing: str, archive: "Archive", span: "TimeSpan", database: "Database") -> Iterator[Told]:
    """Show how much of an archive is read and judged; in a pipe, say nothing."""
    if not sys.stderr.isatty():
        yield Told()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[count]} {task.fields[unit]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    total = archive.unread(span, database) if archive.can_be_counted else None
    with Progress(*columns, console=Console(stderr=True)) as bars:
        reading = bars.add_task(
            f"{doing} {shown(archive.name, limit=60)}", total=total, count=0, unit="records"
        )
        judging = bars.add_task("judging", total=None, count=0, unit="sessions", visible=False)
        counts = {reading: 0, judging: 0}

        def records(count: int, is_chapter_read: bool) -> None:
            counts[reading] += count
            bars.update(reading, advance=int(is_chapter_read), count=f"{counts[reading]:,}")

        def sessions(count: int) -> None:
            counts[judging] += count
            bars.update(judging, visible=True, count=f"{counts[judging]:,}")

        yield Told(records=records, sessions=sessions)
