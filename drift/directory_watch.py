"""Reads once a day under which names the directories know people, and puts that in force.

What was read is kept: a directory that cannot be reached takes nothing back, and is no reason to judge
otherwise. That other people are known is a change of our own rules, and recorded as such.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from drift import daily
from drift.equipment import Equipment
from drift.errors import ProviderError, only_provider_errors
from drift.model.person import People, Person
from drift.ports import Directory
from drift.redact import redact
from drift.store import meta
from drift.store.people import (
    keep_people,
    note_directory_outage,
    people_kept,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoriesRead:
    """What was read, and what is in force by it."""

    have: Equipment
    """The same as before, unless who is who has changed."""
    people: int = 0
    """How many the directories named that were read now."""
    problems: tuple[str, ...] = ()


def people_known(connection: Connection, people: Iterable[Person], directories: Iterable[str]) -> People:
    """Return everybody: whom the configuration names, and whom these directories named when last read."""
    return People.known(people, people_kept(connection, directories))


def knowing(have: Equipment, people: People) -> Equipment:
    """Return the equipment with what is known now of who is who."""
    if not have.directories:
        return have
    known = replace(have.configuration, people=people.count, people_sha256=people.digest)
    if known == have.configuration:
        return have
    return replace(have, configuration=known, policy=have.policy.knowing(people))


def read_directories(have: Equipment, now: datetime) -> DirectoriesRead:
    """Read every directory that was not read today."""
    if not have.directories:
        return DirectoriesRead(have=have)
    read, problems = 0, list[str]()
    for name, directory in have.directories.items():
        if not daily.is_due(have.database, meta.directory_of(name), now):
            continue
        try:
            read += _read(have, name, directory, now)
        except ProviderError as error:
            with have.database.transaction() as connection:
                note_directory_outage(connection, name, redact(error.what).value)
            problems.append(f"{name}: {error}")
    with have.database.reading() as connection:
        people = people_known(connection, have.policy.people, have.directories)
    return DirectoriesRead(have=knowing(have, people), people=read, problems=tuple(problems))


def _read(have: Equipment, name: str, directory: Directory, now: datetime) -> int:
    """Keep whom a directory names; return how many. Nothing is kept unless all of it could be read."""
    with only_provider_errors(f"reading the people of {name}"):
        people = directory.people()
    with have.database.transaction() as connection:
        keep_people(connection, name, people, now, now - have.policy.people_kept_for)
    return len(people)
