"""Is a change of a kind that was approved once for all?"""

from collections.abc import Iterator

from drift.model.ticket import Coverage, TicketMatch
from drift.model.verdict import Confidence
from drift.stages.correlate.case import Case

BY_STANDARD = "standard change"


def by_standard(case: Case) -> Iterator[TicketMatch]:
    """Yield what each standard change that is meant for it is worth."""
    for one in case.rules.standard_changes:
        if not one.scope.holds(case.change, case.environment):
            continue
        why_not = one.why_not(case.change)
        if why_not is None and case.rules.person(one.approver) in case.makers:
            why_not = f"{one.approver}, who approved the standard change {one.name}, made this one"
        yield TicketMatch(
            coverage=Coverage.NOT_APPROVED if why_not else Coverage.APPROVED_BEFORE,
            method=BY_STANDARD,
            confidence=Confidence.MEDIUM,
            reasons=(why_not or f"a standard change: {one.name}, which {one.approver} approved before",),
            approved_at=None if why_not else one.approved_at,
            approver=None if why_not else one.approver,
            standard=one.name,
        )
