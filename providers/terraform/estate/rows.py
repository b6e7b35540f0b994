"""The configuration's own rows of the map: a pattern over where states are, and what it says of them."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from drift.model.state_map import Fact

COLUMNS = ("code", "account", "region", "role", "environment", "owner")

_NAME = re.compile(r"\{(\w+)\}")


class MapRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for the states whose path or URI the pattern is found in.

    A group of the pattern that is called like a column is the column's value; the columns may
    name groups: `account = "{account}"`.
    """

    state: str
    """A regular expression."""
    code: str | None = None
    account: str | None = None
    region: str | None = None
    role: str | None = None
    environment: str | None = None
    owner: str | None = None

    def __post_init__(self) -> None:
        """Refuse a pattern that is none."""
        try:
            re.compile(self.state)
        except re.error as error:
            raise ValueError(f"state is no regular expression: {error}") from error


def facts_of(state: str, rows: Sequence[MapRow]) -> Mapping[str, Fact]:
    """Return what the rows say of a state, by column; the first row that says something counts."""
    facts: dict[str, Fact] = {}
    for number, row in enumerate(rows, start=1):
        found = re.search(row.state, state)
        if found is None:
            continue
        groups = {name: text for name, text in found.groupdict().items() if text}
        for column in COLUMNS:
            written = getattr(row, column)
            value = filled(written, groups) if written is not None else groups.get(column)
            if value:
                facts.setdefault(column, Fact(value=value, how=f"row {number} of the map"))
    return facts


def filled(template: str, values: Mapping[str, str]) -> str | None:
    """Return a template with its names replaced; nothing, where one of them is not known."""
    names = _NAME.findall(template)
    if any(not values.get(name) for name in names):
        return None
    return _NAME.sub(lambda found: values[found[1]], template)
