"""What viewers see of people: that it was somebody, and of which team, but never who.

A page composes what it shows first, and then lays the veil over all of it. So nothing is left out because
somebody forgot it: whatever text a name stands in, a ticket's title or an ARN, it is taken out there.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, Final, TypeVar

SOMEBODY: Final = "somebody"

_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+"
_WORD = re.compile(rf"{_ADDRESS}|[\w.@+-]+")

Shown = TypeVar("Shown")


@dataclass(frozen=True, kw_only=True)
class Veil:
    """Takes the names of people out of what is shown."""

    names: frozenset[str] = frozenset()
    """Of people, as far as the records of the page name them: names, addresses, principals, sessions."""
    known: Mapping[str, object]
    """Every name that the configuration and the directories know of a person, in lower case."""
    kept: frozenset[str] = frozenset()
    """Names of machines, which may look like addresses."""

    def over(self, value: Shown) -> Shown:
        """Return what is shown with somebody in the place of each person, whatever it is made of."""
        return self._over(value)  # type: ignore[no-any-return]

    def _over(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if isinstance(value, Enum) else self.text(value)
        if isinstance(value, tuple):
            return tuple(self._over(one) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{one.name: self._over(getattr(value, one.name)) for one in fields(value)})
        return value

    def text(self, text: str) -> str:
        """Return a text with somebody in the place of each person."""
        text = self._named.sub(SOMEBODY, text) if self._named else text
        return _WORD.sub(lambda found: self._word(found[0]), text)

    def _word(self, word: str) -> str:
        plain = word.strip(".+-")
        if plain.lower() in self._kept:
            return word
        return SOMEBODY if "@" in plain.strip("@") or plain.lower() in self.known else word

    @cached_property
    def _kept(self) -> frozenset[str]:
        return frozenset(one.lower() for one in self.kept)

    @cached_property
    def _named(self) -> re.Pattern[str] | None:
        names = sorted({one for one in self.names if one.strip()} - self.kept, key=len, reverse=True)
        if not names:
            return None
        return re.compile("|".join(map(_of_its_own, names)), re.IGNORECASE)


def veil(names: Iterable[str | None], known: Mapping[str, object], kept: Iterable[str] = ()) -> Veil:
    """Return what takes these names out, and those that are known."""
    return Veil(names=frozenset(one for one in names if one), known=known, kept=frozenset(kept))


def _of_its_own(name: str) -> str:
    """Return a pattern of a name that is no part of a longer word; an address or a path may be."""
    escaped = re.escape(name)
    return escaped if {"@", "/", ":"} & set(name) else rf"(?<!\w){escaped}(?!\w)"
