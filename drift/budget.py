"""Stops reading a source whose budget is spent until the next period: loudly, as a gap with an owner.

What is used is kept after each haul, so that a start does not begin anew. Within a haul nothing is
stopped: a budget may be overdrawn by as much as it takes to list what is new, and to read some of it.
What was fetched is kept, so however small a budget is, each period gets further.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.errors import BudgetSpentError
from drift.model.alarm import BUDGET_SPENT, Alarm
from drift.model.api_calls import ApiCalls
from drift.model.budget import BudgetUnit, BudgetUse, told
from drift.model.event import RawRecord
from drift.model.verdict import Severity
from drift.ports import AdapterKind
from drift.stages.alarm import raise_alarm
from drift.stages.collect import Haul
from drift.store.budgets import budgets_used, forget_budgets, use_budget


class Purse:
    """The budget of a source, for one turn of reading it."""

    def __init__(self, have: Equipment, source: str) -> None:
        self._have = have
        self._source = source
        self._limits = have.policy.of_source(source).budget.limits
        self._meter = next((one for one in have.meters if _is_of(one.read(), source)), None)
        self._made = self._made_now()
        self._bytes = 0

    def check(self) -> None:
        """Go on only if something is left.

        Raises:
            BudgetSpentError: Nothing is; it says when there is something again.
        """
        if not self._limits:
            return
        self.keep()
        now = self._have.clock.now()
        with self._have.database.reading() as connection:
            spent = [one for one in budgets_used(connection, now, self._source) if one.is_spent]
        for one in spent:
            raise BudgetSpentError(_said(one, now), hint=f"raise `{one.unit}`, or let it wait")

    def count(self, haul: Haul) -> None:
        """Count the records of a haul; requests are counted where they are made."""
        records = (one for batch in haul for one in batch.records)
        self._bytes += sum(len(one.body) for one in records if isinstance(one, RawRecord))

    def keep(self) -> None:
        """Keep what was used since this was called last."""
        if not self._limits:
            return
        made, now = self._made_now(), self._have.clock.now()
        used = {BudgetUnit.REQUESTS_A_DAY: made - self._made, BudgetUnit.BYTES_A_MONTH: self._bytes}
        with self._have.database.transaction() as connection:
            for unit, limit in self._limits:
                use_budget(connection, self._source, unit, limit, used[unit], now)
        self._made, self._bytes = made, 0

    def _made_now(self) -> int:
        return self._meter.read().made if self._meter else 0


def raise_spent(
    connection: Connection, notifiers: Iterable[str], source: str, error: BudgetSpentError, now: datetime
) -> None:
    """Raise the alarm that a budget is spent. It stands until the source is read to its end again."""
    alarm = Alarm(
        slug=BUDGET_SPENT,
        subject=source,
        text=f"{source} is not read: {error.what}",
        hint="Raise the budget, or let it wait: nothing is lost for as long as the source keeps it.",
        severity=Severity.HIGH,
        since=now,
    )
    raise_alarm(connection, notifiers, alarm, now)


def forget_other_budgets(connection: Connection, have: Equipment) -> None:
    """Forget what was used of budgets that the configuration names no more."""
    known = {(name, unit) for name in have.sources for unit, _ in have.policy.of_source(name).budget.limits}
    forget_budgets(connection, known)


def _said(one: BudgetUse, now: datetime) -> str:
    again = f"{one.unit.next_after(now):%Y-%m-%d}"
    return f"its budget of {told(one.unit, one.limit)} is spent; it is read on from {again} 00:00 UTC"


def _is_of(calls: ApiCalls, source: str) -> bool:
    return (calls.kind, calls.name) == (AdapterKind.AUDIT_LOG, source)
