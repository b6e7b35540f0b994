"""A person who is to be forgotten: every spelling of the names, and what stands in their place."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

SHORTEST = 3
"""Characters of a name. Shorter ones stand in too many words that mean somebody else, or nobody."""

_ALSO_PERSONAL = frozenset({"source_ip", "user_agent"})
"""Where a call came from, and with which program: it goes with the name of who made it."""


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """A person by all known names. Case means nothing."""

    names: frozenset[str]
    pseudonym: str
    """Stands where a name stood: that several things were one person's doing stays true."""

    @classmethod
    def called(cls, names: Iterable[str], pseudonym: str) -> "Forgotten":
        """Return the person of these names; those that are too short to be looked for are left out."""
        told = (name.strip().lower() for name in names)
        return cls(names=frozenset(one for one in told if len(one) >= SHORTEST), pseudonym=pseudonym)

    def is_in(self, text: str | bytes) -> bool:
        """Tell whether a text names the person."""
        text = _as_text(text)
        small = text.lower()  # most texts name nobody, and looking for plain text takes a tenth of the time
        return any(one in small for one in self._spellings) and self._pattern.search(text) is not None

    def out_of(self, text: str) -> str:
        """Return a text with the pseudonym in place of each name."""
        return self._pattern.sub(self.pseudonym, text)

    def out_of_json(self, value: Any) -> Any:
        """Return what JSON says without the names, and without where the calls came from."""
        return self._without(value, frozenset(_addresses(value)))

    def _without(self, value: Any, addresses: frozenset[str]) -> Any:
        match value:
            case str():
                for one in addresses:
                    value = value.replace(one, self.pseudonym)
                return self.out_of(value)
            case list():
                return [self._without(item, addresses) for item in value]
            case dict():
                return {
                    self.out_of(name): None if name in _ALSO_PERSONAL else self._without(inner, addresses)
                    for name, inner in value.items()
                }
            case _:
                return value

    @cached_property
    def _spellings(self) -> tuple[str, ...]:
        every = {one.lower() for name in self.names for one in _spellings(name)}
        return tuple(sorted(every, key=len, reverse=True))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_whole, self._spellings)), re.IGNORECASE)


def _addresses(value: Any) -> Iterator[str]:
    """Yield the IP addresses that calls came from: sentences beside them repeat them."""
    match value:
        case list():
            yield from (one for item in value for one in _addresses(item))
        case dict():
            for name, inner in value.items():
                if name == "source_ip" and _is_address(inner):
                    yield inner
                yield from _addresses(inner)


def _is_address(value: object) -> bool:
    """Tell whether it is one: where a cloud called itself, its own name stands there."""
    try:
        return isinstance(value, str) and bool(ip_address(value))
    except ValueError:
        return False


def _spellings(name: str) -> Iterable[str]:
    """Yield a name as plain text, JSON within JSON, and URLs write it."""
    yield name
    yield json.dumps(name)[1:-1]
    yield json.dumps(name, ensure_ascii=False)[1:-1]
    yield quote(name, safe="")


def _whole(spelling: str) -> str:
    """Return the pattern of a name that is no part of another.

    An address or an id means one person wherever it stands. A login is part of other people's: `alice` of
    `alice@elsewhere.example` and `alice-smith`.
    """
    if "@" in spelling or "%40" in spelling:
        return rf"(?<![^\W_]){re.escape(spelling)}(?![^\W_])"
    return rf"(?<![\w+-])(?<!\w[.@]){re.escape(spelling)}(?![\w@+-])(?!\.\w)"


def _as_text(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode("utf-8", "replace")
