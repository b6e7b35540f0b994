"""How a list is sifted: what stands in its form is what stands in its address."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode

from drift.reports.browse.filters import NotUnderstood
from drift.reports.browse.places import Count, Place, parse_place
from drift.reports.wording import counted
from drift.web.ask import Ask

PLACE: Final = "place"
"""The key under which the place in a list stands."""

Pairs = Iterable[tuple[str, str]]


class Filter(Protocol):
    """What somebody wants to see of a list."""

    def query(self) -> str:
        """Return it as a query string."""
        ...


FilterT = TypeVar("FilterT", bound=Filter)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Several values, any of which may be ticked."""

    name: str
    values: tuple[tuple[str, bool], ...]
    """Each with whether it is ticked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextField:
    """A text that is looked for."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sifted(Generic[FilterT]):
    """What an address asks for."""

    wanted: FilterT
    """As far as it says something."""
    place: Place | None
    """In the list; `None`: its beginning."""
    wrong: tuple[NotUnderstood, ...]
    is_untidy: bool
    """It has empty fields, as a form sends them: the address that people pass on has none."""


def sifted(
    ask: Ask,
    nothing: FilterT,
    parse: Callable[[Pairs], FilterT | tuple[NotUnderstood, ...]],
    of_people: str,
) -> Sifted[FilterT]:
    """Return what is asked for; `nothing` is the filter that everything passes.

    Who sees no names cannot find out what somebody did by asking for it: `of_people` is refused.
    """
    pairs = pairs_of(ask)
    asked = [(key, value) for key, value in pairs if key != PLACE and value.strip()]
    wrong = tuple(_wrong(ask, asked, parse, of_people))
    bad = {(one.key, one.value) for one in wrong}
    fine = parse(one for one in asked if one not in bad)
    given = ask.query.get(PLACE, "")
    place = parse_place(given)
    if given and place is None:
        wrong += (NotUnderstood(key=PLACE, value=given, why="it is no place in this list"),)
    return Sifted(
        wanted=nothing if isinstance(fine, tuple) else fine,
        place=place,
        wrong=wrong,
        is_untidy=len(asked) + bool(given) < len(pairs),
    )


def _wrong(
    ask: Ask,
    asked: list[tuple[str, str]],
    parse: Callable[[Pairs], FilterT | tuple[NotUnderstood, ...]],
    of_people: str,
) -> Iterator[NotUnderstood]:
    if not ask.sees_names:
        for key, value in asked:
            if key == of_people:
                yield NotUnderstood(key=key, value=value, why="you see teams, and no names")
        asked = [(key, value) for key, value in asked if key != of_people]
    found = parse(asked)
    if isinstance(found, tuple):
        yield from found


def href(path: str, wanted: Filter, place: Place | None = None) -> str:
    """Return the address of a list at a place."""
    query = "&".join(filter(None, (wanted.query(), urlencode({PLACE: str(place)}) if place else "")))
    return f"{path}?{query}" if query else path


def choices(wanted: Any, words: Mapping[str, tuple[StrEnum, ...]]) -> Iterator[Choice]:
    """Yield the values that may be ticked, by the field of the filter."""
    for name, values in words.items():
        chosen = getattr(wanted, name)
        yield Choice(name=name, values=tuple((one.value, one in chosen) for one in values))


def texts(ask: Ask, wanted: Any, labels: Mapping[str, str], of_people: str) -> Iterator[TextField]:
    """Yield the texts that may be looked for, by the field of the filter."""
    for name, label in labels.items():
        if name != of_people or ask.sees_names:
            yield TextField(name=name, label=label, value=getattr(wanted, name) or "")


def how_many(count: Count, thing: str) -> str:
    """Say how many rows there are, as far as they were counted: `more than 10,000 changes`."""
    return f"more than {count.number:,} {thing}s" if count.is_more else counted(count.number, thing)


def pairs_of(ask: Ask) -> list[tuple[str, str]]:
    """Return the keys and values that were asked for, the empty ones too."""
    return parse_qsl(ask.target.partition("?")[2], keep_blank_values=True)
