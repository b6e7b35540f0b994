"""The rows of AWS's tables: which calls show a type, and which permissions they take.

A resource is first the item of a listing; further calls add what the listing does not say, each under a
name of its own. The expressions of a row see the whole of it. docs/native-reading.md tells how to write one.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec.structs import replace

from drift.model.path import first_name
from providers.live_tables.expressions import Expression
from providers.live_tables.rows import MappedType
from providers.tables import Row


class Scope(StrEnum):
    """Where resources of a type stand."""

    REGION = "region"
    WORLD = "world"
    """In no region: the account has them once."""


class Call(Row, frozen=True, kw_only=True):
    """One call of an API."""

    call: str
    """The name of boto3's method: `describe_vpcs`."""
    service: str | None = None
    """boto3's name of the service, where it is not that of the row."""
    arguments: Mapping[str, Expression] = {}
    """What it is given, by its name; `null` is left out."""
    page_size: int | None = None
    """How many items a page may have, where the API's own default is smaller than it allows."""
    is_paginated: bool = True
    """False where the first page says everything, however many there are."""
    actions: tuple[str, ...] = ()
    """The permissions it takes, where they are not named like the call."""


class Listing(Call, frozen=True, kw_only=True):
    """A call that lists: the first of a row is asked once, each further one for each item of the last."""

    each: Expression
    """The items of a page, which are objects; those of a further listing get the item before as `of`."""
    none: tuple[str, ...] = ()
    """Codes of errors that say that there is nothing to list."""
    is_whole: bool = False
    """`each` needs all pages as one: what it looks for may stand on another page."""


class Finding(Listing, frozen=True, kw_only=True):
    """A call that shows some resources only, as the listing would.

    It is given `ids` and, of the first of them, `id` and `declared`; its items get them as `asked`.
    """

    at_most: int = 1
    """How many it can be asked for at once."""


class Join(Listing, frozen=True, kw_only=True):
    """A further listing, for all resources at once: its item with the same key goes along with a resource."""

    name: str
    """What the item is called by in the row's expressions; it is `null` where there is none."""
    key: Expression
    """What tells an item."""
    of: Expression
    """The same, of a resource; `null` where none goes along with it."""
    at_most: int | None = None
    """How many it can be asked for at once, where it does not list all: it is given their `keys`."""


class Detail(Call, frozen=True, kw_only=True):
    """A further call for one resource, of which it sees what is known so far, and what is `declared`."""

    name: str
    """What the answer is called by in the row's expressions."""
    take: Expression | None = None
    """What of the answer."""
    when: Expression | None = None
    """False where there is nothing to ask: what it would show is `null` then."""
    at: Expression | None = None
    """The region that must be asked, where it is not that of the listing."""
    none: tuple[str, ...] = ()
    """Codes of errors that say that nothing of the kind is set."""
    gone: tuple[str, ...] = ()
    """Codes of errors that say that the resource itself is not there."""


class Adopted(Row, frozen=True, kw_only=True):
    """A type under which a state adopts what the cloud made: it is read as its other type is."""

    type: str
    without: frozenset[str] = frozenset()
    """Attributes that nobody can declare there."""
    optional: frozenset[str] = frozenset()
    """Those that the provider fills in."""


class AwsType(MappedType, frozen=True, kw_only=True):
    """One Terraform type, and how it is read."""

    service: str
    scope: Scope = Scope.REGION
    listing: tuple[Listing, ...] = ()
    finding: Finding | None = None
    joins: tuple[Join, ...] = ()
    details: tuple[Detail, ...] = ()
    key: Expression | None = None
    """What tells which resource is the declared one, where it is not the id."""
    declared_key: Expression | None = None
    """The same, of `id` and the declared attributes."""
    exists: Expression | None = None
    """False where the object that was found does not hold the declared resource."""
    adopted: tuple[Adopted, ...] = ()
    is_discovered: bool = True
    """What the listing shows, and no state declares, is undeclared."""

    def calls(self) -> tuple[Call, ...]:
        """Return every call that reading this type may make."""
        found = () if self.finding is None else (self.finding,)
        return (*self.listing, *found, *self.joins, *self.details)

    def adopted_rows(self) -> "Iterator[AwsType]":
        """Yield the rows of the types that are read as this one is."""
        for one in self.adopted:
            attributes = {name: each for name, each in self.attributes.items() if name not in one.without}
            yield replace(
                self,
                type=one.type,
                attributes=attributes,
                sets=frozenset(path for path in self.sets if first_name(path) in attributes),
                optional=one.optional,
                adopted=(),
                is_discovered=False,
            )
