"""The people of the configuration, whose names count before those of any directory."""

from drift.config import tables
from drift.config.reader import Reader
from drift.model.person import Person


def configured_people(reader: Reader) -> tuple[Person, ...]:
    """Return everybody whom the configuration names, in its order."""
    rows = reader.many(tables.Person)
    return tuple(Person(name=row.table.name, names=row.table.aliases) for row in rows)
