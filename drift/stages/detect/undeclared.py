"""Which of the resources that exist does no state know, and how much of what exists is declared?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from drift.model.baseline import Declaration
from drift.model.detection import DetectRules
from drift.model.finding import ManagedCoverage
from drift.model.resource import LiveResource

Place: TypeAlias = tuple[str | None, str | None]
"""Account and region, each `None` where it is not known."""

ANYWHERE: Place = (None, None)


class _Standing(StrEnum):
    """How a resource that exists stands with what is declared."""

    MANAGED = "managed"
    UNMANAGED = "unmanaged"
    CLOUD_MADE = "made by the cloud"
    PART = "part of another"


@dataclass(frozen=True, kw_only=True, slots=True)
class Existing:
    """What exists, held against what is declared."""

    undeclared: tuple[LiveResource, ...]
    coverage: tuple[ManagedCoverage, ...]
    """By account and type, sorted."""


def held_against_states(
    discovered: Sequence[LiveResource], estate: Iterable[Declaration], rules: DetectRules
) -> Existing:
    """Return what of `discovered` is in no state, made by no cloud, and part of nothing else.

    An id names one resource only within its account and region, where these are known.
    What a state holds but cannot be understood, and what still has to be destroyed, is managed.
    """
    judge = _Judge(discovered, estate, rules)
    counts: dict[tuple[str | None, str], Counter[_Standing]] = defaultdict(Counter)
    undeclared = []
    for live in discovered:
        standing = judge.standing(live)
        counts[live.account, live.type][standing] += 1
        if standing is _Standing.UNMANAGED:
            undeclared.append(live)
    return Existing(
        undeclared=tuple(undeclared),
        coverage=tuple(
            ManagedCoverage(
                account=account,
                type=type_,
                managed=count[_Standing.MANAGED],
                unmanaged=count[_Standing.UNMANAGED],
                made_by_cloud=count[_Standing.CLOUD_MADE],
            )
            for (account, type_), count in sorted(
                counts.items(), key=lambda one: (one[0][0] or "", one[0][1])
            )
        ),
    )


class _Judge:
    """Knows what is declared, and what else exists."""

    def __init__(
        self, discovered: Iterable[LiveResource], estate: Iterable[Declaration], rules: DetectRules
    ) -> None:
        self._same_types = rules.same_types
        self._managed: dict[tuple[str, str], list[Place]] = defaultdict(list)
        for declaration in estate:
            for type_, resource_id, place in _known_to(declaration):
                if type_ is not None and resource_id is not None:
                    self._managed[self._key(type_, resource_id)].append(place)
        self._is_cloud_made = {
            self._key(one.type, one.id): one.made_by_cloud is not None for one in discovered
        }

    def standing(self, live: LiveResource) -> _Standing:
        places = self._managed.get(self._key(live.type, live.id), ())
        if any(_fits(place, (live.account, live.region)) for place in places):
            return _Standing.MANAGED
        if live.made_by_cloud is not None:
            return _Standing.CLOUD_MADE
        for other in live.belongs_to:
            key = self._key(other.type, other.id)
            if self._is_of_cloud(key):
                return _Standing.CLOUD_MADE
            if self._is_there(key) and not other.is_of_cloud_made_only:
                return _Standing.PART
        return _Standing.UNMANAGED

    def _is_of_cloud(self, key: tuple[str, str]) -> bool:
        return self._is_cloud_made.get(key, False) and key not in self._managed

    def _is_there(self, key: tuple[str, str]) -> bool:
        return key in self._managed or key in self._is_cloud_made

    def _key(self, type_: str, id_: str) -> tuple[str, str]:
        return self._same_types.get(type_, type_), id_


def _known_to(declaration: Declaration) -> Iterable[tuple[str | None, str | None, Place]]:
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
