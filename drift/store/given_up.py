"""What services gave up to deliver, as it stood when they were asked last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from drift.model.coverage import GivenUp
from drift.store import meta


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The last answer of the service of one source."""

    asked_at: datetime
    given_up: GivenUp | None
    """`None`: nothing lies there."""
    since: datetime | None
    """When something was there for the first time, and has been ever since."""


def asked(connection: Connection, source: str) -> Asked | None:
    """Return the last answer; `None` before the first."""
    found = meta.read(connection, _key(source))
    return None if found is None else msgspec.json.decode(found, type=Asked)


def all_asked(connection: Connection, sources: Iterable[str]) -> Mapping[str, Asked]:
    """Return the last answers about those of the sources that there is one of, by name."""
    return {name: found for name in sources if (found := asked(connection, name)) is not None}


def note_given_up(connection: Connection, source: str, given_up: GivenUp | None, now: datetime) -> None:
    """Note what a service says now."""
    known = asked(connection, source)
    is_any = given_up is not None and given_up.count > 0
    since = (known.since if known and known.since else now) if is_any else None
    one = Asked(asked_at=now, given_up=given_up if is_any else None, since=since)
    meta.write(connection, _key(source), msgspec.json.encode(one).decode())


def _key(source: str) -> str:
    return f"given-up/{source}"
