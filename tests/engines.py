"""Engines of tests, which make thousands: what one compiled serves the next, and nobody waits for a disk."""

import sqlite3

from sqlalchemy import URL, Engine, event

from drift.store import database

_engine_of = database._engine_of

_first: dict[str, Engine] = {}
"""The first of each kind that reached its database; the others take over its dialect and statements."""


def engine_of(url: URL) -> Engine:
    """Return the engine that the program would make."""
    engine = _engine_of(url)
    kind = engine.dialect.name
    if kind in _first:
        engine.dialect = _first[kind].dialect
        engine._compiled_cache = _first[kind]._compiled_cache
    else:
        event.listen(engine, "connect", lambda *_: _first.setdefault(kind, engine))
    if kind == "sqlite":
        event.listen(engine, "connect", _without_waiting)
    return engine


def _without_waiting(connection: sqlite3.Connection, _record: object) -> None:
    """What these databases hold is gone with the session: nothing of it need outlive a power cut."""
    connection.execute("PRAGMA synchronous=OFF")
