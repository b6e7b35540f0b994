"""Spans of time that reach further while writes are led to them, in the memory of one transaction.

Each is found once and written with the transaction's last statement, or as soon as somebody reads the
tables: a question of its own for each of a hundred writes would cost more than all the rest. Nobody else
writes meanwhile, so what was read stays true.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Select

from drift.model.change import SESSION_GAP, SESSION_LIMIT, Span
from drift.store.columns import FIRST, LAST
from drift.store.late import write_before_rows
from drift.store.upsert import in_chunks

Whose: TypeAlias = tuple[str | None, ...]
"""What spans have in common that may be one: actor and account, or session and resource."""

_LOOKED_AROUND = timedelta(hours=1)
"""How much earlier and later than asked for spans are looked for at once: the next write is near."""


class Wanted(Protocol):
    """What a write belongs to."""

    @property
    def whose(self) -> Whose:
        """What spans have in common that it may be."""
        ...

    @property
    def at(self) -> datetime:
        """The time of the write."""
        ...


_W = TypeVar("_W", bound=Wanted)


class Window(NamedTuple):
    """The times of the writes for which spans are looked for."""

    begin: datetime
    end: datetime

    def has(self, at: datetime) -> bool:
        """Tell whether a time lies within it."""
        return self.begin <= at <= self.end

    @property
    def ends_after(self) -> datetime:
        """What ended before reaches none of the writes."""
        return _moved(self.begin, -SESSION_GAP)

    @property
    def ends_before(self) -> datetime:
        """What ended later reaches none of the writes: it would be too long."""
        return _moved(self.end, SESSION_GAP + SESSION_LIMIT)

    @property
    def begins_after(self) -> datetime:
        """What began before reaches none of the writes: it would be too long."""
        return _moved(self.begin, -(SESSION_GAP + SESSION_LIMIT))

    @property
    def begins_before(self) -> datetime:
        """What began later reaches none of the writes."""
        return _moved(self.end, SESSION_GAP)


@dataclass(slots=True)
class Reach:
    """A span as the transaction has it by now."""

    span: Span
    new: dict[str, Any] | None = None
    """The other columns of its row, if it is not in the table yet."""
    joined: int = 0
    """Writes that it was stretched for since it was written."""
    is_history: bool = True
    """So were all of these."""

    @property
    def columns(self) -> dict[str, object]:
        """Return the columns that tell from when to when it reaches."""
        return {"began_at": self.span.began_at, "ended_at": self.span.ended_at}

    @property
    def stretched(self) -> dict[str, object]:
        """Return what an update must be told."""
        return {"id": self.span.id, "from_at": self.span.began_at, "to_at": self.span.ended_at}

    def stretch(self, at: datetime, *, is_history: bool) -> None:
        """Reach to a time."""
        known = self.span
        self.span = Span(id=known.id, began_at=min(known.began_at, at), ended_at=max(known.ended_at, at))
        self.joined += 1
        self.is_history = self.is_history and is_history


class Spans(ABC, Generic[_W]):
    """The spans of one table that a transaction looked at."""

    def __init__(self, connection: Connection, taken: Select[Any]) -> None:
        self._is_deferred = write_before_rows(connection, self.write)
        self._taken = taken
        self._by_id: dict[str, Reach] = {}
        self._of: defaultdict[Whose, dict[str, Reach]] = defaultdict(dict)
        self._looked_at: dict[Whose, list[Window]] = {}
        self._free: set[str] = set()
        self._begun: set[str] = set()

    def expect(self, connection: Connection, wanted: Sequence[_W]) -> None:
        """Look for the spans of many writes at once, unless they are of years: then each is looked for."""
        first, last = (
            min((one.at for one in wanted), default=LAST),
            max((one.at for one in wanted), default=FIRST),
        )
        if first <= last <= _moved(first, SESSION_LIMIT):
            self._look(
                connection, wanted, Window(_moved(first, -_LOOKED_AROUND), _moved(last, _LOOKED_AROUND))
            )

    def near(self, connection: Connection, wanted: _W) -> Span | None:
        """Return the nearest span that a write belongs to."""
        whose, at = wanted.whose, wanted.at
        if not any(window.has(at) for window in self._looked_at.get(whose, ())):
            self.expect(connection, [wanted])
        reaching = (one.span for one in self._of[whose].values() if one.span.reaches(at))
        return min(reaching, key=lambda span: (span.distance(at), span.began_at), default=None)

    def begin(self, connection: Connection, id_: str, wanted: _W, new: dict[str, Any]) -> bool:
        """Begin a span; tell whether the id was still free."""
        if id_ not in self._free:
            self.ask_for_ids(connection, [id_])
        if id_ not in self._free or id_ in self._begun:
            return False
        self._begun.add(id_)
        self._by_id[id_] = reach = Reach(Span(id=id_, began_at=wanted.at, ended_at=wanted.at), new=new)
        self._of[wanted.whose][id_] = reach
        self._write_unless_deferred(connection)
        return True

    def stretch(self, connection: Connection, span: Span, at: datetime, *, is_history: bool = True) -> None:
        """Have a span reach to a time."""
        self._by_id.setdefault(span.id, Reach(span)).stretch(at, is_history=is_history)
        self._write_unless_deferred(connection)

    def has_begun(self, id_: str) -> bool:
        """Tell whether a span was begun in this transaction, so that the table knows nothing of it."""
        return id_ in self._begun

    def ask_for_ids(self, connection: Connection, ids: Iterable[str]) -> None:
        """Find out which ids are free."""
        for some in in_chunks(ids):
            self._free.update(set(some).difference(connection.execute(self._taken, {"ids": some}).scalars()))

    def forget(self) -> None:
        """Look for each of them anew. They must be written."""
        self._by_id.clear()
        self._of.clear()
        self._looked_at.clear()
        self._begun.clear()

    def write(self, connection: Connection) -> None:
        """Write what was begun and stretched since it was written last."""
        touched = [one for one in self._by_id.values() if one.new is not None or one.joined]
        self.insert(connection, [one for one in touched if one.new is not None])
        self.update(connection, [one for one in touched if one.new is None])
        for one in touched:
            one.new, one.joined, one.is_history = None, 0, True

    def _look(self, connection: Connection, wanted: Sequence[_W], window: Window) -> None:
        """Take in what the table has in a window; what the transaction made of it stands."""
        for whose in {one.whose for one in wanted}:
            self._looked_at.setdefault(whose, []).append(window)
        for whose, span in self.look(connection, wanted, window):
            self._of[whose].setdefault(span.id, self._by_id.setdefault(span.id, Reach(span)))

    def _write_unless_deferred(self, connection: Connection) -> None:
        if not self._is_deferred:
            self.write(connection)

    @abstractmethod
    def look(
        self, connection: Connection, wanted: Sequence[_W], window: Window
    ) -> Iterable[tuple[Whose, Span]]:
        """Return the spans in the table that writes in a window may belong to; others do no harm."""

    @abstractmethod
    def insert(self, connection: Connection, new: Sequence[Reach]) -> None:
        """Write spans that were begun."""

    @abstractmethod
    def update(self, connection: Connection, stretched: Sequence[Reach]) -> None:
        """Write how far spans reach now."""


def _moved(at: datetime, by: timedelta) -> datetime:
    """Return a time that much later, or the last there is: records bear any time."""
    try:
        return at + by
    except OverflowError:
        return LAST if by > timedelta() else FIRST
