"""People under all their names: the cloud, the code host, the ticket system and Slack each have their own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from drift.model.action import corrections
from drift.model.change import Change
from drift.model.ticket import Deployment


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with every name that a directory knows."""

    name: str
    """The one that stands for the person, an address mostly."""
    names: tuple[str, ...] = ()
    """The others: logins, display names, ids. Case means nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Tells whether two names are one person's."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    """Every name of a person, in lower case, with the one it stands for."""

    @classmethod
    def known(cls, people: Iterable[Person]) -> "People":
        """Join what several directories know: who shares a name with somebody is the same person.

        That is the safe side: one person too few approves nothing, one too many could.
        """
        aliases: dict[str, str] = {}
        for one in people:
            names = {name.lower() for name in (one.name, *one.names)}
            joined = {aliases[name] for name in names if name in aliases}
            stands = min(joined, default=one.name.lower())
            aliases.update({name: stands for name, other in aliases.items() if other in joined})
            aliases.update(dict.fromkeys(names, stands))
        return cls(aliases=aliases)

    def person(self, name: str) -> str:
        """Return the one name that stands for whoever is called `name`."""
        return self.aliases.get(name.lower(), name.lower())


def makers_of(change: Change, deployment: Deployment | None, people: People) -> frozenset[str]:
    """Return who made a change, under every name that stands in its chain: none of them can approve it.

    Behind a pipeline that is who wrote or committed the code, or else who started the run, and who
    started it by hand whatever it deployed. Whom a correction
    names counts beside who is recorded: else it would make an approver of the one who made it.
    """
    actors = [write.actor for write in change.writes]
    ids = [one for actor in actors for one in (actor.principal, *actor.chain) if one]
    names = [*(actor.name for actor in actors), *(one.rpartition("/")[2] for one in ids)]
    names += corrections(change.actions)
    if deployment:
        names += _behind(deployment)
    return frozenset(people.person(name) for name in names)


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
