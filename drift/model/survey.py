"""What is declared and what is there, read at one time."""

from collections.abc import Sequence
from dataclasses import dataclass

from drift.errors import ProviderError
from drift.model.baseline import Declaration
from drift.model.finding import DriftFinding, FindingKind
from drift.model.resource import Found, Json, LiveReading, LiveResource


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A declaration, and what was read of its resources: one reading each, in their order."""

    declaration: Declaration
    readings: Sequence[LiveReading]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A baseline, or a reader of what is there, that could not be read, or not whole."""

    name: str
    error: ProviderError


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """Everything that could be read, and what could not."""

    held: tuple[Held, ...]
    others: tuple[Declaration, ...]
    """Everything that is declared, also what was not to be compared."""
    discovered: tuple[LiveResource, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """What is declared, without the readings."""
        return tuple(one.declaration for one in self.held)

    def covers(self, finding: DriftFinding) -> bool:
        """Tell whether a finding that this survey does not show is gone: unread is not gone."""
        if finding.kind in (FindingKind.UNMANAGED, FindingKind.SUSPECTED_NOISE):
            return not self.failures
        is_held = any(finding.baseline == one.declaration.name for one in self.held)
        return is_held and finding.baseline not in {failure.name for failure in self.failures}

    def attributes_of(self, finding: DriftFinding) -> tuple[Json, ...]:
        """Return the attributes of the resource that differs, declared and live; of many, of the first."""
        addresses = {finding.address, *finding.stands_for[:1]}
        return tuple(
            attributes
            for one in self.held
            if finding.baseline in (None, one.declaration.name)
            for resource, reading in zip(one.declaration.resources, one.readings, strict=True)
            if resource.address in addresses and isinstance(reading, Found)
            for attributes in (resource.attributes, reading.declared, reading.resource.attributes)
            if attributes is not None
        )
