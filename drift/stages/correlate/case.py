"""The question: a change, and everybody who made it and so cannot approve it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drift.model.change import Change
from drift.model.ticket import Deployment


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrelationRules:
    """What correlating needs to know of people."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    """Every name of a person, in lower case, with the one it stands for: two names do not make two people."""

    def person(self, name: str) -> str:
        """Return the one name that stands for whoever is called `name`."""
        return self.aliases.get(name.lower(), name.lower())


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A change, and everybody who made it and so cannot approve it."""

    change: Change
    makers: frozenset[str]
    rules: CorrelationRules

    @classmethod
    def of(cls, change: Change, deployment: Deployment | None, rules: CorrelationRules) -> "Case":
        """Return the case of `change`, made by the run `deployment` if one is known."""
        return cls(change=change, makers=_makers(change, deployment, rules), rules=rules)

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


def _makers(change: Change, deployment: Deployment | None, rules: CorrelationRules) -> frozenset[str]:
    """Return who made the change, under every name that stands in its chain.

    Behind a pipeline that is who wrote or committed the code, or else who started the run, and who
    started it by hand whatever it deployed.
    """
    actors = [write.actor for write in change.writes]
    ids = [one for actor in actors for one in (actor.principal, *actor.chain) if one]
    names = [*(actor.name for actor in actors), *(one.rpartition("/")[2] for one in ids)]
    if deployment:
        names += _behind(deployment)
    return frozenset(rules.person(name) for name in names)


def _behind(deployment: Deployment) -> Iterator[str]:
    if pull_request := deployment.pull_request:
        yield pull_request.author
        yield from pull_request.committers
        if pull_request.head_committer:
            yield pull_request.head_committer
    else:
        yield deployment.actor
    if deployment.dispatched_by:
        yield deployment.dispatched_by
