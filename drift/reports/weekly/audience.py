"""Whom a report is for: what it shows them, and whether it names people.

Those who respond to changes have to know who made them, and auditors test it. Whoever leads people does
not need it: a report that names them to their managers is a report on them.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from drift.model.audience import Audience
from drift.reports.weekly.report import WeeklyReport

NOBODY_NAMED = "a person"

SHORTEST_NAME = 3
"""Characters: what is shorter stands in too many words."""

AS_THEY_ARE = frozenset({"link", "note"})
"""Fields of pages that are of use only as they are: where something is, and what is signed."""

_ADDRESS = r"[\w.+'-]+@(?![\w.-]*gserviceaccount\.com)[\w-]+(?:\.[\w-]+)+"
"""Of a person, or of a mailbox; never that of a service account."""

_T = TypeVar("_T")


class Section(StrEnum):
    """A part of the report, which some are not shown."""

    TILES = "tiles"
    CLOSED = "closed"
    BY_HAND = "by-hand"
    """Manual changes by team, and the resources that were changed most."""
    TREND = "trend"
    DETECTOR = "detector"
    CONTROLS = "controls"


_SECTIONS = {
    Audience.RESPONDERS: frozenset(Section),
    Audience.AUDITORS: frozenset(Section),
    Audience.MANAGERS: frozenset(Section) - {Section.BY_HAND, Section.TREND},
    Audience.TEAM: frozenset({Section.CLOSED}),
}


def sections_of(audience: Audience) -> frozenset[Section]:
    """Return what is shown besides what needs action, what was covered, and the footer."""
    return _SECTIONS[audience]


def of_team(report: WeeklyReport, team: str) -> WeeklyReport:
    """Return the report with only the rows of one team."""
    return replace(
        report,
        team=team,
        actions=tuple(one for one in report.actions if one.team == team),
        closed=tuple(one for one in report.closed if one.team == team),
    )


def nameless(value: _T, names: Collection[str]) -> _T:
    """Return a page, or a part of one, in whose texts nobody is named."""
    return mapped(value, _without(names))


def _without(names: Iterable[str]) -> Callable[[str], str]:
    long_first = sorted((one for one in names if len(one) >= SHORTEST_NAME), key=lambda one: (-len(one), one))
    known = "|".join([*map(re.escape, long_first), _ADDRESS])
    pattern = re.compile(rf"(?<![\w@.-])(?:{known})(?![\w@]|[.-]\w)", re.IGNORECASE)
    return lambda text: pattern.sub(NOBODY_NAMED, text)


def mapped(value: _T, change: Callable[[str], str]) -> _T:
    """Return a page, or a part of one, with every text changed but for those that must stay."""
    result: _T = _mapped(value, change)
    return result


def _mapped(value: Any, scrub: Callable[[str], str]) -> Any:
    if isinstance(value, str) and not isinstance(value, StrEnum):
        return scrub(value)
    if isinstance(value, tuple):
        return tuple(_mapped(one, scrub) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = (one.name for one in fields(value) if one.name not in AS_THEY_ARE)
        given = {name: _mapped(getattr(value, name), scrub) for name in changed}
        return replace(value, **given)
    return value
