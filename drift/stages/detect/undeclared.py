"""Which of the resources that exist does no state know?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from drift.model.baseline import Declaration
from drift.model.detection import DetectRules
from drift.model.resource import LiveResource

Place: TypeAlias = tuple[str | None, str | None]
"""Account and region, each `None` where it is not known."""

ANYWHERE: Place = (None, None)


def undeclared(
    discovered: Iterable[LiveResource], estate: Iterable[Declaration], rules: DetectRules
) -> Iterator[LiveResource]:
    """Yield what exists and is in no state.

    An id names one resource only within its account and region, where these are known.
    What a state holds but cannot be understood, and what still has to be destroyed, is managed.
    """
    managed: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for declaration in estate:
        for type_, resource_id, place in _known_to(declaration):
            if type_ is not None and resource_id is not None:
                managed[rules.same_types.get(type_, type_), resource_id].append(place)
    for live in discovered:
        places = managed.get((rules.same_types.get(live.type, live.type), live.id), ())
        if not any(_fits(place, (live.account, live.region)) for place in places):
            yield live


def _known_to(declaration: Declaration) -> Iterator[tuple[str | None, str | None, Place]]:
    for resource in declaration.resources:
        yield resource.type, resource.resource_id, (resource.account, resource.region)
    for replaced in declaration.deposed:
        yield replaced.type, replaced.id, ANYWHERE
    for instance in declaration.unreadable:
        yield instance.type, instance.resource_id, ANYWHERE


def _fits(one: Place, other: Place) -> bool:
    return all(
        ours is None or theirs is None or ours == theirs for ours, theirs in zip(one, other, strict=True)
    )
