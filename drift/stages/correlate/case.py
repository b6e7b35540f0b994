"""The question: a change, and everybody who made it and so cannot approve it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drift.model.change import Change
from drift.model.person import People, makers_of
from drift.model.planned import StandardChange
from drift.model.ticket import Deployment


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrelationRules:
    """What correlating needs to know of people, tickets and pre-approved changes."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    """Every name of a person, in lower case, with the one it stands for: two names do not make two people."""
    projects: frozenset[str] = frozenset()
    """Whose tickets count; none: those of every project."""
    standard_changes: tuple[StandardChange, ...] = ()

    @property
    def people(self) -> People:
        """Everybody under all their names."""
        return People(aliases=self.aliases)

    def person(self, name: str) -> str:
        """Return the one name that stands for whoever is called `name`."""
        return self.people.person(name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A change, and everybody who made it and so cannot approve it."""

    change: Change
    makers: frozenset[str]
    rules: CorrelationRules
    environment: str | None = None
    """Name of the environment that the change was made in, if one claims its account."""

    @classmethod
    def of(
        cls,
        change: Change,
        deployment: Deployment | None,
        rules: CorrelationRules,
        environment: str | None = None,
    ) -> "Case":
        """Return the case of `change`, made by the run `deployment` if one is known."""
        makers = makers_of(change, deployment, rules.people)
        return cls(change=change, makers=makers, rules=rules, environment=environment)

    @property
    def began_at(self) -> datetime:
        """Time of the first write."""
        return self.change.began_at

    def when(self, at: datetime) -> str:
        """Say how `at` lies to the first write."""
        seconds = int((at - self.began_at).total_seconds())
        minutes = seconds // 60
        if at < self.began_at:
            return "before the first write"
        if seconds < 60:
            return f"{seconds} s after the first write" if seconds else "in the second of the first write"
        length = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
        return f"{length} after the first write"
