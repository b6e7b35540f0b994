"""Where a document is nothing but a wrapper around a list of records."""

import re

_KEY = rb'"[^"\\\n]*"\s*:\s*'
_SCALAR = rb'(?:"[^"\\\n]*"|[-+.\w]+)\s*'
_LIST = re.compile(
    rb"\s*(?:" + _KEY + _SCALAR + rb",\s*){0,8}" + rb'"(?:Records|records|value|Events|entries)"\s*:\s*(?=\[)'
)
LOOKAHEAD = 64 * 1024
"""How far into a document its list of records must begin."""


def list_among(text: bytes, at: int) -> int | None:
    """Return where a list of records begins among the members of an object that begin at `at`.

    Only a few plain values without brackets, a page token say, may come before it: a record,
    which has objects among its first members, is told from a wrapper by a short look.
    """
    end = at + LOOKAHEAD
    brace = text.find(b"{", at, end)
    if text.find(b"[", at, end if brace < 0 else brace) < 0:
        return None
    match = _LIST.match(text, at, end)
    return match.end() if match else None


def holds_list(document: bytes) -> bool:
    """Tell whether `document` is a list, or an object around a list of records."""
    return document.startswith(b"[") or list_among(document, 1) is not None
