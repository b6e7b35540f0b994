"""People under all their names: the cloud, the code host, the ticket system and Slack each have their own."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from drift.model.action import corrections
from drift.model.change import Change
from drift.model.ticket import Deployment


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with every name that a directory knows."""

    name: str
    """The one that stands for the person, an address mostly."""
    names: tuple[str, ...] = ()
    """The others: logins, addresses, ids. Case means nothing.

    Of a directory, only those that nobody else has and that the person cannot choose: they prove who it is.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Tells whether two names are one person's."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    """Every name of a person, in lower case, with the one it stands for."""

    @classmethod
    def known(cls, people: Iterable[Person], others: Iterable[Person] = ()) -> "People":
        """Join what several directories know: who shares a name with somebody is the same person.

        That is the safe side: one person too few approves nothing, one too many could. Yet whom `people`
        tells apart, the configuration that is, `others` never join: of such a person each name stays
        whose it is, and the rest goes to the owner of the first.
        """
        joined = _Joined()
        for one in people:
            joined.add(one, frozenset())
        apart = frozenset(joined.names)
        for one in others:
            joined.add(one, apart)
        return cls(aliases=joined.aliases)

    @property
    def digest(self) -> str:
        """Hex SHA-256 that tells whether anything of who is who has changed."""
        return sha256(json.dumps(sorted(self.aliases.items())).encode()).hexdigest()

    @property
    def count(self) -> int:
        """How many people there are."""
        return len(set(self.aliases.values()))

    def person(self, name: str) -> str:
        """Return the one name that stands for whoever is called `name`."""
        return self.aliases.get(name.lower(), name.lower())


class _Joined:
    """People while they are joined: each name with the one it stands for, and the other way round."""

    def __init__(self) -> None:
        self.aliases: dict[str, str] = {}
        self.names: dict[str, set[str]] = {}

    def add(self, person: Person, apart: frozenset[str]) -> None:
        """Join a person with whoever shares a name, but for those who are known to be several."""
        first = person.name.lower()
        names = {first, *(name.lower() for name in person.names)}
        shared = {self.aliases[name] for name in names if name in self.aliases}
        kept = shared & apart
        owner = self.aliases.get(first)
        stands = owner if owner in kept else min(kept or shared, default=first)
        strangers = kept - {stands}
        names -= {name for name in names if self.aliases.get(name) in strangers}
        for other in shared - strangers - {stands}:
            names |= self.names.pop(other)
        self.names.setdefault(stands, set()).update(names)
        self.aliases.update(dict.fromkeys(names, stands))


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
