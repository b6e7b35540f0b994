"""Emergencies as their page shows them: what each still asks for, and what the register says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.model.action import FollowUp
from drift.model.control_test import Result
from drift.model.emergency import Due, Step
from drift.model.verdict import Disposition
from drift.reports.browse.emergencies import Emergencies, OpenEmergencyRow
from drift.reports.emergency import EmergencyRow
from drift.reports.wording import duration
from drift.web.people import people_listed


@dataclass(frozen=True, kw_only=True, slots=True)
class StepLine:
    """Something that an emergency still asks for."""

    asks: str
    at: datetime
    by: str | None
    is_missed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenLine:
    """An emergency that still asks for something."""

    change_id: str
    at: datetime
    who: str
    what: str
    resource: str
    steps: tuple[StepLine, ...]

    @property
    def is_missed(self) -> bool:
        """A deadline has passed."""
        return any(one.is_missed for one in self.steps)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterLine:
    """One line of the register."""

    change_id: str
    at: datetime
    who: str
    resource: str
    environment: str
    kind: str
    disposition: Disposition
    incident: str | None
    justification: str
    approval: str
    approved_in_time: bool | None
    review: str
    complete: Result | None
    reason: str


def open_line(one: OpenEmergencyRow, now: datetime) -> OpenLine:
    """Say what is still asked for."""
    change = one.change
    return OpenLine(
        change_id=change.change_id,
        at=change.began_at,
        who=change.actor,
        what=change.summary,
        resource=change.address or change.resource_id,
        steps=tuple(_step(due, now) for due in one.due),
    )


def _step(due: Due, now: datetime) -> StepLine:
    is_named = due.step is Step.FOLLOW_UP
    return StepLine(
        asks=due.step.asks, at=due.at, by=due.by if is_named else None, is_missed=due.is_missed(now)
    )


def register_line(row: EmergencyRow) -> RegisterLine:
    """Say what became of an emergency."""
    return RegisterLine(
        change_id=row.change_id,
        at=row.began_at,
        who=row.actor,
        resource=row.resource,
        environment=row.environment or "",
        kind="break-glass" if row.is_break_glass else "declared",
        disposition=row.disposition,
        incident=row.incident,
        justification=row.justification or "nobody has said why",
        approval=_approval(row),
        approved_in_time=row.approved_in_time,
        review=_review(row),
        complete=row.complete,
        reason=row.reason,
    )


def _approval(row: EmergencyRow) -> str:
    if row.approved_at is None or row.approval_took is None:
        return "never, and its time has passed" if row.approved_in_time is False else "not yet"
    after = (
        f", {duration(row.approval_took)} after the first write" if row.approval_took > timedelta() else ""
    )
    return f"by {row.approver}{after}{'' if row.approved_in_time else ', too late'}"


def _review(row: EmergencyRow) -> str:
    if row.reviewed_at is None:
        return "not yet"
    done = f"reviewed {row.reviewed_at:%Y-%m-%d}"
    if row.follow_up in (None, FollowUp.NOTHING):
        return done
    what = row.follow_up.replace("_", " ")
    if row.follow_up_due_at is None:
        return f"{done}; {what}: done"
    return f"{done}; {what} by {row.follow_up_owner}, due {row.follow_up_due_at:%Y-%m-%d}"


def people_in(found: Emergencies) -> Iterator[str | None]:
    """Yield every name of a person that the records of emergencies know."""
    yield from people_listed(one.change for one in found.open)
    yield from (due.by for one in found.open for due in one.due)
    for row in found.page.rows:
        yield from (row.approver, row.follow_up_owner, *row.actor.replace("(", " ").replace(")", " ").split())
