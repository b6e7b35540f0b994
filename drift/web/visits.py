"""Keeps as evidence who signed in to the pages. Of those who tried in vain there is a count, once an hour.

What was refused since the last record is counted in memory: should the program stop, that much is lost.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from sqlalchemy import Connection

from drift.model.visit import VisitTurn
from drift.model.visitor import SignedInBy, Visitor
from drift.stages.record import record_refused, record_visit
from drift.store.database import Database

EVERY: Final = timedelta(hours=1)
"""Between two records of those who were refused, and of one person whom a proxy signs in again and again."""

_MOST_NAMES: Final = 1_000


@dataclass(slots=True)
class Visits:
    """Who came in, and how often somebody did not. Safe to use from any thread."""

    _refused: Counter[str] = field(default_factory=Counter)
    _recorded_at: datetime | None = None
    _seen: OrderedDict[str, datetime] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def came(self, connection: Connection, visitor: Visitor, now: datetime) -> None:
        """Record that somebody signed in."""
        record_visit(connection, VisitTurn.SIGNED_IN, visitor, now)

    def came_by_proxy(self, connection: Connection, visitor: Visitor, now: datetime) -> None:
        """Record that a proxy signed somebody in: once in an hour, for programs come anew each time."""
        with self._lock:
            last = self._seen.get(visitor.name)
            if last is not None and timedelta(0) <= now - last < EVERY:
                return
            self._seen[visitor.name] = now
            self._seen.move_to_end(visitor.name)
            while len(self._seen) > _MOST_NAMES:
                self._seen.popitem(last=False)
        record_visit(connection, VisitTurn.SIGNED_IN, visitor, now)

    def left(self, connection: Connection, visitor: Visitor, now: datetime) -> None:
        """Record that somebody signed out."""
        record_visit(connection, VisitTurn.SIGNED_OUT, visitor, now)

    def refused(self, database: Database, by: SignedInBy, why: str, now: datetime) -> None:
        """Count an attempt in vain, and record those so far unless that was done within the hour."""
        with self._lock:
            self._refused[why] += 1
            last = self._recorded_at
            if last is not None and timedelta(0) <= now - last < EVERY:
                return
            self._recorded_at, counted = now, dict(self._refused)
            self._refused.clear()
        with database.transaction() as connection:
            record_refused(connection, by, counted, now)
