"""What the weekly report says of the first days: the opening register, and what is only observed."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from drift.model.verdict import Disposition, Severity
from drift.reports.weekly.facts import WeeklyFacts
from drift.reports.weekly.report import FirstDays
from drift.reports.wording import counted
from drift.store.changes import ChangeRow
from drift.store.findings import FindingRow


def first_days(facts: WeeklyFacts) -> FirstDays:
    """Return the numbers of the opening register, and of what alerted nobody in the week."""
    register = [row for row in facts.findings if row.is_pre_existing and row.first_seen_at <= facts.as_of]
    judged = [row for row in facts.changes if row.judgement and facts.week.holds(row.change.began_at)]
    due = [row.due_at for row in register if row.due_at and row.due_at > facts.as_of]
    return FirstDays(
        register=len(register),
        register_worst=sum(row.finding.severity.rank >= Severity.HIGH.rank for row in register),
        overdue=sum(is_overdue(row, facts.as_of) for row in register),
        first_due_at=min(due, default=None),
        made_before=sum(is_from_before(row) for row in judged),
        withheld=sum(is_withheld(row) for row in judged),
    )


def is_overdue(row: FindingRow, at: datetime) -> bool:
    """Tell whether a finding of the opening register should have been settled by now."""
    return row.is_pre_existing and row.due_at is not None and row.due_at <= at


def is_from_before(row: ChangeRow) -> bool:
    """Tell whether a change was made before the watch began."""
    return row.judgement is not None and row.judgement.decision.disposition is Disposition.BEFORE_ENROLMENT


def is_withheld(row: ChangeRow) -> bool:
    """Tell whether somebody would have been told of a change, were it not only observed."""
    return row.judgement is not None and row.judgement.decision.is_withheld


def first_days_lines(said: FirstDays) -> Sequence[str]:
    """Put the numbers into sentences; nothing where there are no first days any more."""
    return tuple(_lines(said))


def _lines(said: FirstDays) -> Iterator[str]:
    if said.register:
        worst = f", {said.register_worst:,} of them critical or high" if said.register_worst else ""
        overdue = f"; {said.overdue:,} overdue" if said.overdue else ""
        due = f"; the next due {said.first_due_at:%Y-%m-%d}" if said.first_due_at else ""
        found = counted(said.register, "finding")
        yield (
            f"Opening register: {found} from before the watch{worst}{overdue}{due}."
            " They are not counted as open drift: drift findings --register lists them."
        )
    if said.made_before:
        yield f"{counted(said.made_before, 'change')} made before the watch began: not counted below."
    if said.withheld:
        yield (
            f"Only observed: {counted(said.withheld, 'change')} would have alerted, and did not."
            " drift enrol --list says what alerts."
        )
