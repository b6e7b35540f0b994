"""Counts what the eight tests found of every change, in all and by what the change is."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from drift.ledger.entry import StoredEntry
from drift.model.control_test import ControlTest, Result
from drift.reports.month import month_at

COMPENSATED = "; compensated by "
"""Stands in what is said of a test for which something else stands in."""

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


_STANDING = {
    Result.PASS: Standing.PASSED,
    Result.FAIL: Standing.CANDIDATE,
    Result.NA: Standing.NA,
    Result.NOT_EVALUABLE: Standing.NOT_EVALUABLE,
}


class _Change(msgspec.Struct, frozen=True):
    """Of a change, what is counted; an older version says less, and of an erased one nothing is left."""

    began_at: datetime | None = None
    channel: str | None = None
    lane: str | None = None
    actor: str | None = None
    corrected_actor: str | None = None
    account: str | None = None
    resource_id: str | None = None
    t1: Result | None = None
    t2: Result | None = None
    t3: Result | None = None
    t4: Result | None = None
    t5: Result | None = None
    t6: Result | None = None
    t7: Result | None = None
    t8: Result | None = None
    tests: tuple[str, ...] = ()

    def values(self) -> dict[Aspect, str]:
        """Return where the change is counted."""
        return {
            Aspect.ALL: "",
            Aspect.CHANNEL: self.channel or NOT_KNOWN,
            Aspect.LANE: self.lane or NOT_KNOWN,
            Aspect.MONTH: str(month_at(self.began_at)) if self.began_at else NOT_KNOWN,
            Aspect.ACTOR: self.corrected_actor or self.actor or NOT_KNOWN,
            Aspect.RESOURCE: f"{self.account or 'no account'}/{self.resource_id or NOT_KNOWN}",
        }


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Census:
    """What the tests found of every change of a period."""

    _standings: dict[tuple[ControlTest, Aspect, str], Counter[Standing]] = field(default_factory=dict)
    _compensated: Counter[tuple[ControlTest, Aspect, str]] = field(default_factory=Counter)

    def of(self, test: ControlTest, aspect: Aspect = Aspect.ALL, value: str = "") -> Counted:
        """Return what a test found of the changes of which `aspect` is `value`, by default of all."""
        key = (test, aspect, value)
        return Counted(standings=self._standings.get(key, Counter()), compensated=self._compensated[key])

    def values(self, test: ControlTest, aspect: Aspect) -> list[str]:
        """Return the values of an aspect of which a test was counted, in their order."""
        return sorted(value for one, by, value in self._standings if one is test and by is aspect)

    def add(self, change: _Change) -> None:
        """Count a change."""
        said = {one[:2]: one for one in change.tests}
        values = change.values()
        for test in ControlTest:
            result: Result | None = getattr(change, test.value)
            standing = Standing.NOT_ASKED if result is None else _STANDING[result]
            text = said.get(test.value, "")
            places = [*values.items()]
            if standing is Standing.CANDIDATE:
                places.append((Aspect.CAUSE, _cause(text)))
            for aspect, value in places:
                self._standings.setdefault((test, aspect, value), Counter())[standing] += 1
                if standing is Standing.CANDIDATE and COMPENSATED in text:
                    self._compensated[test, aspect, value] += 1


def census_of(changes: Iterable[StoredEntry]) -> Census:
    """Count what the `disposition` entries of changes say of the tests."""
    census = Census()
    for change in _read(changes):
        census.add(change)
    return census


def _read(changes: Iterable[StoredEntry]) -> Iterator[_Change]:
    return (_decoder.decode(entry.body or b"{}") for entry in changes)


def _cause(text: str) -> str:
    """Return why a test failed: `t2: fail, nobody else reviewed it` without its beginning."""
    reason = text.partition(COMPENSATED)[0].partition(", ")[2]
    return _OWN_WORDS.sub("…", reason) or "no reason is recorded"


_decoder = msgspec.json.Decoder(_Change)
