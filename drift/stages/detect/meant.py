"""Which texts does the other side say in short: a name for an ARN, a hash for a script?"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from drift.model.path import pattern_under
from drift.model.resource import Json
from drift.stages.detect.sides import Sides
from drift.stages.detect.spelling import ONE_WAY, hints_at, respelled
from drift.stages.detect.type_rules import TypeRules

Texts: TypeAlias = Mapping[str, set[str]]
"""By the path where they stand."""


def meant_by_each_other(
    sides: Sides, rules: TypeRules, maps: Collection[str]
) -> Mapping[tuple[str, str], str]:
    """Return per path the texts that the other side only hints at, with its hint."""
    ours, theirs = (_texts(one, sides.name, rules, maps) for one in (sides.declared, sides.live))
    return {
        (path, text): hint
        for one, other in ((ours, theirs), (theirs, ours))
        for path in one.keys() & other.keys()
        for text in one[path] - other[path]
        for hint in _hints(text, path, sides.account, rules)
        if hint in other[path] - one[path]
    }


def _hints(text: str, path: str, account: str | None, rules: TypeRules) -> Iterator[str]:
    """Yield how else the other side may say `text`; a name stands for nothing in another account."""
    for spelling in rules.spellings_at(path):
        if spelling.form in ONE_WAY and not _is_elsewhere(text, account, rules):
            yield from hints_at(text, spelling.form)


def _is_elsewhere(text: str, account: str | None, rules: TypeRules) -> bool:
    owners = (found[1] for row in rules.tables.owners if (found := re.search(row, text)))
    owner = next(owners, None)
    return account is not None and owner is not None and owner != account


def _texts(value: Json, path: str, rules: TypeRules, maps: Collection[str]) -> Texts:
    found: dict[str, set[str]] = defaultdict(set)
    for at, text in _walk(value, path, maps):
        spellings = rules.spellings_at(at)
        if any(one.form in ONE_WAY for one in spellings):
            for spelling in spellings:
                text = respelled(text, spelling)
            found[at].add(text)
    return found


def _walk(value: Json, path: str, maps: Collection[str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, pattern_under(path, key, maps), maps)
    elif isinstance(value, list):
        for element in value:
            yield from _walk(element, f"{path}[]", maps)
    elif isinstance(value, str) and value:
        yield path, value
