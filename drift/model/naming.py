"""By which texts a declared resource is known, so that a write to it is led to its address."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from drift.model.baseline import DeclaredResource


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """One text by which a call may name a resource."""

    text: str
    """In lower case, as names are looked up."""
    exact: str | None
    """As it is written; `None` where upper and lower case mean the same."""
    of_type: str | None = None
    """It names the resource only in calls about this type; `None`: in all."""
    is_unique: bool = False
    """No other account or region has it: it says itself where the resource stands."""

    def fits(self, resource_id: str) -> bool:
        """Tell whether a call that names `resource_id` means this name."""
        return self.text == resource_id.lower() and self.exact in (None, resource_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Belonging:
    """The attribute by which a resource names the one that it is a part of: a rule its group."""

    attribute: str
    parent: str
    """Type of the resource that it names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NamingRules:
    """Which attributes hold names. The id is always one."""

    unique: tuple[str, ...] = ()
    """Attributes that are unique wherever they stand: an ARN, a self link."""
    common: tuple[str, ...] = ()
    """Attributes that name a resource among those of its type, account and region."""
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further ones, by type."""
    belongings: Mapping[str, tuple[Belonging, ...]] = field(default_factory=dict)
    """By type."""
    without_case: tuple[str, ...] = ()
    """Globs of the types whose names mean the same in upper and lower case."""
    same_types: Mapping[str, str] = field(default_factory=dict)
    """Other names of a type."""

    def known_as(self, type_: str) -> str:
        """Return the name of a type by which calls know it."""
        return self.same_types.get(type_, type_)

    def names_of(self, resource: DeclaredResource) -> tuple[Name, ...]:
        """Return every name of a resource, each once."""
        is_exact = not any(fnmatchcase(resource.type, one) for one in self.without_case)
        found: dict[tuple[str, str | None], Name] = {}
        for text, of_type, is_unique in self._texts(resource):
            if (text.lower(), None) not in found:
                found[text.lower(), of_type] = Name(
                    text=text.lower(),
                    exact=text if is_exact else None,
                    of_type=of_type,
                    is_unique=is_unique,
                )
        return tuple(found.values())

    def _texts(self, resource: DeclaredResource) -> Iterator[tuple[str, str | None, bool]]:
        """Yield each name with the type and the uniqueness of it, those for all types first."""
        if resource.resource_id:
            yield resource.resource_id, None, False
        for attribute in self.unique:
            yield from ((text, None, True) for text in _text(resource, attribute))
        kind = self.known_as(resource.type)
        for attribute in (*self.common, *self.own.get(resource.type, ())):
            yield from ((text, kind, False) for text in _text(resource, attribute))
        for one in self.belongings.get(resource.type, ()):
            yield from ((text, one.parent, False) for text in _text(resource, one.attribute))


def _text(resource: DeclaredResource, attribute: str) -> Iterator[str]:
    value = resource.attributes.get(attribute)
    if isinstance(value, str) and value:
        yield value


def outer_id(resource_id: str) -> str | None:
    """Return the id of what a resource lies in, if its id is a path: a rule's names its group."""
    outer = resource_id.rsplit("/", 2)[0] if resource_id.startswith("/") else ""
    return outer or None


def is_same_place(one: str | None, other: str | None) -> bool:
    """Tell whether two accounts or regions may be the same: what is not known may be anything.

    A zone lies in its region, and people write `West Europe` for `westeurope`.
    """
    if one is None or other is None:
        return True
    ours, theirs = ("".join(text.lower().split()) for text in (one, other))
    return ours == theirs or ours.startswith(f"{theirs}-") or theirs.startswith(f"{ours}-")
