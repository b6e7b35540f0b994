"""Approval by label, where a system has nothing better: whoever sets the label approves.

Code hosts remember who set and removed which label, and a label cannot be set in somebody else's name.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from drift.model.ticket import Approval, ApprovalDecision


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelChange:
    """Somebody set a label, or removed it."""

    label: str
    is_set: bool
    at: datetime
    by: str
    name: str | None = None
    is_by_deleted_user: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelRules:
    """What labels mean."""

    approved: Collection[str]
    declined: Collection[str]
    approvers: Collection[str]
    """Whose labels count; empty: everybody's who may set them."""

    def decision(self, change: LabelChange) -> ApprovalDecision | None:
        """Return what somebody said by setting a label."""
        known = {name.lower() for name in self.approvers}
        if change.label in self.declined:
            return ApprovalDecision.DECLINED
        if change.label in self.approved and (not known or change.by.lower() in known):
            return ApprovalDecision.APPROVED
        return None


def approvals_by_label(changes: Iterable[LabelChange], rules: LabelRules) -> Sequence[Approval]:
    """Return what was approved and declined, in order of time.

    A label that is removed takes back what was said by setting it, whoever removed it.
    """
    said: list[Approval] = []
    standing: dict[str, Approval] = {}
    for change in sorted(changes, key=lambda one: one.at):
        if not change.is_set:
            if taken_back := standing.pop(change.label, None):
                said.append(_approval(change.at, ApprovalDecision.WITHDRAWN, taken_back))
        elif decision := rules.decision(change):
            standing[change.label] = Approval(
                by=change.by,
                decision=decision,
                at=change.at,
                name=change.name,
                is_by_deleted_user=change.is_by_deleted_user,
            )
            said.append(standing[change.label])
    return said


def _approval(at: datetime, decision: ApprovalDecision, of: Approval) -> Approval:
    return Approval(
        by=of.by, decision=decision, at=at, name=of.name, is_by_deleted_user=of.is_by_deleted_user
    )
