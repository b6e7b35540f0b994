"""In which account and region does a resource of a state stand?

A state does not say so directly: some attributes do, and which ones is a table. Where they
are silent, the other resources of the same provider configuration answer, because one
configuration has one set of credentials and one region.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from drift.model.baseline import DeclaredResource
from drift.model.resource import Json


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    attribute: str
    pattern: str


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account: tuple[_Row, ...] = ()
    region: tuple[_Row, ...] = ()
    elsewhere: tuple[str, ...] = ()
    worldwide: tuple[str, ...] = ()


class Locations:
    """The table of attributes that say where a resource stands."""

    def __init__(self, own: str = "") -> None:
        """Read it, with the rows of the text `own` before those that ship with the program.

        Raises:
            ValueError: `own` is not of the table's form.
        """
        shipped = files(__package__).joinpath("locations.toml").read_text(encoding="utf-8")
        first, then = (msgspec.convert(tomllib.loads(text), dict[str, _Table]) for text in (own, shipped))
        for table in first.values():
            _check(table)
        self._tables = {
            provider: _together(first.get(provider, _Table()), then.get(provider, _Table()))
            for provider in {*first, *then}
        }

    def stated(
        self, provider: str, type_: str, attributes: Mapping[str, Json]
    ) -> tuple[str | None, str | None]:
        """Return the account and the region that a resource's own attributes tell."""
        table = self._of(provider)
        if _is_one_of(type_, table.elsewhere):
            return None, None
        region = None if _is_one_of(type_, table.worldwide) else _first_match(table.region, attributes)
        return _first_match(table.account, attributes), region

    def with_neighbours(self, resources: Iterable[DeclaredResource]) -> Iterator[DeclaredResource]:
        """Yield the resources of a state, each with what all of its provider configuration tell.

        Nothing is taken from neighbours that contradict each other.
        """
        known = list(resources)
        accounts: dict[str, set[str | None]] = defaultdict(set)
        regions: dict[str, set[str | None]] = defaultdict(set)
        for resource in known:
            accounts[_configuration(resource)].add(resource.account)
            regions[_configuration(resource)].add(resource.region)
        for resource in known:
            account, region = resource.account, resource.region
            if not _is_one_of(resource.type, self._of(resource.provider).worldwide):
                region = region or _only(regions[_configuration(resource)])
            account = account or _only(accounts[_configuration(resource)])
            if (account, region) == (resource.account, resource.region):
                yield resource
            else:
                yield replace(resource, account=account, region=region)

    def is_worldwide(self, provider: str, type_: str) -> bool:
        """Tell whether resources of a type stand in no region."""
        return _is_one_of(type_, self._of(provider).worldwide)

    def _of(self, provider: str) -> _Table:
        return self._tables.get(provider.rpartition("/")[2], _Table())


@cache
def shipped_locations() -> Locations:
    """Return the table that ships with the program."""
    return Locations()


def _together(own: _Table, shipped: _Table) -> _Table:
    return _Table(
        account=(*own.account, *shipped.account),
        region=(*own.region, *shipped.region),
        elsewhere=(*own.elsewhere, *shipped.elsewhere),
        worldwide=(*own.worldwide, *shipped.worldwide),
    )


def _check(table: _Table) -> None:
    for row in (*table.account, *table.region):
        try:
            groups = re.compile(row.pattern).groups
        except re.error as error:
            raise ValueError(f"{row.pattern} is no regular expression: {error}") from error
        if groups != 1:
            raise ValueError(f"{row.pattern} must have one group, which is the account or the region")


def _first_match(rows: tuple[_Row, ...], attributes: Mapping[str, Json]) -> str | None:
    for row in rows:
        value = attributes.get(row.attribute)
        if isinstance(value, str) and (match := re.search(row.pattern, value)):
            return match[1]
    return None


@lru_cache(maxsize=4096)
def _is_one_of(type_: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(type_, pattern) for pattern in patterns)


def _configuration(resource: DeclaredResource) -> str:
    return resource.stored.configuration if resource.stored else resource.provider


def _only(values: set[str | None]) -> str | None:
    told = values - {None}
    return told.pop() if len(told) == 1 else None
