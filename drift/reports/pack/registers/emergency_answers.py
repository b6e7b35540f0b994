"""Which changes were emergencies, and what people did about each."""

from dataclasses import dataclass
from datetime import datetime

from drift.model.action import Approved, DeclaredEmergency, Reviewed
from drift.model.control_test import Result
from drift.model.evidence import ActionRecord, DispositionRecord
from drift.model.verdict import Disposition, Lane
from drift.reports.pack.registers.facts import Facts

ASSESSED = (Result.PASS, Result.FAIL, Result.NOT_EVALUABLE)
"""The test of emergencies finds one of these only where there was one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What people did about an emergency."""

    declared: tuple[ActionRecord, DeclaredEmergency] | None
    reviewed: tuple[ActionRecord, Reviewed] | None
    approver: str | None
    approved_at: datetime | None
    """The first approval, on the ticket or afterwards."""


def is_emergency(change: DispositionRecord, facts: Facts) -> bool:
    """Tell whether emergency access was used for a change, or somebody called it an emergency."""
    is_marked = change.lane is Lane.EMERGENCY or change.disposition is Disposition.EMERGENCY
    return is_marked or change.t7 in ASSESSED or answers_of(change, facts).declared is not None


def answers_of(change: DispositionRecord, facts: Facts) -> Answers:
    """Return what people did about an emergency."""
    declared = reviewed = None
    approvals = [(change.approved_at, change.approver)] if change.approved_at else []
    for action in facts.actions.get(change.change_id, ()):
        match action.deed:
            case DeclaredEmergency() as deed:
                declared = declared or (action, deed)
            case Reviewed() as deed:
                reviewed = reviewed or (action, deed)
            case Approved():
                approvals.append((action.at, action.by.name))
            case _:
                pass
    approved_at, approver = min(approvals, key=lambda one: one[0], default=(None, None))
    return Answers(declared=declared, reviewed=reviewed, approver=approver, approved_at=approved_at)
