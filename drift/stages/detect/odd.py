"""A declared resource that is not as declared: what of it is explained, and what must not be shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drift.model.baseline import Declaration, DeclaredResource
from drift.model.detection import DetectRules
from drift.model.finding import AttributeDrift
from drift.model.resource import Found, LiveResource
from drift.stages.detect.co_managed import CoManagers
from drift.stages.detect.companions import Children
from drift.stages.detect.conceal import sensitive_of
from drift.stages.detect.sides import declared_attributes


@dataclass(frozen=True, kw_only=True, slots=True)
class Odd:
    """A declared resource that is not as declared; `found` is `None` where it does not exist."""

    declaration: Declaration
    resource: DeclaredResource
    found: Found | None
    drifts: tuple[AttributeDrift, ...] = ()

    @property
    def live(self) -> LiveResource | None:
        """What is there."""
        return self.found.resource if self.found else None

    @property
    def account(self) -> str | None:
        """Whose it is."""
        return self.resource.account or (self.live.account if self.live else None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What makes a difference no drift: it is declared elsewhere, or others may move it."""

    children: Children
    co_managers: CoManagers
    rules: DetectRules

    def unexpected(self, one: Odd) -> Iterator[AttributeDrift]:
        """Yield what of a resource's differences nothing explains."""
        declared = declared_attributes(one.resource, one.found)
        for drift in one.drifts:
            left = self.children.unexplained(one.resource, drift)
            if left is not None and not self.co_managers.may_have_moved(one.resource, declared, left):
                yield left

    def concealed(self, one: Odd, drifts: Iterable[AttributeDrift]) -> tuple[AttributeDrift, ...]:
        """Return the drifts of a resource without what must never be shown."""
        schema = one.live.schema.sensitive if one.live else frozenset()
        sides = (declared_attributes(one.resource, one.found), one.live.attributes if one.live else {})
        paths = one.resource.sensitive | schema
        sensitive = sensitive_of(paths, sides, self.rules.mirrors)
        return tuple(sensitive.concealed(drift) for drift in drifts) if paths else tuple(drifts)
