"""Manual changes by the team that answers for what was changed; by person only where that is wished for."""

from collections import Counter
from collections.abc import Sequence

from drift.model.finding import DriftFinding, Standing
from drift.model.routing import EVERYBODY, Owner
from drift.model.verdict import Disposition
from drift.reports.weekly.counts import MadeBy, TeamChanges
from drift.reports.wording import person
from drift.stages.decide import DecisionRules
from drift.stages.route import RoutingRules, owner_of, owner_of_finding
from drift.store.changes import ChangeRow

MOST_PEOPLE = 3


def team_of(row: ChangeRow, decision: DecisionRules, routing: RoutingRules) -> str | None:
    """Return the team that answers for what was changed; `None` where nobody is named for it."""
    if not routing.teams:
        return None
    standing = row.judgement.standing if row.judgement else Standing()
    environment = decision.environment_of(row.change.first.event.call.account)
    return _name(owner_of(row.change, standing, environment.name if environment else None, routing))


def team_of_finding(
    finding: DriftFinding, standing: Standing, decision: DecisionRules, routing: RoutingRules
) -> str | None:
    """Return the team that answers for a resource that differs; `None` where nobody is named for it."""
    if not routing.teams:
        return None
    environment = decision.environment_of(finding.account)
    name = environment.name if environment else None
    return _name(owner_of_finding(finding, standing, name, routing))


def by_team(
    manual: Sequence[ChangeRow], decision: DecisionRules, routing: RoutingRules
) -> tuple[TeamChanges, ...]:
    """Return the totals of each team, most changes first; nothing where there are no teams."""
    if not routing.teams:
        return ()
    of = [(team_of(row, decision, routing), row) for row in manual]
    found = [_team(name, [row for team, row in of if team == name]) for name in {team for team, _ in of}]
    return tuple(sorted(found, key=lambda one: (-one.changes, one.team is None, one.team or "")))


def by_person(manual: Sequence[ChangeRow]) -> tuple[MadeBy, ...]:
    """Return who made most changes by hand, where it is sure who that was."""
    made = Counter(name for row in manual if (name := person(row.change)) != "somebody")
    most = sorted(made, key=lambda name: (-made[name], name))[:MOST_PEOPLE]
    return tuple(MadeBy(name=name, changes=made[name]) for name in most)


def _team(name: str | None, rows: Sequence[ChangeRow]) -> TeamChanges:
    return TeamChanges(
        team=name,
        changes=len(rows),
        writes=len({write.event.key for row in rows for write in row.change.writes}),
        unticketed=sum(
            row.judgement is not None and row.judgement.decision.disposition is Disposition.UNTICKETED
            for row in rows
        ),
    )


def _name(owner: Owner) -> str | None:
    return None if owner.team.name == EVERYBODY else owner.team.name
