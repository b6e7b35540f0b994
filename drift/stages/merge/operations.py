"""What do the records of one long operation say together?

One tells who asked for what, one how it ended, one perhaps what was changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec import structs

from drift.model.event import Call, ChangeEvent, Operation, Outcome, Phase
from drift.model.resource import Json
from drift.model.verdict import Confidence

T = TypeVar("T")

MAX_BEGUN = 10_000
"""Operations that were begun and are remembered without a store; beyond it the oldest are forgotten."""

_ORDER = (Phase.BEGIN, Phase.PROGRESS, Phase.END, Phase.DETAIL)
"""Which of several records says most of who asked for what."""


def completed(event: ChangeEvent, begun: ChangeEvent) -> ChangeEvent:
    """Return a record of an operation with what only the beginning says.

    Its id, time, source and outcome stay its own.
    """
    is_failed = event.outcome is Outcome.FAILURE
    call = begun.call if begun.call.principal or not event.call.principal else event.call
    return structs.replace(
        event,
        call=_with_tools_of(call, event.call) if _is_detail(event) else call,
        effect=event.effect if is_failed else begun.intended,
        intended=begun.intended,
        lane=begun.lane,
        resources=begun.resources or event.resources,
        statements=_all_of(begun.statements, event.statements),
        risks=_all_of(begun.risks, event.risks),
        summary=begun.summary or event.summary,
        request=_united(begun.request, event.request),
        redacted=_all_of(begun.redacted, event.redacted),
        operation=None if _is_end(event) else event.operation,
    )


@dataclass(slots=True)
class Operations:
    """The operations that were begun, for judging records in their order without a store."""

    _begun: dict[tuple[str, str, str | None], ChangeEvent] = field(default_factory=dict)
    """By cloud, name and id; without an id, the newest of the name."""

    def seen(self, event: ChangeEvent) -> ChangeEvent:
        """Return a record with what the beginning of its operation says; remember it if it is one."""
        if event.operation is None:
            return event
        name = (event.call.cloud, event.operation.key)
        known = self._begun.get((*name, event.operation.id))
        if event.operation.phase is not Phase.BEGIN and (begun := known or self._begun.get((*name, None))):
            return completed(event, begun)
        if known is None and event.operation.phase in (Phase.BEGIN, Phase.PROGRESS):
            while len(self._begun) >= MAX_BEGUN:
                del self._begun[next(iter(self._begun))]
            for id_ in {event.operation.id, None}:
                # The request is large, and no verdict rests on it.
                self._begun[*name, id_] = structs.replace(event, request=None)
        return event


def joined(records: Sequence[ChangeEvent]) -> ChangeEvent:
    """Return the call that the records of an operation tell of: as it began, with the outcome of its end."""
    whole, *others = in_order(records)
    for other in others:
        together = completed(other, whole)
        ended = together if _is_end(other) or other.outcome is Outcome.FAILURE else whole
        whole = structs.replace(
            together,
            event_id=whole.event_id,
            source=whole.source,
            outcome=ended.outcome,
            effect=ended.effect,
            error=ended.error,
            opens=whole.opens or other.opens,
            # What another source knows of the program stays known to be that source's.
            operation=_known_as(whole, other),
        )
    times = [one.occurred_at for one in records if one.occurred_at]
    return structs.replace(whole, occurred_at=min(times, default=None))


def is_whole(records: Sequence[ChangeEvent]) -> bool:
    """Tell whether the records say who asked for what, and how it ended."""
    has_ended = any(_is_end(one) or one.outcome is Outcome.FAILURE for one in records)
    return has_ended and any(_shows_caller(one) for one in records)


def tells_the_end(event: ChangeEvent) -> bool:
    """Tell whether a record says how it ended, or that something was changed."""
    return _is_detail(event) or _is_end(event) or event.outcome is Outcome.FAILURE


def in_order(records: Iterable[ChangeEvent]) -> list[ChangeEvent]:
    """Return the records of an operation as it went: its beginning first, what others say of it last."""
    return sorted(records, key=_place_in_order)


def _place_in_order(event: ChangeEvent) -> int:
    return _ORDER.index(event.operation.phase) if event.operation else 0


def _shows_caller(event: ChangeEvent) -> bool:
    """Tell whether a record says how it was asked for: the end of an operation often names no program."""
    if event.operation is None or event.operation.phase is Phase.DETAIL:
        return False
    call = event.call
    return event.operation.phase is Phase.BEGIN or bool(call.tools or call.user_agent or call.source_ip)


def _is_end(event: ChangeEvent) -> bool:
    return event.operation is not None and event.operation.phase is Phase.END


def _is_detail(event: ChangeEvent) -> bool:
    return event.operation is not None and event.operation.phase is Phase.DETAIL


def _known_as(whole: ChangeEvent, other: ChangeEvent) -> Operation | None:
    """Return the operation, with the id that one of them tells and, of phases, another source's."""
    operation = other.operation if _is_detail(other) else whole.operation
    ids = (one.operation.id for one in (whole, other) if one.operation)
    return structs.replace(operation, id=next(filter(None, ids), None)) if operation else None


def _with_tools_of(call: Call, detail: Call) -> Call:
    """Put what another source knows of the program before what the record shows, unless it is a guess."""
    known = tuple(sign for sign in detail.tools if sign.confidence is not Confidence.LOW)
    tools = _all_of(known, call.tools, detail.tools)
    return call if tools == call.tools else structs.replace(call, tools=tools)


def _united(begun: Json, own: Json) -> Json:
    """Return what was asked for, with what another record adds to it."""
    if isinstance(begun, dict) and isinstance(own, dict):
        return {**own, **begun}
    return own if begun in (None, {}, []) else begun


def _all_of(*parts: tuple[T, ...]) -> tuple[T, ...]:
    """Return what stands in any of these, each once."""
    return tuple(dict.fromkeys(one for part in parts for one in part))
