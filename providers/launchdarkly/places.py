"""Where was something done? Resource specifiers, and the account that an entry belongs to.

A specifier is `proj/web:env/production;critical:flag/checkout;beta`: kinds and keys, with tags behind
semicolons. The account is what `[[environment]]` tables name: the project, with its environment
where the change touched but one, as `web/production`; else the organisation's id.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drift.model.resource import Resource
from providers.launchdarkly.entry import Entry
from providers.launchdarkly.signals import PLACEHOLDER, ResourceRow, Signals

MAX_LEVELS = 8
"""Real specifiers have up to three."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A resource that an entry touched."""

    specifier: str
    """Without its tags, which change."""
    keys: dict[str, str]
    row: ResourceRow | None

    @property
    def resource(self) -> Resource:
        """The resource as Terraform knows it; else as LaunchDarkly names it."""
        if self.row is None:
            return Resource(type=None, id=self.specifier)
        id_ = PLACEHOLDER.sub(lambda found: self.keys[found[1]], self.row.id)
        return Resource(type=self.row.type, id=id_)

    @property
    def environment(self) -> tuple[str | None, str | None]:
        """The project, and the environment if the change was made in it alone."""
        is_in_one = self.row is None or self.row.is_of_environment
        return self.keys.get("proj"), self.keys.get("env") if is_in_one else None


def places_of(entry: Entry, signals: Signals) -> tuple[Place, ...]:
    """Return every resource that the entry names, in its order."""
    return tuple(
        _place(access.resource, access.action, signals) for access in entry.accesses if access.resource
    )


def resources_of(places: Sequence[Place]) -> tuple[Resource, ...]:
    """Return the resources, each once: a flag that was made stands there for every environment."""
    return tuple(dict.fromkeys(place.resource for place in places))


def account_of(entry: Entry, places: Sequence[Place]) -> str | None:
    """Return the account that the entry belongs to."""
    found = {place.environment for place in places}
    projects = {project for project, _ in found}
    if len(projects) == 1 and (project := next(iter(projects))):
        _, environment = next(iter(found)) if len(found) == 1 else (project, None)
        return f"{project}/{environment}" if environment else project
    return entry.text("_accountId")


def _place(specifier: str, action: str | None, signals: Signals) -> Place:
    levels = [level.partition(";")[0] for level in specifier.split(":", MAX_LEVELS)]
    steps = [level.partition("/") for level in levels]
    path = tuple(kind for kind, _, _ in steps)
    keys = {kind: key for kind, _, key in steps}
    row = signals.resource_of(path, action) if all(keys.values()) else None
    return Place(specifier=":".join(levels), keys=keys, row=row)
