"""How much of each source's budget is used up, which a start must not forget."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, case, delete, select

from drift.model.budget import BudgetUnit, BudgetUse
from drift.store.schema import budget_use
from drift.store.upsert import insert_or_update


def budgets_used(connection: Connection, at: datetime, source: str | None = None) -> Sequence[BudgetUse]:
    """Return what is used up in the periods that `at` lies in, of one source or of all that have a budget."""
    query = select(budget_use).order_by(budget_use.c.source, budget_use.c.unit)
    if source is not None:
        query = query.where(budget_use.c.source == source)
    return [
        BudgetUse(
            source=row.source,
            unit=unit,
            period=unit.period_of(at),
            used=row.used if row.period == unit.period_of(at) else 0,
            limit=row.most,
        )
        for row in connection.execute(query)
        for unit in [BudgetUnit(row.unit)]
    ]


def use_budget(
    connection: Connection, source: str, unit: BudgetUnit, limit: int, used: int, at: datetime
) -> None:
    """Count what was used of a budget; what was used in an earlier period counts no more."""
    period = unit.period_of(at)
    key = {"source": source, "unit": unit.value, "period": period, "used": used, "most": limit}
    so_far = case((budget_use.c.period == period, budget_use.c.used), else_=0)
    insert_or_update(connection, budget_use, key, {"period": period, "used": so_far + used, "most": limit})


def forget_budgets(connection: Connection, known: Collection[tuple[str, BudgetUnit]]) -> None:
    """Forget the budgets but those of these sources in these units."""
    for row in connection.execute(select(budget_use.c.source, budget_use.c.unit)).all():
        if (row.source, row.unit) not in known:
            mine = (budget_use.c.source == row.source, budget_use.c.unit == row.unit)
            connection.execute(delete(budget_use).where(*mine))
