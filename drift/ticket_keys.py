"""What keys of tickets look like: the rules of `ticket_keys.toml`."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

SHIPPED = Path(__file__).with_name("ticket_keys.toml")

_SEPARATOR = r"[.@_+=,-]"
"""What people put between their name and a key in the name of a session."""

_BEFORE = r"(?:(?<![A-Za-z0-9-])|(?<=[a-z]{3}-))"
"""Before a key stands no word in capitals, as in `US-EAST-1`, and no part of an id, as in `0f1e-AB-12`."""


class _Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    system: str
    pattern: str
    source: str


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    not_projects: frozenset[str] = frozenset()
    key: tuple[_Key, ...] = ()
    address: tuple[_Key, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketKeys:
    """Finds the keys of tickets in texts."""

    pattern: re.Pattern[str]
    suffix: re.Pattern[str]
    """A key behind somebody's name, as in `alice@example.com.OPS-123`."""
    not_projects: frozenset[str]

    def found_in(self, text: str, projects: frozenset[str] = frozenset()) -> Iterator[str]:
        """Yield the keys in `text`: of these projects, or else of any but well-known standards."""
        for match in self.pattern.finditer(text):
            named = match.groupdict()
            project = next((value for name, value in named.items() if value and name[:7] == "project"), None)
            if project is None or (project in projects if projects else project not in self.not_projects):
                yield _key_of(match, named)

    def without_suffix(self, name: str) -> str:
        """Return `name` without the key behind it."""
        return self.suffix.sub("", name)


def _key_of(match: re.Match[str], named: Mapping[str, str | None]) -> str:
    owner = next((value for name, value in named.items() if value and name[:5] == "owner"), None)
    number = next((value for name, value in named.items() if value and name[:6] == "number"), None)
    merge = next((value for name, value in named.items() if value and name[:5] == "merge"), None)
    if owner and merge:
        return f"{owner}!{merge}"
    return f"{owner}#{number}" if owner and number else match[0]


@lru_cache(maxsize=1)
def shipped_ticket_keys() -> TicketKeys:
    """Return the rules that ship with the program."""
    return read_ticket_keys()


def read_ticket_keys(own: str = "") -> TicketKeys:
    """Return the rules, with those of the text `own` before the ones that ship with the program.

    Raises:
        ValueError: `own` is no TOML, or not of this form.
    """
    tables = [msgspec.convert(tomllib.loads(text), _Table) for text in (own, SHIPPED.read_text("utf-8"))]
    keys = [_numbered(row, f"_{number}") for number, row in enumerate(_rows(one.key for one in tables))]
    addresses = [
        _numbered(row, f"_a{number}") for number, row in enumerate(_rows(one.address for one in tables))
    ]
    bare = [re.sub(r"\?P<\w+>", "?:", one) for one in keys]
    return TicketKeys(
        pattern=re.compile(
            rf"{_BEFORE}(?:{'|'.join(keys)})(?![A-Za-z0-9]|-\d)|{'|'.join(addresses)}", re.ASCII
        ),
        suffix=re.compile(rf"{_SEPARATOR}(?:{'|'.join(bare)})$", re.ASCII),
        not_projects=frozenset().union(*(one.not_projects for one in tables)),
    )


def _rows(tables: Iterable[tuple[_Key, ...]]) -> Iterator[_Key]:
    return (row for rows in tables for row in rows)


def _numbered(row: _Key, suffix: str) -> str:
    """Make the names of a pattern's groups its own: one expression joins them all."""
    joined = re.sub(r"\(\?P<(\w+)>", rf"(?P<\g<1>{suffix}>", row.pattern)
    try:
        compiled = re.compile(f"(?:{joined})", re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"the pattern of {row.system} is no regular expression: {error}") from error
    if compiled.match(""):
        raise ValueError(f"the pattern of {row.system} finds a key where nothing is written")
    return joined
