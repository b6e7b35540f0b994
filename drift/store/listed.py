"""How judged changes are listed, written by whoever judges: lists open no judgement and no write."""

from typing import Any

from sqlalchemy import Connection, insert, select

from drift.model.change import Change
from drift.model.judgement import Judgement
from drift.model.missing import missing_from
from drift.store.database import of_transaction
from drift.store.schema import change_kind, change_line
from drift.store.upsert import insert_or_replace_late

LONGEST_SUMMARY = 200
"""Characters of what was done that a list has room for."""

_REPLACED = tuple(one.name for one in change_line.columns if not one.primary_key)

_SAME_KIND = tuple(one.name for one in change_kind.columns if not one.primary_key)


def keep_line(connection: Connection, one: Change, judgement: Judgement) -> None:
    """Keep how a change is listed that was judged like this."""
    kind = of_transaction(connection, _Kinds).number_of(connection, _kind_of(one, judgement))
    row = {"change_id": one.change_id, "kind": kind, **_line_of(one, judgement)}
    insert_or_replace_late(connection, change_line, row, _REPLACED)


class _Kinds:
    """The numbers of the kinds that were asked for in this transaction."""

    def __init__(self, _connection: Connection) -> None:
        self._numbers: dict[tuple[Any, ...], int] = {}

    def number_of(self, connection: Connection, kind: dict[str, Any]) -> int:
        """Return the number of a kind, a new one where there was none like it."""
        key = tuple(kind[name] for name in _SAME_KIND)
        if key not in self._numbers:
            self._numbers[key] = _number_of(connection, kind)
        return self._numbers[key]


def _number_of(connection: Connection, kind: dict[str, Any]) -> int:
    same = (change_kind.c[name] == kind[name] for name in _SAME_KIND)
    found = connection.execute(select(change_kind.c.number).where(*same)).scalar_one_or_none()
    if found is None:
        found = connection.execute(
            insert(change_kind).values(kind).returning(change_kind.c.number)
        ).scalar_one()
    return int(found)


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
