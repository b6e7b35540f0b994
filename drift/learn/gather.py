"""What was seen of every principal that wrote: how often, when, where, with what."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from drift.model.change import Write
from drift.model.event import CHANGING, Call, Principal
from drift.model.resource import Cloud
from drift.model.verdict import Actor, ActorKind, Channel, Confidence

MAX_DIFFERENT = 1_000
"""Different values of one kind that are kept of a principal: strangers choose user agents."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What the writes of one principal have in common, session names left out: callers choose those."""

    cloud: Cloud
    kind: ActorKind
    name: str
    """A token's subject, a person's or a service's name, a machine's role or else its principal."""
    issuer: str | None = None
    """The CI provider whose token it is."""
    subject: str | None = None
    pool: str | None = None
    """The pool whose owner vouches for the subject; `None` where the cloud does."""
    role: str | None = None
    """The role that it acted in, where that tells it from its other writes: for emergencies."""


@dataclass(kw_only=True, slots=True)
class Seen:
    """The writes of one principal, added up."""

    identity: Identity
    actor: Actor
    """As the first write names it."""
    confidence: Confidence
    """The lowest of its writes': as surely as that it is known who wrote them."""
    writes: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    days: set[date] = field(default_factory=set)
    hours: Counter[int] = field(default_factory=Counter)
    """By the hour of the day, in UTC."""
    accounts: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    tools: Counter[str] = field(default_factory=Counter)
    credentials: Counter[str] = field(default_factory=Counter)
    user_agents: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    principals: Counter[str] = field(default_factory=Counter)
    """Without the names of sessions."""

    def add(self, write: Write) -> None:
        """Count a write."""
        event, found, call = write.event, write.classification, write.event.call
        self.writes += 1
        self.confidence = min(self.confidence, write.actor.confidence, key=lambda one: one.rank)
        if at := event.occurred_at:
            self.first_at = min(self.first_at or at, at)
            self.last_at = max(self.last_at or at, at)
            self.days.add(at.date())
            self.hours[at.hour] += 1
        counted = (
            (self.accounts, call.account),
            (self.actions, _deed(call)),
            (self.tools, found.tool.value),
            (self.credentials, found.credential.value),
            (self.user_agents, call.user_agent),
            (self.roles, call.principal.role if call.principal else None),
            (self.principals, _without_session(call.principal)),
        )
        for counter, value in counted:
            if value and (value in counter or len(counter) < MAX_DIFFERENT):
                counter[value] += 1


def gathered(writes: Iterable[Write]) -> list[Seen]:
    """Return every principal that changed something, who wrote most first.

    Each write tells of one call. Failed attempts do not count.
    """
    found: dict[Identity, Seen] = {}
    for write in writes:
        if write.event.effect not in CHANGING:
            continue
        identity = _identity(write)
        seen = found.get(identity)
        if seen is None:
            seen = Seen(identity=identity, actor=write.actor, confidence=write.actor.confidence)
            found[identity] = seen
        seen.add(write)
    return sorted(found.values(), key=lambda one: (-one.writes, one.identity.name))


def _identity(write: Write) -> Identity:
    actor, call = write.actor, write.event.call
    principal = call.principal
    if write.classification.channel is Channel.SERVICE:
        name = call.acting_service or actor.name
        return Identity(cloud=call.cloud, kind=ActorKind.SERVICE, name=name)
    role = principal.role if principal else None
    match actor.kind:
        case ActorKind.MACHINE if actor.is_known_pipeline and actor.subject:
            return Identity(
                cloud=call.cloud,
                kind=actor.kind,
                name=actor.subject,
                issuer=actor.issuer,
                subject=actor.subject,
                pool=actor.pool,
            )
        case ActorKind.HUMAN:
            return Identity(cloud=call.cloud, kind=actor.kind, name=actor.name, role=role)
        case _:
            name = role or _without_session(principal) or actor.name
            issuer = actor.issuer if actor.is_known_pipeline else None
            return Identity(cloud=call.cloud, kind=actor.kind, name=name, issuer=issuer, role=role)


def _deed(call: Call) -> str:
    """Return service and action; the action alone where it is a path that names the service itself."""
    service, action = call.service or "?", call.action or "?"
    steps = re.split("[./]", action.lower())
    names_it = len(steps) > 1 and (service.lower() in steps or action.lower().startswith(service.lower()))
    return action if names_it else f"{service}:{action}"


def _without_session(principal: Principal | None) -> str | None:
    """Return the principal without the name that its caller chose."""
    if principal is None:
        return None
    if not principal.session_name:
        return principal.id
    return principal.id.removesuffix(principal.session_name).rstrip("/:") or None
