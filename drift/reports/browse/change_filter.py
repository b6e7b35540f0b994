"""Which changes somebody wants to see, as it stands in a URL."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from drift.model.verdict import Channel, Disposition, Lane, Severity

LONGEST_TEXT = 500
"""Characters of a text that somebody looks for."""

_SEVERAL: dict[str, type[StrEnum]] = {
    "disposition": Disposition,
    "severity": Severity,
    "channel": Channel,
    "lane": Lane,
}

_TIMES = ("since", "until")

_FLAGS = ("needs",)


@dataclass(frozen=True, kw_only=True, slots=True)
class NotUnderstood:
    """What of a URL says nothing, and why."""

    key: str
    value: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeFilter:
    """What changes must be; nothing that is not given. The order is that of the query string."""

    disposition: frozenset[Disposition] = frozenset()
    severity: frozenset[Severity] = frozenset()
    channel: frozenset[Channel] = frozenset()
    lane: frozenset[Lane] = frozenset()
    environment: str | None = None
    """By name."""
    account: str | None = None
    actor: str | None = None
    """The whole name, in any case."""
    type: str | None = None
    """Of the resource."""
    resource: str | None = None
    """The beginning of its id, or of its address in the code, in any case."""
    resource_id: str | None = None
    """The whole id, in any case."""
    ticket: str | None = None
    since: datetime | None = None
    """They began then or later."""
    until: datetime | None = None
    """They began before."""
    needs: bool = False
    """Somebody still has to bring something."""

    def query(self) -> str:
        """Return the filter as a query string, always the same for the same filter."""
        return urlencode(list(self.pairs()))

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Yield the keys and values of the query string, in its order."""
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in _SEVERAL:
                yield from ((one.name, each.value) for each in _SEVERAL[one.name] if each in value)
            elif value:
                yield one.name, _written(value)


def parse_change_filter(pairs: Iterable[tuple[str, str]]) -> ChangeFilter | tuple[NotUnderstood, ...]:
    """Return what the keys and values of a query string ask for, or all that is wrong with them.

    A key with an empty value asks for nothing, as a field of a form that was left empty.
    """
    known = {one.name for one in fields(ChangeFilter)}
    found: dict[str, Any] = {}
    wrong = []
    for key, value in pairs:
        if not (text := value.strip()):
            continue
        if key not in known:
            wrong.append(NotUnderstood(key=key, value=value, why="there is no such filter"))
        elif (why := _take(found, key, text)) is not None:
            wrong.append(NotUnderstood(key=key, value=value, why=why))
    return tuple(wrong) if wrong else ChangeFilter(**found)


def _take(found: dict[str, Any], key: str, text: str) -> str | None:
    """Add what a value asks for to what was found; return what is wrong with it, if anything is."""
    if key in _SEVERAL:
        kind = _SEVERAL[key]
        if text not in set(kind):
            return f"it is none of {', '.join(kind)}"
        found[key] = found.get(key, frozenset()) | {kind(text)}
        return None
    if key in found:
        return "it is given twice"
    if key in _FLAGS:
        found[key] = text == "yes"
        return None if text == "yes" else "it is yes, or is left out"
    if key in _TIMES:
        found[key] = parse_time(text)
        return None if found[key] else "it is no time such as 2026-11-16 or 2026-11-16T09:30Z"
    found[key] = text
    return None if len(text) <= LONGEST_TEXT else f"it is longer than {LONGEST_TEXT} characters"


def parse_time(text: str) -> datetime | None:
    """Return the time that a text names, in UTC where it says no zone; `None` if it names none."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _written(value: Any) -> str:
    if value is True:
        return "yes"
    if isinstance(value, datetime):
        at = value.astimezone(UTC)
        is_day = (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
        return f"{at:%Y-%m-%d}" if is_day else at.isoformat().replace("+00:00", "Z")
    return str(value)
