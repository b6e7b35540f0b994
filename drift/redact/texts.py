"""Secrets within a text: known by their looks, or by the name that they are assigned to."""

import re

from drift.redact.rules import Rules

MASK = "(redacted)"
"""What stands where a secret stood."""

_SHORTEST = 5
"""Characters of the shortest text that can hold a secret and what gives it away: `pwd=x`."""

_LONG = 32
"""Characters of the shortest text that can be a secret as a whole."""

_MAY_ASSIGN = re.compile(r"""=|:\s|:\\*["']|--\w""")
# A name starts once a run of letters and takes all of it, so that no text makes the search slow.
_ASSIGNMENT = re.compile(
    r"""(?<![\w.-])(?P<flag>--)?(?P<name>[\w.-]++)(?:\\*["'])?(?:\s{0,4}(?P<sign>[=:])\s{0,4}|[ ]{1,4})"""
)
_QUOTED = re.compile(r"""(?P<quote>\\*["'])(?P<value>(?:(?!(?P=quote))(?:\\.|.))*)""", re.DOTALL)
_BARE = re.compile(r"(?P<value>[^;&\n]{1,256}(?=;)|(?:[^\s;&]|&(?![\w.-]{1,64}=))+)")
_LINE = re.compile(r"(?P<value>(?:\S{1,32}[ \t]{1,4})?\S++)[ \t]*+(?=\n|\r|\Z)")


def without_secrets(text: str, rules: Rules) -> str:
    """Return `text` with a mark in place of every secret in it; the very same text where there is none."""
    if len(text) < _SHORTEST:
        return text
    clean = _masked(text, rules)
    if clean == text:
        return text
    # A cut can bring a secret nearer to what gives it away.
    for _ in range(4):
        before, clean = clean, _masked(clean, rules)
        if clean == before:
            break
    return clean


def _masked(text: str, rules: Rules) -> str:
    if len(text) >= _LONG and rules.values.fullmatch(text):
        return MASK
    clean = rules.shapes.sub(_mask_shape, text) if rules.shapes.search(text) else text
    return _mask_assignments(clean, rules) if _MAY_ASSIGN.search(clean) else clean


def _mask_shape(match: re.Match[str]) -> str:
    return match.string[match.start() : match.start(match.lastindex or 0)] + MASK


def _mask_assignments(text: str, rules: Rules) -> str:
    """Mask the value in `password=x`, `"password": "x"`, `--password x` and a line `password: x`."""
    parts: list[str] = []
    done = 0
    at = 0
    while found := _ASSIGNMENT.search(text, at):
        at = found.end()
        if (value := _assigned(text, found, rules)) is None:
            continue
        start, at = value.span("value")
        if not text.startswith(MASK, start) and not rules.is_harmless(value["value"]):
            parts += text[done:start], MASK
            done = at
    return "".join([*parts, text[done:]])


def _assigned(text: str, found: re.Match[str], rules: Rules) -> re.Match[str] | None:
    sign = found["sign"]
    if not (sign or found["flag"]) or not rules.names.is_secret(found["name"]):
        return None
    at = found.end()
    if quoted := _QUOTED.match(text, at):
        return quoted
    if sign != ":":
        return _BARE.match(text, at)
    # Prose has colons too ("invalid token: it has expired"), so only a line of its own counts.
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    return None if line.strip(" \t-") else _LINE.match(text, at)
