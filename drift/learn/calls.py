"""Which of the judged records of files tell of calls of their own?

Logs deliver records again, tell several accounts of one call, correct themselves, and tell of
long operations in parts. In the store each call is one write already; in files it is made one here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import structs

from drift.model.change import Write
from drift.model.event import CHANGING, ChangeEvent, Outcome, Phase

Name = tuple[str, str, str | None]
"""An operation's cloud, name and id."""


def each_call_once(judged: Iterable[tuple[ChangeEvent, Write]]) -> Iterator[Write]:
    """Yield one write for each call that changes something, given every record with its verdict.

    An operation counts with the record of its end; what never ends counts when everything was read.
    """
    told: set[str] = set()
    operations = _Operations()
    for event, write in judged:
        if event.intended not in CHANGING:
            continue
        names = set(_names(event))
        is_repeated = not told.isdisjoint(names)
        told |= names
        if not is_repeated and operations.is_told_by(event, write):
            yield write
    yield from operations.left


def _names(event: ChangeEvent) -> Iterator[str]:
    """Yield what a further record of the same call would bear as well."""
    yield event.key
    if event.corrects:
        yield f"{event.call.cloud}:{event.corrects}"
    if event.shared_id:
        yield f"shared {event.call.cloud}:{event.shared_id}"


@dataclass(slots=True)
class _Operations:
    """The operations of which a part was read."""

    _waiting: dict[Name, Write] = field(default_factory=dict)
    _ended: dict[Name, datetime | None] = field(default_factory=dict)

    def is_told_by(self, event: ChangeEvent, write: Write) -> bool:
        """Tell whether a record tells the whole of a call, or the end of it; keep the parts that do not."""
        operation = event.operation
        if operation is None:
            return True
        name = (event.call.cloud, operation.key, operation.id)
        if operation.phase is Phase.END or event.outcome is Outcome.FAILURE:
            self._waiting.pop(name, None)
            self._ended[name] = event.occurred_at
            return True
        if name not in self._ended or self._begins_anew(name, event):
            self._waiting.setdefault(name, structs.replace(write, is_in_progress=True))
        return False

    @property
    def left(self) -> Iterator[Write]:
        """What was begun and never ended, and what only another source told of."""
        with_ids = {(cloud, key) for cloud, key, id_ in (*self._ended, *self._waiting) if id_ is not None}
        for (cloud, key, id_), write in self._waiting.items():
            if id_ is not None or (cloud, key) not in with_ids:
                yield write

    def _begins_anew(self, name: Name, event: ChangeEvent) -> bool:
        """Tell whether a later call bears the name of one that has ended."""
        ended_at, at = self._ended[name], event.occurred_at
        is_beginning = event.operation is not None and event.operation.phase is Phase.BEGIN
        return is_beginning and at is not None and ended_at is not None and at > ended_at
