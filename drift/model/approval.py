"""Who may approve what was done, and what an emergency asks for afterwards."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyRules:
    """What is asked for after emergency access, or after somebody declared an emergency."""

    approve_within: timedelta = timedelta(hours=24)
    """By when an authorised approver must have approved it, counted from the first write."""
    review_within: timedelta = timedelta(days=5)
    """By when it must be reviewed, counted from the first write."""
    follow_up_within: timedelta = timedelta(hours=72)
    """How long codifying or reverting it may take after the review that asks for it."""
    escalate_to: str | None = None
    """Name of the notifier that is told too once a deadline has passed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionRules:
    """What people may do about a change."""

    approvers: tuple[str, ...] = ()
    """Who may approve and waive, under any of their names; nobody else may."""
    emergency_approvers: tuple[str, ...] = ()
    """Who may approve an emergency; none: who may approve anything."""
    longest_waiver: timedelta = timedelta(days=366)
    emergency: EmergencyRules = field(default_factory=EmergencyRules)

    def approving(self, *, is_emergency: bool) -> tuple[str, ...]:
        """Return who may approve a change."""
        return (self.emergency_approvers or self.approvers) if is_emergency else self.approvers
