"""Who answers for a change, and how urgently are they told? By rules of the configuration, in their order."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from drift.model.alert import CalledBy
from drift.model.change import Change
from drift.model.finding import DriftFinding, Standing
from drift.model.judgement import Judged
from drift.model.routing import EVERYBODY, Owner, Route, Team, Urgency
from drift.model.verdict import Channel, Lane, Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Owned:
    """What is known of a resource by which its owner is found."""

    address: str | None
    state: str | None
    source: str | None
    """File and line of the declaration."""
    code_owners: tuple[str, ...]
    """Who owns that file, by CODEOWNERS."""
    tags: tuple[str, ...]
    """`team=network`, as the state has them."""
    account: str | None
    unit: str | None
    """The organisational unit that the account lies in."""
    resource: str | None
    resource_type: str | None
    environment: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerRule:
    """What a team answers for: everything that is given must fit whole."""

    name: str
    team: str
    address: re.Pattern[str] | None = None
    """Of the resource in the code."""
    state: re.Pattern[str] | None = None
    source: re.Pattern[str] | None = None
    """File of the declaration."""
    code_owner: re.Pattern[str] | None = None
    """Any of those whom CODEOWNERS names for that file."""
    tag: re.Pattern[str] | None = None
    """Any of the tags that the resource has in its state: `team=network`."""
    account: re.Pattern[str] | None = None
    unit: re.Pattern[str] | None = None
    """Of the organisational unit that the account lies in: `Root/Workloads/Production`."""
    resource: re.Pattern[str] | None = None
    resource_type: re.Pattern[str] | None = None
    environment: str | None = None

    def claims(self, owned: Owned) -> bool:
        """Tell whether the team answers for a resource."""
        file = None if owned.source is None else owned.source.rpartition(":")[0]
        pairs = (
            (self.address, owned.address),
            (self.state, owned.state),
            (self.source, file),
            (self.account, owned.account),
            (self.unit, owned.unit),
            (self.resource, owned.resource),
            (self.resource_type, owned.resource_type),
        )
        fits = all(pattern is None or pattern.fullmatch(value or "") for pattern, value in pairs)
        several = ((self.code_owner, owned.code_owners), (self.tag, owned.tags))
        fits &= all(pattern is None or any(map(pattern.fullmatch, values)) for pattern, values in several)
        return fits and self.environment in (None, owned.environment)


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteRow:
    """A row of the decision table: of which changes it says how they are told. Empty: of any."""

    name: str
    urgency: Urgency
    channels: frozenset[Channel] = frozenset()
    environments: frozenset[str] = frozenset()
    """By name; what no environment claims is called by the empty text."""
    lanes: frozenset[Lane] = frozenset()
    severities: frozenset[Severity] = frozenset()

    def covers(self, channel: Channel, environment: str, lane: Lane, severity: Severity) -> bool:
        """Tell whether the row is about such a change."""
        pairs: Sequence[tuple[Collection[str], str]] = (
            (self.channels, channel),
            (self.environments, environment),
            (self.lanes, lane),
            (self.severities, severity),
        )
        return all(not wanted or is_ in wanted for wanted, is_ in pairs)


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutingRules:
    """The teams, what each answers for, and the decision table."""

    teams: Mapping[str, Team] = field(default_factory=dict)
    owners: tuple[OwnerRule, ...] = ()
    default: str | None = None
    """The team of what no rule names."""
    rows: tuple[RouteRow, ...] = ()
    """Of which the first that fits counts."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What everybody is called, in lower case, by each of their names."""
    ask_first: timedelta | None = None
    """How long whoever made a change has to answer before their team is told; `None`: it is told at once."""

    def names_of(self, name: str) -> tuple[str, ...]:
        """Return every name of whoever is called `name`, that one first; all but it in lower case."""
        own = self.names.get(name.lower())
        others = (one for one, stands in self.names.items() if own is not None and stands == own)
        return (name, *(one for one in others if one != name.lower()))

    def is_same_person(self, one: str | None, other: str | None) -> bool:
        """Tell whether two names are of one person."""
        if not one or not other:
            return False
        own = (self.names.get(name.lower(), name.lower()) for name in (one, other))
        return len(set(own)) == 1


