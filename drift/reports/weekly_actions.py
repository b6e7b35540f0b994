"""What still needs somebody, and what somebody settled."""

from collections.abc import Iterator, Sequence

from drift.model.change import Change
from drift.model.finding import FindingKind, FindingStatus
from drift.model.judgement import Judgement
from drift.model.ticket import Coverage
from drift.model.verdict import Disposition, Lane
from drift.reports.weekly import Action, Closed, Missing
from drift.reports.weekly_facts import WeeklyFacts
from drift.reports.wording import AGREEMENT, DIFFERENCE, done, finding_name, person, resource_name
from drift.stages.decide import answer_due_at
from drift.store.changes import ChangeRow
from drift.store.findings import FindingRow


def actions(facts: WeeklyFacts) -> tuple[Action, ...]:
    """Return what still needs somebody, the worst first, and of these the oldest.

    Drift on a resource whose change is listed already is not listed once more.
    """
    changes = list(_change_actions(facts))
    listed = {row.change.resource.id for row, _ in changes}
    drift = [
        _finding_action(row, facts.changes)
        for row in facts.findings
        if row.status is FindingStatus.OPEN
        and row.first_seen_at < facts.week.until
        and row.finding.resource_id not in listed
    ]
    found = [*(action for _, action in changes), *drift]
    return tuple(sorted(found, key=lambda one: (-one.severity.rank, one.since, one.ref)))


def closed(facts: WeeklyFacts) -> tuple[Closed, ...]:
    """Return what somebody settled in the week, in order of time."""
    found = [*_closed_changes(facts), *_closed_findings(facts)]
    return tuple(sorted(found, key=lambda one: (one.at, one.resource, one.how)))


def _change_actions(facts: WeeklyFacts) -> Iterator[tuple[ChangeRow, Action]]:
    for row in facts.changes:
        if row.judgement is None or not (missing := tuple(_missing(row.change, row.judgement))):
            continue
        is_asked = {Missing.TICKET, Missing.APPROVAL} & set(missing)
        yield (
            row,
            Action(
                ref=row.change.change_id,
                since=row.change.began_at,
                severity=row.judgement.decision.severity,
                resource=resource_name(row.change, row.judgement),
                who=person(row.change),
                what=done(row.change),
                missing=missing,
                due_at=answer_due_at(row.change, facts.settings.decision) if is_asked else None,
            ),
        )


def _missing(change: Change, judgement: Judgement) -> Iterator[Missing]:
    """Yield what a change still lacks; nothing for one that nobody has to know of."""
    match, decision = judgement.match, judgement.decision
    if not decision.alert:
        return
    if change.first.classification.lane is Lane.EMERGENCY or decision.disposition is Disposition.EMERGENCY:
        if not _is_reviewed(change, judgement):
            yield Missing.REVIEW
    elif decision.disposition in (Disposition.PENDING, Disposition.UNTICKETED):
        yield _MISSING.get(match.coverage, Missing.TICKET)
    elif decision.disposition is Disposition.RETROACTIVE and match.approver is None:
        yield Missing.APPROVAL
    if judgement.standing.findings:
        yield Missing.CODE


_MISSING = {Coverage.NOT_APPROVED: Missing.APPROVAL, Coverage.NOT_EVALUABLE: Missing.ANSWER}


def _is_reviewed(change: Change, judgement: Judgement) -> bool:
    approved_at = judgement.match.approved_at
    return approved_at is not None and approved_at >= change.ended_at


def _finding_action(row: FindingRow, changes: Sequence[ChangeRow]) -> Action:
    finding = row.finding
    explaining = [
        change.change
        for change in changes
        if not set(finding.explained_by).isdisjoint(write.event.key for write in change.change.writes)
    ]
    difference = DIFFERENCE[finding.kind]
    if finding.kind is FindingKind.DRIFTED:
        difference += ": " + ", ".join(attribute.path for attribute in finding.attributes)
    return Action(
        ref=finding.finding_id,
        since=row.first_seen_at,
        severity=finding.severity,
        resource=finding_name(finding),
        who=person(explaining[-1]) if explaining else None,
        what=difference,
        missing=(Missing.CODE,),
        due_at=None,
    )


def _closed_changes(facts: WeeklyFacts) -> Iterator[Closed]:
    for row in facts.changes:
        if row.judgement is None or tuple(_missing(row.change, row.judgement)):
            continue
        match, disposition = row.judgement.match, row.judgement.decision.disposition
        needed_somebody = disposition in (Disposition.RETROACTIVE, Disposition.EMERGENCY)
        if needed_somebody and match.approved_at and facts.week.holds(match.approved_at):
            ticket = f"{match.ticket.key}, " if match.ticket else ""
            yield Closed(
                at=match.approved_at,
                resource=resource_name(row.change, row.judgement),
                how=f"{disposition}: {ticket}approved by {match.approver}",
            )


def _closed_findings(facts: WeeklyFacts) -> Iterator[Closed]:
    for row in facts.findings:
        if row.resolved_at and facts.week.holds(row.resolved_at):
            yield Closed(
                at=row.resolved_at, resource=finding_name(row.finding), how=AGREEMENT[row.finding.kind]
            )
