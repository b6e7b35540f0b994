"""The table `providers.toml`: what is special about single providers."""

import tomllib
from collections.abc import Mapping
from functools import reduce
from importlib.resources import files

import msgspec

from drift.model.resource import Json

EVERY = "every"


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often an account may ask an API, if nobody else did."""

    types: tuple[str, ...]
    per_second: float
    burst: float
    calls: float = 1
    """How many calls a read takes."""
    api: str | None = None
    """`None`: each word after the provider's own in the name of a type is an API."""


class Special(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is special about one provider; see the head of the table."""

    environment: tuple[str, ...] = ()
    settings: dict[str, Json] = {}
    account: dict[str, Json] = {}
    region: dict[str, Json] = {}
    role: dict[str, Json] = {}
    region_environment: tuple[str, ...] = ()
    fallback_region: str | None = None
    endpoint_environment: str | None = None
    endpoints: str | None = None
    stand_in: dict[str, Json] = {}
    anywhere: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    throttled: tuple[str, ...] = ()
    budgets: tuple[Budget, ...] = ()


class Specials:
    """The table, with the user's own rows before those that ship with the program."""

    def __init__(self, own: str = "") -> None:
        """Read it.

        Raises:
            ValueError: `own` is not of the table's form.
        """
        self._own = msgspec.convert(tomllib.loads(own), dict[str, Special])
        shipped = files("providers.terraform").joinpath("providers.toml").read_text(encoding="utf-8")
        self._shipped = msgspec.convert(tomllib.loads(shipped), dict[str, Special])

    def of(self, type_: str) -> Special:
        """Return what holds for a provider, by its type name."""
        rows = (table.get(name) for table in (self._own, self._shipped) for name in (type_, EVERY))
        return reduce(_together, (row for row in rows if row is not None), Special())


def _together(first: Special, then: Special) -> Special:
    """Return both: single values of the first, where it has them, and the rows of both."""
    merged: dict[str, Json] = {}
    for name in Special.__struct_fields__:
        one, other = getattr(first, name), getattr(then, name)
        if isinstance(one, tuple):
            merged[name] = (*one, *other)
        elif isinstance(one, Mapping):
            merged[name] = {**other, **one}
        else:
            merged[name] = other if one is None else one
    return Special(**merged)
