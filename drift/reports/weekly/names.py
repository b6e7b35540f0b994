"""Which people may be named in the texts of a report: so that those who need not know do not read it."""

from collections.abc import Iterator

from drift.model.action import corrections
from drift.model.change import Change
from drift.model.verdict import ActorKind
from drift.reports.weekly.facts import WeeklyFacts
from drift.store.changes import ChangeRow


def names_in(facts: WeeklyFacts) -> frozenset[str]:
    """Return every name of a person that the facts know; what a team is called is none."""
    found = {name.lower() for name in _names(facts) if name and name.strip()}
    return frozenset(found) - {team.lower() for team in facts.settings.routing.teams}


def _names(facts: WeeklyFacts) -> Iterator[str | None]:
    settings = facts.settings
    yield from settings.routing.names
    yield from settings.routing.names.values()
    yield from (*settings.reviews.weekly_reviewers, *settings.reviews.quarterly_reviewers)
    yield from (one.review.by.name for one in facts.reviews.signed)
    yield from (one.owner for one in facts.reviews.follow_ups())
    yield from (one.owner for one in facts.badly_controlled)
    for row in facts.changes:
        yield from _of_change(row)
    for change in facts.writers.values():
        yield from _makers(change)
    yield from (row.owner for row in facts.findings)
    yield from (gap.by for gap in facts.accepted)


def _of_change(row: ChangeRow) -> Iterator[str | None]:
    yield from _makers(row.change)
    if row.judgement is None:
        return
    match = row.judgement.match
    yield match.approver
    if match.ticket:
        yield from (match.ticket.requested_by, match.ticket.assignee)


def _makers(change: Change) -> Iterator[str]:
    yield from corrections(change.actions)
    yield from (one.by.name for one in change.actions)
    for write in change.writes:
        if write.actor.kind not in (ActorKind.MACHINE, ActorKind.SERVICE):
            yield write.actor.name
