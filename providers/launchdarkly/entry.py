"""Reading an entry's bytes: what does not fit costs that field, and not the entry."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from drift.model.resource import Json

MARK = b'"accesses"'
"""Stands in every entry, and in the records of no other cloud."""

MEMBERS = frozenset({"_id", "_accountId", "date", "kind", "titleVerb", "member", "token", "app", "target"})
"""Of these an entry has some: other JSON may speak of accesses too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """One thing that was done."""

    action: str | None
    resource: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry of the audit log."""

    fields: Mapping[str, Json]
    accesses: tuple[Access, ...]

    def text(self, name: str, *, within: str | None = None) -> str | None:
        """Return a field that is text, of the entry or of the object `within`; empty text is none."""
        return text_in(self.object(within) if within else self.fields, name)

    def object(self, name: str) -> Mapping[str, Json]:
        """Return a field that is an object; an empty one where it is none."""
        found = self.fields.get(name)
        return found if isinstance(found, dict) else {}

    @property
    def occurred_at(self) -> datetime | None:
        """Time of the change; `None` where it is missing or no time."""
        milliseconds = moment(self.fields.get("date"))
        if milliseconds is None:
            return None
        try:
            return datetime.fromtimestamp(milliseconds / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None


def text_in(fields: Mapping[str, Json], name: str) -> str | None:
    """Return a field that is text and not empty."""
    found = fields.get(name)
    return found.strip() or None if isinstance(found, str) else None


def moment(date: Json) -> int | None:
    """Return the milliseconds since 1970 that a date says: a number, in some exports as text."""
    if isinstance(date, str) and date.isascii() and date.isdigit() and len(date) < 16:
        return int(date)
    return date if isinstance(date, int) and not isinstance(date, bool) and 0 < date < 10**15 else None


def read_entry(body: bytes) -> Entry | None:
    """Return the entry in `body`, or `None` where it is valid JSON but no entry of the audit log.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested beyond reason.
    """
    if MARK not in body:
        return None
    fields = _decode(body)
    if not isinstance(fields, dict):
        return None
    accesses = fields.get("accesses")
    if not isinstance(accesses, list) or len(MEMBERS & fields.keys()) < 2:
        return None
    return Entry(fields=fields, accesses=tuple(_access(one) for one in accesses if isinstance(one, dict)))


def _access(fields: Mapping[str, Json]) -> Access:
    return Access(action=text_in(fields, "action"), resource=text_in(fields, "resource"))


def _decode(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.ValidationError:
        # A number beyond what a float holds: its digits are kept as text.
        found = json.loads(body, parse_float=str, parse_constant=str)
        json.dumps(found, ensure_ascii=False).encode()  # refuses lone surrogates, as msgspec does
        return found
