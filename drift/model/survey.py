"""What is declared and what is there, read at one time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from drift.errors import ProviderError
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.finding import DriftFinding, FindingKind
from drift.model.resource import Found, Json, LiveReading, LiveResource, NotListed

Place: TypeAlias = tuple[str | None, str | None]
"""The state that declares a resource, and its address."""

ByPlace: TypeAlias = Mapping[Place, DeclaredResource]
"""What is declared, by the state that does and the address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A declaration, and what was read of its resources: one reading each, in their order."""

    declaration: Declaration
    readings: Sequence[LiveReading]
    is_postponed: bool = False
    """Nothing was compared: an apply was running, or the state moved while its resources were read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A baseline, or a reader of what is there, that could not be read, or not whole."""

    name: str
    error: ProviderError
    origin: str | None = None
    """The one state that could not be read; `None` where it may be all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """Everything that could be read, and what could not."""

    held: tuple[Held, ...]
    others: tuple[Declaration, ...]
    """Everything that is declared, also what was not to be compared."""
    discovered: tuple[LiveResource, ...]
    failures: tuple[Failure, ...] = ()
    not_listed: tuple[NotListed, ...] = ()
    """Of what it is not known what exists of it: nothing there is undeclared, and nothing is gone."""
    only: frozenset[Place] | None = None
    """What this is about, where it is not everything: the rest was read at most to explain these."""
    of: frozenset[str] | None = None
    """Baselines that this is about, where it is not all: of the others only what explains these was read."""
    beside: tuple[Held, ...] = ()
    """What was read of the other baselines for that."""
    lists: bool = True
    """What exists was to be listed as well."""
    moving: tuple[Declaration, ...] = ()
    """Of the other baselines, the states that an apply holds, or that moved meanwhile."""

    @property
    def uncompared(self) -> tuple[Declaration, ...]:
        """What is declared and was not to be compared: it is managed all the same."""
        held = {one.declaration.origin for one in self.held}
        return tuple(one for one in self.others if one.origin not in held)

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """What is declared, without the readings."""
        return tuple(one.declaration for one in self.held)

    def by_place(self) -> ByPlace:
        """Return what is declared by state and address."""
        return by_place(self.declarations)

    def covers(self, finding: DriftFinding) -> bool:
        """Tell whether a finding that this survey does not show is gone: unread is not gone."""
        if self.only is not None:
            return self.is_about(finding)
        if finding.kind in (FindingKind.UNMANAGED, FindingKind.SUSPECTED_NOISE):
            return self.lists and not self.failures and self._is_listed(finding)
        is_held = any(finding.baseline == one.declaration.name for one in self.held)
        return is_held and finding.baseline not in {failure.name for failure in self.failures}

    def is_about(self, finding: DriftFinding) -> bool:
        """Tell whether this is a survey of what the finding is on."""
        return self.only is None or (finding.state, finding.address) in self.only

    def is_in_motion(self, account: str | None) -> bool:
        """Tell whether an apply may be making or deleting resources in this account.

        What it makes is in no state yet, so nothing there can be called undeclared.
        """
        postponed = (one.declaration for one in self.held if one.is_postponed)
        for one in (*postponed, *self.moving):
            accounts = {resource.account for resource in one.resources}
            if account is None or account in accounts or None in accounts or not accounts:
                return True
        return False

    def _is_listed(self, finding: DriftFinding) -> bool:
        is_unlisted = any(
            one.type == finding.type
            and one.account in (None, finding.account)
            and one.region in (None, finding.region)
            for one in self.not_listed
        )
        return not is_unlisted and not self.is_in_motion(finding.account)

    def attributes_of(self, finding: DriftFinding) -> tuple[Json, ...]:
        """Return the attributes of the resource that differs, in the code, declared and live.

        Of many, those of the first.
        """
        addresses = {finding.address, *finding.stands_for[:1]}
        return tuple(
            attributes
            for one in self.held
            if finding.baseline in (None, one.declaration.name)
            and finding.state in (None, one.declaration.origin)
            for resource, reading in zip(one.declaration.resources, one.readings, strict=True)
            if resource.address in addresses
            for attributes in (
                resource.coded,
                resource.attributes,
                *((reading.declared, reading.resource.attributes) if isinstance(reading, Found) else ()),
            )
            if attributes
        )


def by_place(declarations: Iterable[Declaration]) -> ByPlace:
    """Return what these declare by state and address."""
    return {(one.origin, resource.address): resource for one in declarations for resource in one.resources}
