"""Counts what the eight tests found of every change, in all and by what the change is."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

import msgspec

from drift.ledger.entry import StoredEntry
from drift.model.control_test import COMPENSATED, ControlTest
from drift.reports.month import month_at

NOT_KNOWN = "not known"
"""Of a change whose entry was erased, or of an older version."""

_OWN_WORDS = re.compile(r"\S*[\d@#/]\S*")
"""Keys, times, addresses and names of one change: what is left of a reason is its cause."""


class Aspect(StrEnum):
    """By what results are counted."""

    ALL = "all"
    CHANNEL = "channel"
    LANE = "lane"
    MONTH = "month"
    ACTOR = "actor"
    RESOURCE = "resource"
    CAUSE = "cause"
    """What is said of why it failed, without what is of this change alone."""


LISTED = (Aspect.ALL, Aspect.CHANNEL, Aspect.LANE, Aspect.MONTH)
"""Those that have few values."""


class Standing(StrEnum):
    """What a test found of a change."""

    PASSED = "passed"
    CANDIDATE = "deviation_candidate"
    """It failed. Only the reader concludes that it is a deviation."""
    NA = "na"
    NOT_EVALUABLE = "not_evaluable"
    NOT_ASKED = "not_asked"
    """A version judged it that did not ask, or its entry was erased."""


_Found: TypeAlias = Literal["pass", "fail", "na", "not_evaluable"]

_STANDING: dict[_Found | None, str] = {
    "pass": Standing.PASSED.value,
    "fail": Standing.CANDIDATE.value,
    "na": Standing.NA.value,
    "not_evaluable": Standing.NOT_EVALUABLE.value,
    None: Standing.NOT_ASKED.value,
}
"""In plain texts, as everything that is counted: there may be a hundred thousand changes, and those of
enumerations take five times as long to be looked up."""

_FAILED, _CAUSE = Standing.CANDIDATE.value, Aspect.CAUSE.value

_Key: TypeAlias = tuple[str, str, str]
"""A test, an aspect, and its value."""


class _Change(msgspec.Struct, frozen=True):
    """Of a change, what is counted; an older version says less, and of an erased one nothing is left."""

    began_at: datetime | None = None
    channel: str | None = None
    lane: str | None = None
    actor: str | None = None
    corrected_actor: str | None = None
    account: str | None = None
    resource_id: str | None = None
    t1: _Found | None = None
    t2: _Found | None = None
    t3: _Found | None = None
    t4: _Found | None = None
    t5: _Found | None = None
    t6: _Found | None = None
    t7: _Found | None = None
    t8: _Found | None = None
    tests: tuple[str, ...] = ()

    def found(self) -> tuple[tuple[str, _Found | None], ...]:
        """Return what each test found, by its name."""
        results = (self.t1, self.t2, self.t3, self.t4, self.t5, self.t6, self.t7, self.t8)
        return tuple(zip(_TESTS, results, strict=True))

    def places(self) -> tuple[tuple[str, str], ...]:
        """Return where the change is counted: aspects with their values."""
        return (
            (Aspect.ALL.value, ""),
            (Aspect.CHANNEL.value, self.channel or NOT_KNOWN),
            (Aspect.LANE.value, self.lane or NOT_KNOWN),
            (Aspect.MONTH.value, str(month_at(self.began_at)) if self.began_at else NOT_KNOWN),
            (Aspect.ACTOR.value, self.corrected_actor or self.actor or NOT_KNOWN),
            (Aspect.RESOURCE.value, f"{self.account or 'no account'}/{self.resource_id or NOT_KNOWN}"),
        )


_TESTS = tuple(one.value for one in ControlTest)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What one test found of the changes of one kind."""

    standings: Counter[Standing]
    compensated: int = 0
    """Candidates for which something else stands in: they are candidates all the same."""

    @property
    def changes(self) -> int:
        """All of them."""
        return self.standings.total()

    @property
    def candidates(self) -> int:
        """Those that failed."""
        return self.standings[Standing.CANDIDATE]

    @property
    def evaluated(self) -> int:
        """Those that passed or failed: the others are in no rate."""
        return self.standings[Standing.PASSED] + self.candidates


class Census:
    """What the tests found of every change of a period."""

    def __init__(self, changes: Iterable[_Change]) -> None:
        self._standings: Counter[tuple[_Key, str]] = Counter()
        self._compensated: Counter[_Key] = Counter()
        for change in changes:
            self._add(change)
        self._values: dict[tuple[str, str], set[str]] = {}
        for (test, aspect, value), _ in self._standings:
            self._values.setdefault((test, aspect), set()).add(value)

    def of(self, test: ControlTest, aspect: Aspect = Aspect.ALL, value: str = "") -> Counted:
        """Return what a test found of the changes of which `aspect` is `value`, by default of all."""
        key = (test.value, aspect.value, value)
        found = {one: self._standings[key, one.value] for one in Standing}
        return Counted(
            standings=Counter({one: count for one, count in found.items() if count}),
            compensated=self._compensated[key],
        )

    def values(self, test: ControlTest, aspect: Aspect) -> list[str]:
        """Return the values of an aspect of which a test was counted, in their order."""
        return sorted(self._values.get((test.value, aspect.value), ()))

    def _add(self, change: _Change) -> None:
        said, places = {one[:2]: one for one in change.tests}, change.places()
        keys = list[tuple[_Key, str]]()
        for test, result in change.found():
            standing = _STANDING[result]
            keys += [((test, aspect, value), standing) for aspect, value in places]
            if standing == _FAILED:
                text = said.get(test, "")
                keys.append(((test, _CAUSE, _cause(text)), standing))
                if COMPENSATED in text:
                    self._compensated.update((test, aspect, value) for aspect, value in places)
        self._standings.update(keys)


def census_of(changes: Iterable[StoredEntry]) -> Census:
    """Count what the `disposition` entries of changes say of the tests."""
    return Census(_decoder.decode(entry.body or b"{}") for entry in changes)


def _cause(text: str) -> str:
    """Return why a test failed: `t2: fail, nobody else reviewed it` without its beginning."""
    reason = text.partition(COMPENSATED)[0].partition(", ")[2]
    return _OWN_WORDS.sub("…", reason) or "no reason is recorded"


_decoder = msgspec.json.Decoder(_Change)
