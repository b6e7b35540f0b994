"""The data tables of the user's own: which there are, and what stands in them."""

from collections.abc import Collection
from pathlib import Path

from drift.config import tables, values
from drift.config.place import nearest, on_one_line, quoted
from drift.config.reader import Reader, Row
from drift.config.settings import OwnTable
from drift.errors import ConfigError
from drift.reports.sampling.profiles import Profiles, read_profiles, shipped_profiles
from drift.ticket_keys import TicketKeys, read_ticket_keys, shipped_ticket_keys

TICKET_KEYS = "ticket-keys"
REDACT = "redact"
SAMPLING = "sampling"

CORE_TABLES = frozenset({TICKET_KEYS, REDACT, SAMPLING})
"""The tables that are no adapter's."""


def own_tables(reader: Reader, known: Collection[str]) -> tuple[OwnTable, ...]:
    """Return the user's own tables, each of which must be one of the `known` ones or of the core's.

    Raises:
        ConfigError: A name is unknown, or a file cannot be read.
    """
    return tuple(
        _read(row, reader.document.folder, {*known, *CORE_TABLES}) for row in reader.many(tables.OwnTable)
    )


def ticket_keys_of(own: tuple[OwnTable, ...]) -> TicketKeys:
    """Return the rules for keys of tickets, the user's own first.

    Raises:
        ConfigError: The user's own are not of their form.
    """
    given = next((one for one in own if one.name == TICKET_KEYS), None)
    if given is None:
        return shipped_ticket_keys()
    try:
        return read_ticket_keys(given.text)
    except ValueError as error:
        raise wrong_table(given, error) from error


def profiles_of(own: tuple[OwnTable, ...]) -> Profiles:
    """Return the profiles of samples by their names, the user's own before shipped ones of the same name.

    Raises:
        ConfigError: The user's own are not of their form, or give no size.
    """
    given = next((one for one in own if one.name == SAMPLING), None)
    if given is None:
        return shipped_profiles()
    try:
        return read_profiles(given.text)
    except ValueError as error:
        raise wrong_table(given, error) from error


def wrong_table(own: OwnTable, error: ValueError) -> ConfigError:
    """Return what is said of a table that nobody can use."""
    return ConfigError(
        f"{own.path}: the table {quoted(own.name)} cannot be used: {on_one_line(str(error))}",
        hint="docs/policy.md shows the form of each table",
    )


def _read(row: Row[tables.OwnTable], folder: Path, known: Collection[str]) -> OwnTable:
    name, place = row.table.name, row.place
    if name not in known:
        raise place.error(f"there is no table {quoted(name)}", hint=nearest(name, known))
    path = Path(values.absolute(place, "path", row.table.path, folder))
    try:
        data = path.read_bytes()
        return OwnTable(name=name, path=path, text=data.decode("utf-8-sig"), data=data)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        problem = "is no UTF-8 text"
    raise place.error(f'the file of "path" {problem}', hint=f"check {quoted(str(path))}")
