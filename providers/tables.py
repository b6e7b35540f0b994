"""The data tables beside an adapter: how they are read, checked, and put below a user's own rows.

Clouds change their literals, so these stand in data files, each with how sure it is and where it
comes from. A row that is not of its form is refused, and so is a key that nobody reads.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec

from drift.model.verdict import Confidence

TableT = TypeVar("TableT")


class Pattern:
    """A regular expression, compiled when it is first used: most runs need few of them."""

    __slots__ = ("_compiled", "_flags", "text")

    def __init__(self, text: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self.text = text
        self._flags = flags
        self._compiled: re.Pattern[str] | None = None

    @property
    def compiled(self) -> re.Pattern[str]:
        """The expression itself; raises `ValueError` where the text is none."""
        if self._compiled is None:
            try:
                self._compiled = re.compile(self.text, self._flags)
            except re.error as problem:
                raise ValueError(f"{self.text!r} is no regular expression: {problem}") from problem
        return self._compiled

    def match(self, text: str) -> re.Match[str] | None:
        """Match at the beginning of `text`."""
        return self.compiled.match(text)

    def search(self, text: str) -> re.Match[str] | None:
        """Match anywhere in `text`."""
        return self.compiled.search(text)

    def replaced(self, by: str, text: str) -> str:
        """Return `text` with `by` for what matches; `\\g<name>` in it stands for a group."""
        return self.compiled.sub(by, text)

    def without(self, text: str) -> str:
        """Return `text` without what matches."""
        return self.replaced("", text)


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a table; a key that nobody reads is an error."""


class Fact(Row, frozen=True, kw_only=True):
    """A row that claims something, and says how sure it is and where it comes from."""

    confidence: Confidence
    source: str


class Form(Fact, frozen=True, kw_only=True):
    """What a name looks like."""

    pattern: Pattern

    def match(self, text: str) -> re.Match[str] | None:
        """Match at the beginning of `text`."""
        return self.pattern.match(text)

    def search(self, text: str) -> re.Match[str] | None:
        """Match anywhere in `text`."""
        return self.pattern.search(text)

    def replaced(self, by: str, text: str) -> str:
        """Return `text` with `by` for what matches; `\\g<name>` in it stands for a group."""
        return self.pattern.replaced(by, text)

    def without(self, text: str) -> str:
        """Return `text` without what matches."""
        return self.pattern.without(text)


class Words(Fact, frozen=True, kw_only=True):
    """Words that mean the same thing."""

    words: frozenset[str]


def read_tables(
    kind: type[TableT],
    shipped: str,
    own: str = "",
    *,
    is_checked: bool = True,
    flags: re.RegexFlag = re.NOFLAG,
) -> TableT:
    """Return the tables of the text `shipped`, below the rows of the user's text `own`.

    Rows of `own` come first; what stands once takes the place of the shipped. Without `is_checked`,
    which is for tables that a test has checked, expressions wait for their first use.

    Raises:
        ValueError: A text is no TOML, or something in it does not fit; it says what, and where.
    """
    tables = with_own(tomllib.loads(shipped), tomllib.loads(own))
    return msgspec.convert(tables, kind, dec_hook=partial(_pattern, is_checked=is_checked, flags=flags))


def with_own(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the shipped tables with the user's own rows before theirs."""
    return {**shipped, **{name: _before(rows, shipped.get(name)) for name, rows in own.items()}}


def _before(own: Any, shipped: Any) -> Any:
    return [*own, *shipped] if isinstance(own, list) and isinstance(shipped, list) else own


def _pattern(_kind: type, value: object, *, is_checked: bool, flags: re.RegexFlag) -> Pattern:
    if not isinstance(value, str):
        raise TypeError(f"a regular expression is text, not {type(value).__name__}")
    found = Pattern(value, flags)
    if is_checked:
        _ = found.compiled
    return found
