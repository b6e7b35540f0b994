"""What came of a time in which nobody was woken: the numbers of a digest."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from drift.model.finding import FindingStatus
from drift.model.verdict import Disposition, Severity
from drift.store.changes import ChangeRow, changes
from drift.store.findings import FindingRow, findings
from drift.store.schema import change, finding

MOST_NAMED = 3
"""How many of the most severe are named."""

_ASKS_NOTHING = (Disposition.AUTHORISED, Disposition.BEFORE_ENROLMENT)
"""Nobody would be told of these; they are the most, and need not be looked at one by one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What was judged and found since an entry of the ledger."""

    judged: Mapping[Disposition, int]
    """Changes by how they stand; those before the watch too."""
    withheld: Mapping[Severity, int]
    """Changes of which somebody would have been told."""
    worst_withheld: tuple[ChangeRow, ...]
    """The most severe of these, and of equal ones the newest."""
    register: Mapping[Severity, int]
    """Findings that stand in the opening register now."""
    worst_registered: tuple[FindingRow, ...]
    first_due_at: datetime | None
    """When the first of them is to be settled."""
    new_drift: int
    """Findings that were found since, and were not there before the watch."""

    @property
    def is_nothing(self) -> bool:
        """Nothing was judged or found yet."""
        return not (self.judged or self.register or self.new_drift)


def observed_since(connection: Connection, seq: int) -> Observed:
    """Return what was judged and found since the entry `seq`, and the opening register as it is."""
    is_new = change.c.ledger_seq >= seq
    by_disposition = connection.execute(
        select(change.c.disposition, func.count()).where(is_new).group_by(change.c.disposition)
    )
    severities, worst = _withheld(connection, is_new)
    in_register = finding.c.status == FindingStatus.PRE_EXISTING
    registered = connection.execute(
        select(finding.c.severity, func.count()).where(in_register).group_by(finding.c.severity)
    )
    by_severity = {Severity(severity): int(number) for severity, number in registered}
    is_drift = finding.c.status.in_([FindingStatus.OPEN, FindingStatus.REOPENED])
    return Observed(
        judged={Disposition(disposition): int(number) for disposition, number in by_disposition},
        withheld=severities,
        worst_withheld=worst,
        register=by_severity,
        worst_registered=_worst(connection, in_register, by_severity),
        first_due_at=connection.execute(select(func.min(finding.c.due_at)).where(in_register)).scalar_one(),
        new_drift=_count(connection, is_drift, finding.c.ledger_seq >= seq),
    )


def _withheld(
    connection: Connection, is_new: ColumnElement[bool]
) -> tuple[Mapping[Severity, int], tuple[ChangeRow, ...]]:
    asking = select(change.c.change_id, change.c.judgement).where(
        is_new, change.c.disposition.not_in(_ASKS_NOTHING)
    )
    rows = connection.execute(asking.order_by(change.c.began_at.desc(), change.c.change_id))
    found = [(row.change_id, row.judgement.decision) for row in rows]
    told = [(change_id, one.severity) for change_id, one in found if one.is_withheld]
    told.sort(key=lambda one: -one[1].rank)
    worst = [change_id for change_id, _ in told[:MOST_NAMED]]
    rows_of = {row.change.change_id: row for row in changes(connection, change.c.change_id.in_(worst))}
    return Counter(severity for _, severity in told), tuple(rows_of[one] for one in worst)


def _worst(
    connection: Connection, which: ColumnElement[bool], by_severity: Mapping[Severity, int]
) -> tuple[FindingRow, ...]:
    if not by_severity:
        return ()
    worst = max(by_severity, key=lambda one: one.rank)
    ids = connection.execute(
        select(finding.c.finding_id)
        .where(which, finding.c.severity == worst)
        .order_by(finding.c.finding_id)
        .limit(MOST_NAMED)
    ).scalars()
    return tuple(findings(connection, finding.c.finding_id.in_(list(ids))))


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(finding).where(*where)).scalar_one())
