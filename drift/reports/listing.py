"""Writes the rows of a population as JSON lines, which are exact, and as a table, which people open."""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""With these a spreadsheet begins a formula; in some languages also with their wide forms."""

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
"""Control characters, line breaks, and marks that hide text or turn its direction."""

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def write_json_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object a line, its keys sorted."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(canonical(row) + "\n" for row in rows)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Write a CSV table with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([cell(row.get(column)) for column in columns] for row in rows)


def cell(value: object) -> str:
    """Return a value as text that no spreadsheet takes for a formula, and that hides nothing.

    What tables cannot show is written as `\\u` and four digits; the JSON lines have it exactly.
    """
    match value:
        case None:
            text = ""
        case str():
            text = value
        case list() if all(isinstance(item, str) for item in value):
            text = "; ".join(value)
        case _:
            text = canonical(value)
    text = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def canonical(value: object) -> str:
    """Return a JSON value in one spelling: keys sorted, no spaces."""
    return _encoder.encode(value)
