"""Which approval stands, and since when?"""

from collections.abc import Iterable

from drift.model.ticket import Approval, ApprovalDecision
from drift.stages.correlate.case import Case


def approval_of(case: Case, what: str, said: Iterable[Approval]) -> tuple[Approval | None, str]:
    """Return the earliest standing approval by somebody who did not make the change, or why there is none.

    What was said after the change counts only where nothing stood at its end. An approval that
    is taken back later did stand, and the answer must not depend on when it is asked for.
    """
    in_order = sorted(said, key=lambda one: (one.at, one.decision is not ApprovalDecision.APPROVED))
    at_its_end = [one for one in in_order if one.at <= case.change.ended_at]
    approval, why_not = _standing(case, what, at_its_end)
    return (approval, why_not) if approval else _standing(case, what, in_order)


def _standing(case: Case, what: str, said: Iterable[Approval]) -> tuple[Approval | None, str]:
    approvals: dict[str, Approval] = {}
    refusals: dict[str, Approval] = {}
    for one in said:
        person = case.rules.person(one.by)
        if one.decision is ApprovalDecision.APPROVED:
            refusals.pop(person, None)
            approvals.setdefault(person, one)
        elif one.decision is ApprovalDecision.WITHDRAWN:
            approvals.pop(person, None)
            refusals.pop(person, None)
        else:
            approvals.pop(person, None)
            refusals[person] = one
    by_others = [one for person, one in approvals.items() if person not in case.makers]
    if refusals:
        return None, f"{next(iter(refusals.values())).by} declined {what}"
    if by_others:
        return by_others[0], ""
    if approvals:
        maker = next(iter(approvals.values())).by
        return None, f"{what} was approved by nobody but {maker}, who made the change"
    return None, f"nobody approved {what}"
