"""Judges history by two sets of rules, side by side, and touches nothing that is evidence.

Each set of rules has a database of its own, which is thrown away at the end. One that is left behind
by a replay that was stopped is where the next one, of the same archive and rules, goes on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from drift import __version__
from drift.errors import StoreError
from drift.model.history import TimeSpan
from drift.pipeline import Pipeline
from drift.replay.archive import Archive
from drift.store.database import Database
from drift.store.migrate import migrate


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """Rules by which history can be judged."""

    sha256: str
    """Of the configuration that they stand in."""
    judging_into: Callable[[Database], Pipeline]
    """Return a pipeline that judges by them, tells nobody and keeps what it finds in this database."""


def scratch_folder(beside: Path, archive: Archive, span: TimeSpan, *rules: Rules) -> Path:
    """Return the folder to try these rules in, the same one as long as they were not tried to the end.

    Raises:
        StoreError: It cannot be made.
    """
    told = "\0".join([__version__, archive.name, str(span), *(one.sha256 for one in rules)])
    folder = beside / f".drift-replay-{sha256(told.encode(errors='backslashreplace')).hexdigest()[:16]}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be made: {error.strerror}", hint="let drift write beside the key of its ledger"
        ) from error
    return folder


@contextmanager
def judged(folder: Path, name: str, rules: Rules) -> Iterator[Pipeline]:
    """Open what was judged by one set of rules in this folder."""
    database = Database(f"sqlite:///{folder / name}.sqlite3")
    try:
        migrate(database)
        yield rules.judging_into(database)
    finally:
        database.close()
