"""What somebody wants to see of a list, as it stands in a URL: every key is known, or said to be wrong."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

LONGEST_TEXT = 500
"""Characters of a text that somebody looks for."""

TIMES = frozenset({"since", "until"})

_YES = "yes"

_Filter = TypeVar("_Filter")

Words = Mapping[str, type[StrEnum]]
"""Of which words the values of a field are, where it may have several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotUnderstood:
    """What of a URL says nothing, and why."""

    key: str
    value: str
    why: str


def pairs_of(wanted: Any, words: Words) -> Iterator[tuple[str, str]]:
    """Yield the keys and values of the query string of a filter, always in one order."""
    for one in fields(wanted):
        value = getattr(wanted, one.name)
        if one.name in words:
            yield from ((one.name, each.value) for each in words[one.name] if each in value)
        elif value:
            yield one.name, _written(value)


def query_of(wanted: Any, words: Words) -> str:
    """Return a filter as a query string, always the same for the same filter."""
    return urlencode(list(pairs_of(wanted, words)))


def parse_filter(
    kind: type[_Filter], words: Words, pairs: Iterable[tuple[str, str]]
) -> _Filter | tuple[NotUnderstood, ...]:
    """Return the filter that the keys and values of a query string ask for, or all that is wrong with them.

    A key with an empty value asks for nothing, as a field of a form that was left empty.
    """
    flags = {one.name for one in fields(kind) if one.default is False}  # type: ignore[arg-type]
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    found: dict[str, Any] = {}
    wrong = []
    for key, value in pairs:
        if not (text := value.strip()):
            continue
        if key not in known:
            wrong.append(NotUnderstood(key=key, value=value, why="there is no such filter"))
        elif why := _take(found, key, text, words, is_flag=key in flags):
            wrong.append(NotUnderstood(key=key, value=value, why=why))
    return tuple(wrong) if wrong else kind(**found)


def _take(found: dict[str, Any], key: str, text: str, words: Words, *, is_flag: bool) -> str | None:
    """Add what a value asks for to what was found; return what is wrong with it, if anything is."""
    if key in words:
        kind = words[key]
        if text not in set(kind):
            return f"it is none of {', '.join(kind)}"
        found[key] = found.get(key, frozenset()) | {kind(text)}
        return None
    if key in found:
        return "it is given twice"
    found[key] = text == _YES if is_flag else parse_time(text) if key in TIMES else text
    if is_flag:
        return None if found[key] else "it is yes, or is left out"
    if key in TIMES:
        return None if found[key] else "it is no time such as 2026-11-16 or 2026-11-16T09:30Z"
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
        return _YES
    if isinstance(value, datetime):
        at = value.astimezone(UTC)
        is_day = (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
        return f"{at:%Y-%m-%d}" if is_day else at.isoformat().replace("+00:00", "Z")
    return str(value)
