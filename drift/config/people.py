"""The people of the configuration: the first directory, and the one that is always at hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from drift.config import tables
from drift.config.reader import Reader
from drift.model.person import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfiguredPeople:
    """A `Directory` of the `[[person]]` tables."""

    known: tuple[Person, ...]

    def people(self) -> Sequence[Person]:
        """Return everybody whom the configuration names, in its order."""
        return self.known


def configured_people(reader: Reader) -> ConfiguredPeople:
    """Return the directory of a configuration."""
    rows = reader.many(tables.Person)
    return ConfiguredPeople(known=tuple(Person(name=row.table.name, names=row.table.aliases) for row in rows))
