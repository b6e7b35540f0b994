"""How judged changes are listed, written by whoever judges: lists open no judgement and no write."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select

from drift.model.change import Change
from drift.model.judgement import Judgement
from drift.model.missing import missing_from
from drift.store.database import at_the_end, of_transaction
from drift.store.late import in_time
from drift.store.schema import change_kind, change_line
from drift.store.upsert import NewValues, insert_or_set

LONGEST_SUMMARY = 200
"""Characters of what was done that a list has room for."""

_SAME_KIND = tuple(one.name for one in change_kind.columns if not one.primary_key)

# Run for each judgement: to build them costs more than to run them.
_NUMBER_OF = select(change_kind.c.number).where(
    *(change_kind.c[name] == bindparam(name) for name in _SAME_KIND)
)
_NEW_KIND = insert(change_kind).returning(change_kind.c.number)


def keep_line(connection: Connection, one: Change, judgement: Judgement) -> None:
    """Keep how a change is listed that was judged like this. It is written when the transaction ends."""
    lines = of_transaction(connection, _Lines)
    kind = lines.number_of(connection, _kind_of(one, judgement))
    lines.add(connection, {"change_id": one.change_id, "kind": kind, **_line_of(one, judgement)})


class _Lines:
    """The lines of one transaction, in which nobody reads them: they are written together."""

    def __init__(self, connection: Connection) -> None:
        self._is_asked_at_the_end = at_the_end(connection, self.write)
        self._rows: dict[str, dict[str, Any]] = {}
        self._numbers: dict[tuple[Any, ...], int] = {}

    def add(self, connection: Connection, row: dict[str, Any]) -> None:
        """Hold a line until the end; of one change the last counts."""
        self._rows[row["change_id"]] = row
        if not self._is_asked_at_the_end:
            self.write(connection)

    def write(self, connection: Connection) -> None:
        """Write what is held, once the changes are there that it is of."""
        insert_or_set(in_time(connection), change_line, list(self._rows.values()), _as_judged)
        self._rows.clear()

    def number_of(self, connection: Connection, kind: dict[str, Any]) -> int:
        """Return the number of a kind, a new one where there was none like it."""
        key = tuple(kind[name] for name in _SAME_KIND)
        if key not in self._numbers:
            known = connection.execute(_NUMBER_OF, kind).scalar_one_or_none()
            self._numbers[key] = int(known or connection.execute(_NEW_KIND, kind).scalar_one())
        return self._numbers[key]


def _as_judged(new: NewValues) -> dict[str, ColumnElement[Any]]:
    return {one.name: new[one.name] for one in change_line.columns if not one.primary_key}


def _kind_of(one: Change, judgement: Judgement) -> dict[str, Any]:
    decision = judgement.decision
    return {
        "disposition": decision.disposition.value,
        "severity": decision.severity.value,
        "channel": one.channel.value,
        "lane": one.lane.value,
        "environment": decision.environment or "",
        "needs": any(missing_from(one, judgement)),
    }


def _line_of(one: Change, judgement: Judgement) -> dict[str, Any]:
    ticket, approver = judgement.match.ticket, judgement.match.approver
    actor = judgement.corrected_actor or one.actor.name
    return {
        "began_at": one.began_at,
        "actor": actor,
        "actor_key": actor.lower(),
        "actor_kind": one.actor.kind.value,
        "tool": one.last.classification.tool.value,
        "account": one.first.event.call.account,
        "resource_type": one.resource.type,
        "resource_id": one.resource.id,
        "resource_key": one.resource.id.lower(),
        "address": judgement.standing.address,
        "ticket": ticket.key if ticket else None,
        "approver_key": approver.lower() if approver else None,
        "summary": one.first.event.summary[:LONGEST_SUMMARY],
        "writes": 0 if one.withdrawn else len(one.writes),
        "is_history": one.is_history,
    }
