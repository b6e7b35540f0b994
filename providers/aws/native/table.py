"""The tables of AWS's types, one file a family of services."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from drift.model.glob import is_one_of
from providers.aws.native.functions import AwsFunctions
from providers.aws.native.rows import AwsType, Finding
from providers.live_tables.rows import converted
from providers.tables import Row


class Types(Row, frozen=True, kw_only=True):
    """What stands in one file."""

    types: tuple[AwsType, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsTypes:
    """The rows of all types, or of some."""

    rows: Mapping[str, AwsType]

    def of(self, types: tuple[str, ...]) -> "AwsTypes":
        """Return those that one of these globs names; all where there is none."""
        return AwsTypes(rows={name: row for name, row in self.rows.items() if is_one_of(name, types)})

    def kept(self) -> frozenset[str]:
        """Return the calls whose answers are of use again: they list several types, or what exists."""
        times = Counter(one.call for row in self.rows.values() for one in (*row.listing[:1], *row.joins))
        times.update(one.call for row in self.rows.values() if row.is_discovered for one in row.listing[:1])
        return frozenset(call for call, count in times.items() if count > 1)

    def repeated(self) -> frozenset[tuple[str, str]]:
        """Return the services and calls that are asked for the same resource more than once."""
        asked = Counter(
            (call.service or row.service, call.call)
            for row in self.rows.values()
            for call in (*row.details, *row.listing[1:], *_findings(row))
        )
        return frozenset(one for one, count in asked.items() if count > 1)


def _findings(row: AwsType) -> Iterator[Finding]:
    """Yield how a type is found: twice where one answer may show several of its resources."""
    if row.finding is not None:
        yield row.finding
        if row.declared_key is not None:
            yield row.finding


@cache
def load_types(own: str = "") -> AwsTypes:
    """Return the tables that ship with the program, below the user's own rows of `own`.

    Raises:
        ValueError: Something in them is not of their form.
    """
    shipped: dict[str, Any] = {"types": []}
    for file in sorted(files(__package__).joinpath("tables").iterdir(), key=lambda one: one.name):
        shipped["types"] += tomllib.loads(file.read_text(encoding="utf-8"))["types"]
    functions = AwsFunctions()
    rows = converted(Types, tomllib.loads(own), functions, is_checked=True).types
    rows += converted(Types, shipped, functions).types
    every = [each for row in rows for each in (row, *row.adopted_rows())]
    return AwsTypes(rows={row.type: row for row in reversed(every)})
