"""Which of the records under one operation's name tell of the same call?

An apply may do the same thing twice at once. The cloud's id of the operation tells the two apart;
records of other sources bear none, and go with the first call of the name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drift.model.event import ChangeEvent


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldRecord:
    """A record that waits, and the source that delivered it."""

    source: str
    event: ChangeEvent


def calls_among(held: Sequence[HeldRecord]) -> list[tuple[HeldRecord, ...]]:
    """Return the records of each call."""
    calls: dict[str | None, list[HeldRecord]] = {}
    for one in held:
        calls.setdefault(operation_id(one.event), []).append(one)
    nameless = calls.pop(None, [])
    first, *others = calls.values() or ([],)
    return [tuple(one) for one in ([*first, *nameless], *others) if one]


def of_same_call(held: Sequence[HeldRecord], event: ChangeEvent) -> tuple[ChangeEvent, ...]:
    """Return the records that tell of the same call as `event`."""
    calls = (tuple(one.event for one in call) for call in calls_among(held))
    return next((call for call in calls if may_be_same_call(call, event)), ())


def may_be_same_call(records: Sequence[ChangeEvent], event: ChangeEvent) -> bool:
    """Tell whether nothing tells the call of these records from that of `event`."""
    own, ids = operation_id(event), {operation_id(one) for one in records} - {None}
    return own is None or not ids or own in ids


def operation_id(event: ChangeEvent) -> str | None:
    """Return what tells an operation from others of its name, if the record has it."""
    return event.operation.id if event.operation else None
