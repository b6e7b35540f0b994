"""Who has which names, as directories were last read: one that cannot be reached takes nothing back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select

from drift.model.person import Person
from drift.store import meta
from drift.store.schema import directory_person
from drift.store.upsert import NewValues, in_chunks, insert_or_set


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryRow:
    """How a directory stands."""

    name: str
    people: int
    """Whom it named, those too that it names no more."""
    read_at: datetime | None
    """When it was last read whole; `None` if it never was."""
    outage: str | None
    """Why it cannot be read now."""


def people_kept(connection: Connection, directories: Iterable[str]) -> Sequence[Person]:
    """Return everybody of these directories, always in the same order."""
    table = directory_person.c
    query = (
        select(table.body).where(table.directory.in_(list(directories))).order_by(table.directory, table.name)
    )
    return list(connection.execute(query).scalars())


def keep_people(
    connection: Connection, directory: str, people: Iterable[Person], now: datetime, forget_before: datetime
) -> None:
    """Keep whom a directory names now.

    Whom it names no more is kept until `forget_before`: they may have approved something meanwhile.
    """
    rows = ({"directory": directory, "name": one.name.lower(), "seen_at": now, "body": one} for one in people)
    for chunk in in_chunks(rows):
        insert_or_set(connection, directory_person, chunk, _as_told)
    table = directory_person.c
    old = (table.directory == directory) & (table.seen_at < forget_before)
    connection.execute(delete(directory_person).where(old))
    meta.write(connection, meta.directory_of(directory), now.isoformat())
    meta.forget(connection, meta.directory_outage_of(directory))


def _as_told(new: NewValues) -> dict[str, ColumnElement[Any]]:
    return {"seen_at": new["seen_at"], "body": new["body"]}


def forget_other_directories(connection: Connection, directories: Iterable[str]) -> None:
    """Forget whom directories named that are asked no more, and that they were ever read."""
    asked = list(directories)
    connection.execute(delete(directory_person).where(directory_person.c.directory.not_in(asked)))
    kept = {key for one in asked for key in (meta.directory_of(one), meta.directory_outage_of(one))}
    for key in meta.keys(connection, meta.DIRECTORY):
        if key not in kept:
            meta.forget(connection, key)


def note_directory_outage(connection: Connection, directory: str, what: str) -> None:
    """Remember why a directory cannot be read."""
    meta.write(connection, meta.directory_outage_of(directory), what)


def directory_read_at(connection: Connection, directory: str) -> datetime | None:
    """Return when a directory was last read whole."""
    read_at = meta.read(connection, meta.directory_of(directory))
    return None if read_at is None else datetime.fromisoformat(read_at)


def directory_row(connection: Connection, directory: str) -> DirectoryRow:
    """Return how a directory stands."""
    table = directory_person.c
    query = select(func.count()).select_from(directory_person).where(table.directory == directory)
    return DirectoryRow(
        name=directory,
        people=connection.execute(query).scalar_one(),
        read_at=directory_read_at(connection, directory),
        outage=meta.read(connection, meta.directory_outage_of(directory)),
    )
