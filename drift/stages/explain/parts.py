"""The parts that a difference is made of: each may be another write's doing.

Clouds put rules with the same ports into one element with many addresses, so an element of a
set is taken apart as far as a call could have added it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from drift.model.documents import differing_parts
from drift.model.finding import AttributeDrift
from drift.model.resource import Json
from drift.stages.explain.said import scalars, text_of

Part: TypeAlias = frozenset[str]
"""Values that came or went together."""

IDLE = frozenset({"", "0", "true", "false"})
"""What an element of a set says of what it is not about: providers list every member there could be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What came and what went."""

    came: tuple[Part, ...]
    went: tuple[Part, ...]


def difference_of(drift: AttributeDrift) -> Difference:
    """Return the parts of a difference. Of a value that was replaced, only the new one counts."""
    sides = differing_parts(drift.declared, drift.live)
    if sides is not None:
        return _of_documents(*sides)
    if isinstance(drift.declared, list) or isinstance(drift.live, list):
        ours, theirs = (tuple(_parts(_elements(side))) for side in (drift.declared, drift.live))
        return Difference(
            came=tuple(part for part in theirs if part not in ours),
            went=tuple(part for part in ours if part not in theirs),
        )
    if _is_empty(drift.live):
        return Difference(came=(), went=(scalars(drift.declared),))
    return Difference(came=(scalars(drift.live),), went=())


def _of_documents(ours: Json, theirs: Json) -> Difference:
    came, went = scalars(theirs), scalars(ours)
    return Difference(came=(came,) if came else (), went=() if came else (went,))


def _elements(side: Json) -> list[Json]:
    if isinstance(side, list):
        return side
    return [] if _is_empty(side) else [side]


def _parts(elements: list[Json]) -> Iterator[Part]:
    for element in elements:
        if isinstance(element, dict):
            yield from parts_of(element)
        elif part := scalars(element):
            yield part


def parts_of(block: dict[str, Json]) -> Iterator[Part]:
    """Take a block apart: what it says once, together with one item of its lists at a time."""
    once = frozenset(
        text
        for value in block.values()
        if not isinstance(value, list)
        for text in scalars(value)
        if text not in IDLE
    )
    items = [scalars(item) for value in block.values() if isinstance(value, list) for item in value]
    yield from (once | item for item in items if item)
    if not items and once:
        yield once


def _is_empty(value: Json) -> bool:
    return value in ([], {}) or (not isinstance(value, dict | list) and text_of(value) == "")
