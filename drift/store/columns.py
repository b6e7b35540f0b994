"""The types of the columns: times, text from outside, and values kept as JSON."""

import hashlib
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import DateTime, Dialect, LargeBinary, String, TypeDecorator
from sqlalchemy.types import TypeEngine

from drift.ledger.entry import clean_text, encode_body

KEY_SIZE = 640
"""Bytes of a key. PostgreSQL takes no index entry of more than 2,704, and some hold three keys."""

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""The first and the last time there is."""

LAST_CHARACTER = "\U0010ffff"
"""Behind every text that begins with something stands that with this character."""

_ELLIPSIS = "…"


class UtcTime(TypeDecorator[datetime]):
    """Aware times in UTC. SQLite knows no time zones: cut on the way in, put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse naive times, which would silently mean local ones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times in the store are aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Text(TypeDecorator[str]):
    """Text from outside: what no database takes is shown as the replacement character."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Replace NUL, which PostgreSQL refuses, and halves of characters."""
        return None if value is None else clean_text(value)


class Key(TypeDecorator[str]):
    """Text from outside by which rows are found. A long one is cut, and its hash tells it from others."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Clean the text as `Text` does, and shorten it. What is short enough stays as it is."""
        return None if value is None else as_key(value)


class SortedKey(Key):
    """A key of which the beginning is looked for: every database sorts it by its characters alone."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL sorts as a language does unless it is told not to."""
        is_postgresql = dialect.name == "postgresql"
        return dialect.type_descriptor(String(collation="C") if is_postgresql else String())


class Encoded(TypeDecorator[Any]):
    """A value of one dataclass, as JSON."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, kind: type) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: object, _dialect: Dialect) -> bytes | None:
        """Encode the value, with sorted keys."""
        return None if value is None else encode_body(value)

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> Any:
        """Decode the value."""
        return None if value is None else self._decoder.decode(value)

    @cached_property
    def _decoder(self) -> "msgspec.json.Decoder[Any]":
        return msgspec.json.Decoder(self.kind)


def as_key(text: str) -> str:
    """Return a text as it stands in a column of keys."""
    text = clean_text(text)
    encoded = text.encode()
    if len(encoded) <= KEY_SIZE:
        return text
    end = _ELLIPSIS + hashlib.sha256(encoded).hexdigest()
    return encoded[: KEY_SIZE - len(end.encode())].decode(errors="ignore") + end