def owner_of(change: Change, standing: Standing, environment: str | None, rules: RoutingRules) -> Owner:
    """Return the team that answers for the resource of a change; what nobody owns goes to the default."""
    owned = Owned(
        address=standing.address,
        state=next((one.state for one in standing.findings if one.state), None),
        source=standing.source,
        code_owners=standing.code_owners,
        tags=standing.tags,
        account=change.first.event.call.account,
        unit=standing.unit,
        resource=change.resource.id,
        resource_type=change.resource.type,
        environment=environment,
    )
    return owner_by(owned, rules)


def owner_of_finding(
    finding: DriftFinding, standing: Standing, environment: str | None, rules: RoutingRules
) -> Owner:
    """Return the team that answers for the resource of a finding, which stands in the code like this."""
    owned = Owned(
        address=finding.address,
        state=finding.state,
        source=finding.source,
        code_owners=standing.code_owners,
        tags=standing.tags,
        account=finding.account,
        unit=standing.unit,
        resource=finding.resource_id,
        resource_type=finding.type,
        environment=environment,
    )
    return owner_by(owned, rules)


def owner_by(owned: Owned, rules: RoutingRules) -> Owner:
    """Return the team that answers for a resource of which this is known."""
    for rule in rules.owners:
        if rule.claims(owned):
            return Owner(team=rules.teams[rule.team], rule=rule.name)
    default = rules.teams[rules.default] if rules.default else Team(name=EVERYBODY)
    return Owner(team=default, rule="no rule names it", is_default=True)


def route(judged: Sequence[Judged], rules: RoutingRules) -> Route:
    """Return how the message about a session goes: to the team of the change that matters most."""
    told = [one for one in judged if one.judgement.decision.alert] or list(judged)
    worst = max(told, key=lambda one: one.judgement.decision.severity.rank)
    change, decision = worst.change, worst.judgement.decision
    owner = owner_of(change, worst.judgement.standing, decision.environment, rules)
    facts = (change.channel, decision.environment or "", change.lane, decision.severity)
    row = next((one for one in rules.rows if one.covers(*facts)), None)
    return Route(
        owner=owner,
        urgency=row.urgency if row else Urgency.MESSAGE,
        rule=row.name if row else "no row covers it: it is told at once",
        severity=decision.severity,
    )


def recipients(
    route_: Route, notifiers: Collection[str], told: Collection[str], rules: RoutingRules
) -> tuple[str, ...]:
    """Return through which notifiers a message goes: to the team, and through those that told of it before.

    What calls people is kept for that, unless a team says otherwise.
    """
    team = route_.owner.team
    calling = {name for one in rules.teams.values() for name in one.page}
    wanted = set(told)
    if route_.urgency is not Urgency.RECORD:
        wanted |= set(team.notifiers) or set(notifiers) - calling
    if route_.urgency is Urgency.PAGE:
        wanted |= set(team.page)
    return tuple(name for name in notifiers if name in wanted)


def mention_of(route_: Route, actor: str | None, rules: RoutingRules) -> str | None:
    """Return who is named in the message: only where somebody must act now, and never who did it."""
    team = route_.owner.team
    if route_.urgency is not Urgency.PAGE:
        return None
    return team.secondary if rules.is_same_person(team.mention, actor) else team.mention


def called_by(route_: Route, actor: str, rules: RoutingRules) -> CalledBy | None:
    """Return by which rota whoever is on call is found, where somebody must act now."""
    team = route_.owner.team
    if route_.urgency is not Urgency.PAGE or team.on_call is None:
        return None
    source, rota = team.on_call
    return CalledBy(source=source, rota=rota, actor=rules.names_of(actor), secondary=team.secondary)
