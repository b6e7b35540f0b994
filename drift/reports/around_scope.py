"""What somebody looks at: how far back, and which part of the estate: `account:111122223333`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

from drift.errors import UsageError
from drift.model.change import Change
from drift.model.glob import fits

FORMS = "account:ID, environment:NAME, team:NAME, address:GLOB or resource:GLOB"

HOURS = 24
"""Looked back at, unless somebody says otherwise."""

MOST_HOURS = 31 * 24
"""What lies further back is for `drift changes`."""


class PartKind(StrEnum):
    """By what a part of the estate is named."""

    ACCOUNT = "account"
    ADDRESS = "address"
    ENVIRONMENT = "environment"
    RESOURCE = "resource"
    TEAM = "team"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of the estate. In its name `*` stands for any text and `?` for one character."""

    kind: PartKind
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Where in the estate a change was made."""

    environment: str | None
    team: str
    address: str | None

    def is_in(self, change: Change, parts: Sequence[Part]) -> bool:
        """Tell whether a change lies in what is looked at: in one part of each kind that is given."""
        names: Mapping[PartKind, Iterable[str | None]] = {
            PartKind.ACCOUNT: (change.first.event.call.account,),
            PartKind.ADDRESS: (self.address,),
            PartKind.ENVIRONMENT: (self.environment,),
            PartKind.RESOURCE: (change.resource.id,),
            PartKind.TEAM: (self.team,),
        }
        by_kind = groupby(sorted(parts, key=attrgetter("kind")), key=attrgetter("kind"))
        return all(
            any(name is not None and fits(name, part.name) for part in some for name in names[kind])
            for kind, some in by_kind
        )


def parts_of(texts: Iterable[str], environments: Collection[str], teams: Collection[str]) -> tuple[Part, ...]:
    """Return the parts that somebody means.

    Raises:
        UsageError: One is of no such form, or no environment or team is called so: a slip of the
            pen would pass for "nothing happened".
    """
    return tuple(_part(text, environments, teams) for text in texts)


def _part(text: str, environments: Collection[str], teams: Collection[str]) -> Part:
    prefix, _, name = text.partition(":")
    if prefix not in [*PartKind] or not name.strip():
        raise UsageError(f'"{text}" is no scope', hint=f"write {FORMS}")
    kind = PartKind(prefix)
    known = {PartKind.ENVIRONMENT: environments, PartKind.TEAM: teams}.get(kind)
    if known is not None and not any(fits(one, name) for one in known):
        there_are = f"there are: {', '.join(sorted(known))}" if known else "none is configured"
        near = get_close_matches(name, known, n=1)
        hint = f'did you mean "{near[0]}"?' if near else there_are
        raise UsageError(f'there is no {kind} "{name}"', hint=hint)
    return Part(kind=kind, name=name)
