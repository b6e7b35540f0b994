"""What people did about changes and findings."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, insert, select

from drift.model.action import Action, Waived
from drift.store.columns import as_key
from drift.store.schema import action as table
from drift.store.upsert import in_chunks


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionRow:
    """An action and the evidence entry that records it."""

    action: Action
    ledger_seq: int


def keep_action(connection: Connection, one: Action, ledger_seq: int) -> None:
    """Keep an action, whose key is of none that was kept before."""
    values = {
        "key": one.key,
        "ref": one.ref,
        "kind": kind_of(one),
        "at": one.at,
        "by_key": one.by.name.lower(),
    }
    connection.execute(insert(table).values(**values, ledger_seq=ledger_seq, body=one))


def action_called(connection: Connection, key: str) -> ActionRow | None:
    """Return the action with this idempotency key."""
    return next(_rows(connection, table.c.key == as_key(key)), None)


def actions_about(connection: Connection, refs: Collection[str]) -> dict[str, tuple[Action, ...]]:
    """Return what was done about each change or finding of these, in the order it was recorded."""
    found: dict[str, list[Action]] = defaultdict(list)
    for some in in_chunks(refs):
        for row in _rows(connection, table.c.ref.in_(some)):
            found[row.action.ref].append(row.action)
    return {ref: tuple(actions) for ref, actions in found.items()}


def waivers(connection: Connection, refs: Collection[str] | None = None) -> dict[str, Action]:
    """Return the latest waiver of each finding or change, or of these, also those that have expired."""
    where = [table.c.kind == Waived.__struct_config__.tag]
    if refs is not None:
        return {
            row.action.ref: row.action
            for some in in_chunks(refs)
            for row in _rows(connection, *where, table.c.ref.in_(some))
        }
    return {row.action.ref: row.action for row in _rows(connection, *where)}


def kind_of(one: Action) -> str:
    """Return what an action is called in the store and in the evidence."""
    return str(type(one.deed).__struct_config__.tag)


def _rows(connection: Connection, *where: ColumnElement[bool]) -> Iterator[ActionRow]:
    query = select(table.c.body, table.c.ledger_seq).where(*where).order_by(table.c.ledger_seq)
    for row in connection.execute(query):
        yield ActionRow(action=row.body, ledger_seq=row.ledger_seq)
