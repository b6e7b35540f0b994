"""Sources that are read no further, because the vault cannot keep what they deliver."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from drift.store import meta


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldUp:
    """Why a source is read no further."""

    since: datetime
    vault: str
    """Its name in the configuration."""
    what: str
    """What the vault could not do."""
    hint: str
    """The next step."""


def held_up(connection: Connection, source: str) -> HeldUp | None:
    """Return why a source is read no further; `None`: no vault holds it up."""
    found = meta.read(connection, _key(source))
    return None if found is None else msgspec.json.decode(found, type=HeldUp)


def all_held_up(connection: Connection, sources: Iterable[str]) -> Mapping[str, HeldUp]:
    """Return those of the sources that are held up, by name."""
    return {name: found for name in sources if (found := held_up(connection, name)) is not None}


def hold_up(connection: Connection, source: str, one: HeldUp) -> None:
    """Note that a source is held up; since when is told by the first time."""
    known = held_up(connection, source)
    since = known.since if known else one.since
    meta.write(connection, _key(source), msgspec.json.encode(replace(one, since=since)).decode())


def let_go(connection: Connection, source: str) -> None:
    """Note that a source is read on."""
    meta.forget(connection, _key(source))


def _key(source: str) -> str:
    return f"held-up/{source}"
