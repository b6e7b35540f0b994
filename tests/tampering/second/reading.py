"""Reads and spells what stands in a pack, as docs/ledger-format.md has it."""

import csv
import io
import json
from functools import cache
from hashlib import sha256
from typing import Any, TypeAlias

Json: TypeAlias = Any
Row: TypeAlias = dict[str, Any]


def read_json(content: bytes) -> Json:
    """Read JSON strictly; `None` where it is none."""

    def once(pairs: list[tuple[str, Json]]) -> Row:
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    def refuse(name: str) -> None:
        raise ValueError(name)

    try:
        return json.loads(content.decode(), object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None


def spell(value: Json) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def are_same(one: Json, other: Json) -> bool:
    return spell(one) == spell(other)


def time_of(value: Json) -> Any:
    """Return a time as something that sorts as it does, or `None`."""
    if not isinstance(value, str) or not value.endswith("Z") or len(value) < 20 or value[10] != "T":
        return None
    whole, _, fraction = value[:-1].partition(".")
    return (whole, fraction.ljust(9, "0"))


def is_within(time: Any, since: Any, until: Any) -> bool:
    return time is None or ((since is None or time >= since) and (until is None or time < until))


@cache
def hash_of(content: bytes) -> str:
    return sha256(content).hexdigest()


@cache
def split_lines(content: bytes) -> tuple[bytes, ...]:
    """Return the lines of a file, each with its newline."""
    found = [line + b"\n" for line in content.split(b"\n")]
    return (*found[:-1], *([found[-1][:-1]] if found[-1] != b"\n" else []))


@cache
def read_table(content: bytes) -> list[tuple[str, ...]] | None:
    try:
        return [tuple(row) for row in csv.reader(io.StringIO(content.decode(), newline=""), strict=True)]
    except (ValueError, csv.Error):
        return None


def cell(value: Json) -> str:
    """Spell a value for a table, by the three rules of the document."""
    if value is None:
        return ""
    is_texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
    text = value if isinstance(value, str) else "; ".join(value) if is_texts else spell(value)
    text = text.translate(_UNSEEN)
    return f"'{text}" if text[:1] and text[0] in "=+-@\uff1d\uff0b\uff0d\uff20" else text


_RANGES = ("0000-001F", "007F-009F", "061C-061C", "200B-200F", "2028-202E", "2060-2069")
_MORE = ("D800-DFFF", "FEFF-FEFF")

_UNSEEN = {
    point: f"\\u{point:04x}"
    for begin, end in (ends.split("-") for ends in (*_RANGES, *_MORE))
    for point in range(int(begin, 16), int(end, 16) + 1)
}
