"""What still needs somebody, and what somebody settled."""

from collections.abc import Iterator, Mapping

from drift.model.change import Change
from drift.model.finding import FindingKind, FindingStatus, Standing
from drift.model.missing import Missing, missing_from
from drift.model.verdict import Disposition
from drift.reports.weekly.facts import WeeklyFacts
from drift.reports.weekly.first_days import is_overdue
from drift.reports.weekly.report import Action, Closed
from drift.reports.weekly.teams import team_of, team_of_finding
from drift.reports.wording import AGREEMENT, DIFFERENCE, done, finding_name, person, resource_name
from drift.reports.writers import drift_since
from drift.stages.decide import answer_due_at
from drift.store.changes import ChangeRow
from drift.store.findings import FindingRow


def actions(facts: WeeklyFacts, writers: Mapping[str, Change]) -> tuple[Action, ...]:
    """Return what still needs somebody, the worst first, and of these the oldest.

    Drift on a resource whose change is listed already is not listed once more.
    """
    changes = list(_change_actions(facts))
    listed = {
        finding.finding_id
        for row, _ in changes
        if row.judgement
        for finding in row.judgement.standing.findings
    }
    drift = [
        _finding_action(facts, row, writers.get(row.finding.finding_id))
        for row in facts.findings
        if (row.status in (FindingStatus.OPEN, FindingStatus.REOPENED) or is_overdue(row, facts.as_of))
        and row.first_seen_at < facts.week.until
        and row.finding.finding_id not in listed
    ]
    found = [*(action for _, action in changes), *drift]
    return tuple(sorted(found, key=lambda one: (-one.severity.rank, one.since, one.ref)))


def closed(facts: WeeklyFacts) -> tuple[Closed, ...]:
    """Return what somebody settled in the week, in order of time."""
    found = [*_closed_changes(facts), *_closed_findings(facts)]
    return tuple(sorted(found, key=lambda one: (one.at, one.resource, one.how)))


def _change_actions(facts: WeeklyFacts) -> Iterator[tuple[ChangeRow, Action]]:
    for row in facts.changes:
        if row.judgement is None or not (missing := tuple(missing_from(row.change, row.judgement))):
            continue
        team = team_of(row, facts.settings.decision, facts.settings.routing)
        is_asked = {Missing.TICKET, Missing.APPROVAL} & set(missing)
        is_pending = row.judgement.decision.disposition is Disposition.PENDING
        yield (
            row,
            Action(
                ref=row.change.change_id,
                since=row.change.began_at,
                severity=row.judgement.decision.severity,
                resource=resource_name(row.change, row.judgement),
                who=person(row.change),
                what=done(row.change),
                owner=team,
                team=team,
                is_finding=False,
                missing=missing,
                is_pending=is_pending,
                due_at=answer_due_at(row.change, facts.settings.decision) if is_asked else None,
            ),
        )


def _finding_action(facts: WeeklyFacts, row: FindingRow, last: Change | None) -> Action:
    finding = row.finding
    difference = DIFFERENCE[finding.kind]
    if finding.kind in (FindingKind.DRIFTED, FindingKind.UNAPPLIED, FindingKind.SUSPECTED_NOISE):
        difference += f": {', '.join(attribute.path for attribute in finding.attributes)}"
    return Action(
        ref=finding.finding_id,
        since=drift_since(row, last),
        severity=finding.severity,
        resource=finding_name(finding),
        who=person(last) if last else None,
        what=difference,
        owner=row.owner or _team_of(row, facts),
        team=_team_of(row, facts),
        is_finding=True,
        missing=(Missing.CODE,),
        is_pending=False,
        due_at=row.due_at,
    )


def _closed_changes(facts: WeeklyFacts) -> Iterator[Closed]:
    for row in facts.changes:
        if row.judgement is None or tuple(missing_from(row.change, row.judgement)):
            continue
        match, disposition = row.judgement.match, row.judgement.decision.disposition
        needed_somebody = disposition in (Disposition.RETROACTIVE, Disposition.EMERGENCY)
        if needed_somebody and match.approved_at and facts.week.holds(match.approved_at):
            ticket = f"{match.ticket.key}, " if match.ticket else ""
            yield Closed(
                at=match.approved_at,
                resource=resource_name(row.change, row.judgement),
                how=f"{disposition}: {ticket}approved by {match.approver}",
                team=team_of(row, facts.settings.decision, facts.settings.routing),
            )


def _closed_findings(facts: WeeklyFacts) -> Iterator[Closed]:
    for row in facts.findings:
        if row.resolved_at and facts.week.holds(row.resolved_at):
            yield Closed(
                at=row.resolved_at,
                resource=finding_name(row.finding),
                how=AGREEMENT[row.finding.kind],
                team=_team_of(row, facts),
            )


def _team_of(row: FindingRow, facts: WeeklyFacts) -> str | None:
    standing = facts.in_code.get(row.finding.finding_id, Standing())
    return team_of_finding(row.finding, standing, facts.settings.decision, facts.settings.routing)
