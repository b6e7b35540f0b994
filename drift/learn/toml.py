"""Writes proposals as TOML to paste. Names come from strangers: each is quoted, and stays on its line."""

import unicodedata
from collections.abc import Iterable, Iterator

from drift.learn.propose import Entry, Proposal
from drift.terminal import REPLACEMENT, shown

_LISTS = ("[identities]", "[break_glass]")

WIDTH = 118
"""Columns of a comment."""


def toml_of(proposals: Iterable[Proposal]) -> Iterator[str]:
    """Yield the lines for the configuration: the pipelines, then what joins each list.

    What should be looked at first stands in comments.
    """
    proposed = [(one, entry) for one in proposals for entry in one.entries]
    for one, entry in proposed:
        if entry.heading not in _LISTS:
            yield from _comments(one, "")
            yield from ((line if entry.is_sure else f"#{line}") for line in _lines(entry))
            yield ""
    for heading in _LISTS:
        if rows := [(one, entry) for one, entry in proposed if entry.heading == heading]:
            yield from _lists(heading, rows)
            yield ""


def entry_toml(entry: Entry) -> str:
    """Return one entry on its own, ready to paste."""
    return "\n".join(_lines(entry))


def _lines(entry: Entry) -> Iterator[str]:
    yield entry.heading
    for key, value in entry.values:
        yield f"{key} = {_text(value)}" if isinstance(value, str) else f"{key} = [{_joined(value)}]"


def _joined(values: tuple[str, ...]) -> str:
    return ", ".join(map(_text, values))


def _lists(heading: str, rows: list[tuple[Proposal, Entry]]) -> Iterator[str]:
    yield "# Where this table stands already, add these to its lists."
    yield heading
    for key in dict.fromkeys(key for _, entry in rows for key, _ in entry.values):
        yield f"{key} = ["
        listed: set[str] = set()
        for one, entry in rows:
            for value in dict(entry.values).get(key, ()):
                if value in listed:
                    continue
                listed.add(value)
                yield from _comments(one, "    ")
                yield f"    {'' if entry.is_sure else '#'}{_text(value)},"
        yield "]"


def _comments(proposal: Proposal, indent: str) -> Iterator[str]:
    seen = proposal.seen
    plural = "write" if seen.writes == 1 else "writes"
    yield shown(f"{indent}# {seen.identity.name}: {seen.writes:,} {plural}, {proposal.reason}", WIDTH)
    for warning in proposal.warnings:
        yield shown(f"{indent}# Look first: {warning}", WIDTH)


def _text(value: str) -> str:
    """Return a basic string of TOML that says `value`, but for half surrogate pairs, which it cannot hold."""
    return '"' + "".join(map(_char, value)) + '"'


def _char(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    if unicodedata.category(char) == "Cs":
        return REPLACEMENT
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
