"""What the weekly report says of changes that no `[[owner]]` names: somebody should answer for them."""

from collections import Counter
from collections.abc import Sequence

from drift.model.finding import Standing
from drift.reports.weekly.report import Unowned
from drift.reports.wording import counted, resource_name
from drift.stages.decide import DecisionRules
from drift.stages.route import RoutingRules, owner_of
from drift.store.changes import ChangeRow

MOST_NAMED = 3
"""How many resources or accounts are named; with these the rules that are missing begin."""


def unowned(rows: Sequence[ChangeRow], decision: DecisionRules, routing: RoutingRules) -> Unowned | None:
    """Count the changes that went to the default, and name where most of them were.

    A resource is named that was changed more than once, else the account: many that were changed once
    have in common where they are. `None` where no teams are configured, or nothing was changed.
    """
    if not routing.teams or not rows:
        return None
    found = [row for row in rows if _is_unowned(row, decision, routing)]
    by_resource = Counter(map(_resource, found))
    places = Counter(_resource(row) if by_resource[_resource(row)] > 1 else _account(row) for row in found)
    most = sorted(places, key=lambda one: (-places[one], one))[:MOST_NAMED]
    return Unowned(
        changes=len(found),
        of=len(rows),
        team=routing.default,
        most=tuple((name, places[name]) for name in most),
    )


def unowned_line(said: Unowned) -> str:
    """Put the count into a sentence."""
    if not said.changes:
        return "Owners: for each change an [[owner]] says which team answers"
    team = f"the default team {said.team}" if said.team else "everybody"
    most = ", ".join(f"{name} ({number:,})" for name, number in said.most)
    went = f"{said.changes:,} of {counted(said.of, 'change')} went to {team}"
    return f"Owners: {went}, since no [[owner]] names them; most often {most}"


def _is_unowned(row: ChangeRow, decision: DecisionRules, routing: RoutingRules) -> bool:
    standing = row.judgement.standing if row.judgement else Standing()
    environment = decision.environment_of(row.change.first.event.call.account)
    return owner_of(row.change, standing, environment.name if environment else None, routing).is_default


def _resource(row: ChangeRow) -> str:
    return resource_name(row.change, row.judgement)


def _account(row: ChangeRow) -> str:
    account = row.change.first.event.call.account
    return f"account {account}" if account else "an unknown account"
