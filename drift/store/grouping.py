"""The change sessions and changes that writes are led to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from drift.model.change import Span
from drift.model.naming import outer_id
from drift.model.resource import Resource
from drift.store.columns import as_key
from drift.store.database import of_transaction
from drift.store.schema import change, change_session
from drift.store.spans import Reach, Spans, Whose, Window
from drift.store.upsert import in_chunks

# Run for each batch: to build them costs more than to run them.
_IDS: Any = bindparam("ids", expanding=True)
_SESSIONS = select(
    change_session.c.actor,
    change_session.c.account,
    change_session.c.session_id,
    change_session.c.began_at,
    change_session.c.ended_at,
).where(
    change_session.c.actor.in_(bindparam("actors", expanding=True)),
    change_session.c.account.in_(bindparam("accounts", expanding=True)),
    change_session.c.ended_at.between(bindparam("after"), bindparam("before")),
)
_CHANGES = select(
    change.c.session_id,
    change.c.resource_type,
    change.c.resource_id,
    change.c.change_id,
    change.c.began_at,
    change.c.ended_at,
).where(
    change.c.resource_key.in_(bindparam("keys", expanding=True)),
    change.c.began_at.between(bindparam("begun_after"), bindparam("begun_before")),
    change.c.ended_at >= bindparam("after"),
)
_TAKEN_SESSIONS = select(change_session.c.session_id).where(change_session.c.session_id.in_(_IDS))
_TAKEN_CHANGES = select(change.c.change_id).where(change.c.change_id.in_(_IDS))
_REACH: dict[str, Any] = {"began_at": bindparam("from_at"), "ended_at": bindparam("to_at")}
_BEGIN_SESSION = insert(change_session)
_STRETCH_SESSION = update(change_session).where(change_session.c.session_id == bindparam("id")).values(_REACH)
_BEGIN_CHANGE = insert(change)
_STRETCH_HISTORY = (
    update(change)
    .where(change.c.change_id == bindparam("id"))
    .values({**_REACH, "to_judge": True, "revision": change.c.revision + bindparam("joined")})
)
_STRETCH_CHANGE = _STRETCH_HISTORY.values(is_history=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedSession:
    """A session that a write belongs to, whether or not it was begun."""

    actor: str
    account: str
    at: datetime

    @property
    def whose(self) -> Whose:
        """What its sessions have in common."""
        return as_key(self.actor), as_key(self.account)


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedChange:
    """A change that a write belongs to, whether or not it was begun."""

    session_id: str
    resource: Resource
    at: datetime
    id: str
    """What it is called if it must be begun, and this is free."""

    @property
    def whose(self) -> Whose:
        """What its changes have in common."""
        type_ = self.resource.type
        return self.session_id, None if type_ is None else as_key(type_), as_key(self.resource.id)


def expect_sessions(connection: Connection, wanted: Sequence[WantedSession]) -> None:
    """Find out at once what `near_session` will be asked for."""
    of_transaction(connection, _Sessions).expect(connection, wanted)


def near_session(connection: Connection, wanted: WantedSession) -> Span | None:
    """Return the session that a write belongs to, the nearest of several."""
    return of_transaction(connection, _Sessions).near(connection, wanted)


def begin_session(connection: Connection, session_id: str, wanted: WantedSession) -> bool:
    """Begin a session; tell whether the id was still free."""
    new = {"session_id": session_id, "actor": wanted.actor, "account": wanted.account}
    return of_transaction(connection, _Sessions).begin(connection, session_id, wanted, new)


def stretch_session(connection: Connection, span: Span, at: datetime) -> None:
    """Have a session reach to `at`."""
    of_transaction(connection, _Sessions).stretch(connection, span, at)


def expect_changes(connection: Connection, wanted: Sequence[WantedChange]) -> None:
    """Find out at once what `near_change` and `begin_change` will be asked for."""
    changes = of_transaction(connection, _Changes)
    changes.ask_for_ids(connection, sorted({one.id for one in wanted}))
    changes.expect(connection, wanted)


def near_change(connection: Connection, wanted: WantedChange) -> Span | None:
    """Return the change that a write belongs to, the nearest of several."""
    return of_transaction(connection, _Changes).near(connection, wanted)


def begin_change(connection: Connection, wanted: WantedChange, *, is_history: bool = False) -> bool:
    """Begin a change in a session, to be judged; tell whether its id was still free."""
    resource = wanted.resource
    resource_key = resource.id.lower()
    new = {
        "change_id": wanted.id,
        "session_id": wanted.session_id,
        "resource_type": resource.type,
        "resource_id": resource.id,
        "resource_key": resource_key,
        "outer_key": outer_id(resource_key),
        "to_judge": True,
        "is_history": is_history,
    }
    return of_transaction(connection, _Changes).begin(connection, wanted.id, wanted, new)


def stretch_change(connection: Connection, span: Span, at: datetime, *, is_history: bool = False) -> None:
    """Have a change reach to `at`, and have it judged again. What goes on now is no history any more."""
    of_transaction(connection, _Changes).stretch(connection, span, at, is_history=is_history)


def forget_changes(connection: Connection) -> None:
    """Find out anew about each change, since one reaches less far than it did. They must be written."""
    of_transaction(connection, _Changes).forget()


class _Sessions(Spans[WantedSession]):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, _TAKEN_SESSIONS)

    def look(
        self, connection: Connection, wanted: Sequence[WantedSession], window: Window
    ) -> Iterable[tuple[Whose, Span]]:
        actors = sorted({as_key(one.actor) for one in wanted})
        values = {"accounts": sorted({as_key(one.account) for one in wanted})}
        for some in in_chunks(actors):
            rows = connection.execute(
                _SESSIONS,
                {**values, "actors": some, "after": window.ends_after, "before": window.ends_before},
            )
            for actor, account, id_, began_at, ended_at in rows:
                yield (actor, account), Span(id=id_, began_at=began_at, ended_at=ended_at)

    def insert(self, connection: Connection, new: Sequence[Reach]) -> None:
        if rows := [{**(one.new or {}), **one.columns} for one in new]:
            connection.execute(_BEGIN_SESSION, rows)

    def update(self, connection: Connection, stretched: Sequence[Reach]) -> None:
        if rows := [one.stretched for one in stretched]:
            connection.execute(_STRETCH_SESSION, rows)


class _Changes(Spans[WantedChange]):
    def __init__(self, connection: Connection) -> None:
        self._sessions = of_transaction(connection, _Sessions)  # written first: changes refer to them
        super().__init__(connection, _TAKEN_CHANGES)

    def look(
        self, connection: Connection, wanted: Sequence[WantedChange], window: Window
    ) -> Iterable[tuple[Whose, Span]]:
        in_table = (one for one in wanted if not self._sessions.has_begun(one.session_id))
        keys = sorted({as_key(one.resource.id.lower()) for one in in_table})
        times = {
            "begun_after": window.begins_after,
            "begun_before": window.begins_before,
            "after": window.ends_after,
        }
        for some in in_chunks(keys):
            rows = connection.execute(_CHANGES, {"keys": some, **times})
            for session_id, type_, resource_id, id_, began_at, ended_at in rows:
                yield (session_id, type_, resource_id), Span(id=id_, began_at=began_at, ended_at=ended_at)

    def insert(self, connection: Connection, new: Sequence[Reach]) -> None:
        if rows := [_row_of(one) for one in new]:
            connection.execute(_BEGIN_CHANGE, rows)

    def update(self, connection: Connection, stretched: Sequence[Reach]) -> None:
        for statement, is_history in ((_STRETCH_HISTORY, True), (_STRETCH_CHANGE, False)):
            if rows := [
                {**one.stretched, "joined": one.joined} for one in stretched if one.is_history is is_history
            ]:
                connection.execute(statement, rows)


def _row_of(begun: Reach) -> dict[str, object]:
    new = begun.new or {}
    is_history = bool(new["is_history"]) and begun.is_history
    return {**new, **begun.columns, "is_history": is_history, "revision": 1 + begun.joined}
