"""The register of a month's emergencies: each with what it asked for, and how often they happen."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from drift.model.action import FollowUp
from drift.model.approval import ActionRules
from drift.model.control_test import ControlTest, Result
from drift.model.emergency import Step, emergency_of
from drift.model.environment import Environment
from drift.model.person import People, makers_of
from drift.model.verdict import NOBODYS, Disposition, Lane
from drift.reports.figures import quantile
from drift.reports.wording import identity, resource_name
from drift.store.changes import ChangeRow
from drift.store.emergencies import emergencies_between
from drift.store.lookup import changes_between

AGAIN = 2
"""From how many emergencies on somebody or something is named as coming back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A calendar month in UTC."""

    year: int
    month: int

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The first moment of the next month."""
        return datetime(self.year + self.month // 12, self.month % 12 + 1, 1, tzinfo=UTC)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def month_before(at: datetime) -> Month:
    """Return the month before the one that a time lies in."""
    first = at.astimezone(UTC).replace(day=1)
    last = first - timedelta(days=1)
    return Month(year=last.year, month=last.month)


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyRow:
    """One emergency."""

    change_id: str
    began_at: datetime
    actor: str
    resource: str
    environment: str | None
    is_break_glass: bool
    disposition: Disposition
    incident: str | None
    justification: str | None
    approver: str | None
    approved_at: datetime | None
    approval_took: timedelta | None
    """From the first write to the approval; negative where it was approved before."""
    approved_in_time: bool | None
    """`None` while it is not due."""
    reviewed_at: datetime | None
    follow_up: FollowUp | None
    follow_up_owner: str | None
    follow_up_due_at: datetime | None
    complete: Result | None
    """What test t7 found."""
    reason: str
    """Why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """The emergencies of a month, and what they add up to."""

    month: Month
    rows: tuple[EmergencyRow, ...]
    changes: int
    """All production changes of the month that somebody decided."""
    production: int
    """The emergencies among them."""
    in_time: int
    due: int
    """Of how many emergencies the approval was due by now, or was given."""
    median: timedelta | None
    """Of the times to the approval."""
    p95: timedelta | None
    actors: tuple[tuple[str, int], ...]
    """Who had several."""
    resources: tuple[tuple[str, int], ...]
    """What had several."""


def register_of(
    connection: Connection,
    month: Month,
    rules: ActionRules,
    people: People,
    environments: Sequence[Environment],
    now: datetime,
) -> Register:
    """Return the register of a month, as things stand at `now`."""
    found = emergencies_between(connection, month.since, month.until)
    rows = tuple(emergency_row(one, rules, people, now) for one in found)
    counted = [
        row for row in changes_between(connection, month.since, month.until) if _counts(row, environments)
    ]
    ids = {row.change.change_id for row in counted}
    took = sorted(row.approval_took for row in rows if row.approval_took is not None)
    return Register(
        month=month,
        rows=rows,
        changes=len(counted),
        production=sum(row.change_id in ids for row in rows),
        in_time=sum(row.approved_in_time is True for row in rows),
        due=sum(row.approved_in_time is not None for row in rows),
        median=quantile(took, 0.5),
        p95=quantile(took, 0.95),
        actors=_repeated(row.actor for row in rows),
        resources=_repeated(row.resource for row in rows),
    )


def emergency_row(row: ChangeRow, rules: ActionRules, people: People, now: datetime) -> EmergencyRow:
    """Return what the register says of an emergency that was judged."""
    change, judgement = row.change, row.judgement
    assert judgement  # noqa: S101 - it is noted when it is judged
    match = judgement.match
    makers = makers_of(change, match.deployment, people)
    found = emergency_of(change, match, judgement.standing, rules, people, makers)
    approval, review = found.step(Step.APPROVE), found.step(Step.REVIEW)
    follow_up = found.step(Step.FOLLOW_UP)
    approved_at = approval.done_at if approval else None
    is_known = approval is not None and (approval.done_at is not None or approval.is_missed(now))
    t7 = next((one for one in judgement.tests if one.test is ControlTest.EMERGENCY_COMPLETE), None)
    return EmergencyRow(
        change_id=change.change_id,
        began_at=change.began_at,
        actor=identity(change),
        resource=resource_name(change, judgement),
        environment=judgement.decision.environment,
        is_break_glass=change.lane is Lane.EMERGENCY,
        disposition=judgement.decision.disposition,
        incident=found.incident,
        justification=found.justification,
        approver=approval.by if approval else None,
        approved_at=approved_at,
        approval_took=approved_at - change.began_at if approved_at else None,
        approved_in_time=(approved_at is not None and approved_at <= approval.at)
        if approval and is_known
        else None,
        reviewed_at=review.done_at if review else None,
        follow_up=found.follow_up,
        follow_up_owner=follow_up.by if follow_up else None,
        follow_up_due_at=follow_up.at if follow_up else None,
        complete=t7.result if t7 else None,
        reason=t7.reason if t7 else "",
    )


def _counts(row: ChangeRow, environments: Sequence[Environment]) -> bool:
    """Tell whether a change is one of production; an account that no environment claims is taken for it."""
    judgement = row.judgement
    if judgement is None or judgement.decision.disposition in NOBODYS:
        return False
    name = judgement.decision.environment
    known = next((one for one in environments if one.name == name), None)
    return known is None or known.is_production


def _repeated(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, number) for name, number in Counter(names).most_common() if number >= AGAIN)
