"""Spells the values of a row: exactly, or so that a spreadsheet shows them and does nothing else."""

import json
import re

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""With these a spreadsheet begins a formula; in some languages also with their wide forms."""

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
"""Control characters, line breaks, and marks that hide text or turn its direction."""

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


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
    text = visible(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def visible(text: str) -> str:
    """Return text with everything written out that would hide some of it, or turn its direction."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def canonical(value: object) -> str:
    """Return a JSON value in one spelling: keys sorted, no spaces."""
    return _encoder.encode(value)
