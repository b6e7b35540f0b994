"""How does each account stand? What tells of it, since when, how it is treated, and what is open there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, literal, select

from drift.model.enrolment import EnrolmentRules, Mode
from drift.model.finding import OPEN
from drift.reports.browse.change_list import EVER
from drift.reports.browse.coverage import SourceCoverage, coverage_of
from drift.reports.browse.places import MOST_LOOKED_THROUGH, Count, counted_up_to
from drift.reports.population import Period
from drift.stages.decide import DecisionRules
from drift.store.columns import LAST, as_key
from drift.store.enrolment import enrolment_now
from drift.store.schema import account_unit, change_line, finding, source_account

ACCOUNTS = 100
"""On one page."""

RECENTLY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRow:
    """One account."""

    account: str
    environment: str | None
    unit: str | None
    """The organisational unit that it lies in."""
    mode: Mode
    mode_since: datetime | None
    """Since when somebody wants it so; `None` where nobody said anything."""
    sources: tuple[SourceCoverage, ...]
    open_findings: int
    changes: Count
    """That began within `RECENTLY`, and within the period that bounds what is seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountList:
    """One page of accounts, by their ids."""

    rows: tuple[AccountRow, ...]
    after: str | None
    """The account behind which the next page begins; `None`: there are no more."""


def account_list(
    connection: Connection,
    *,
    now: datetime,
    rules: EnrolmentRules,
    decision: DecisionRules,
    within: Period = EVER,
    after: str = "",
    size: int = ACCOUNTS,
) -> AccountList:
    """Return the accounts behind `after` that any source told of."""
    behind = select(source_account.c.account).where(source_account.c.account > after).distinct()
    some = list(connection.execute(behind.order_by(source_account.c.account).limit(size + 1)).scalars())
    shown = some[:size]
    rows = _rows(connection, shown, now=now, rules=rules, decision=decision, within=within)
    return AccountList(rows=tuple(rows), after=shown[-1] if len(some) > size else None)


def account_row(
    connection: Connection,
    account: str,
    *,
    now: datetime,
    rules: EnrolmentRules,
    decision: DecisionRules,
    within: Period = EVER,
) -> AccountRow | None:
    """Return one account; `None` where no source ever told of it."""
    mine = select(literal(1)).where(source_account.c.account == as_key(account)).limit(1)
    if not account or connection.execute(mine).first() is None:
        return None
    return _rows(connection, [account], now=now, rules=rules, decision=decision, within=within)[0]


def _rows(
    connection: Connection,
    accounts: Sequence[str],
    *,
    now: datetime,
    rules: EnrolmentRules,
    decision: DecisionRules,
    within: Period,
) -> list[AccountRow]:
    covered, enrolled = coverage_of(connection, accounts), enrolment_now(connection, rules)
    findings, changes = _open_findings(connection, accounts), _changes(connection, accounts, now, within)
    units = _units(connection, accounts)
    rows = []
    for account in accounts:
        environment = decision.environment_of(account)
        treatment = enrolled.treatment(account, environment.name if environment else None)
        rows.append(
            AccountRow(
                account=account,
                environment=environment.name if environment else None,
                unit=units.get(account.lower()),
                mode=treatment.mode,
                mode_since=treatment.since,
                sources=covered.get(account, ()),
                open_findings=findings.get(account, 0),
                changes=counted_up_to(changes.get(account, 0)),
            )
        )
    return rows


def _open_findings(connection: Connection, accounts: Sequence[str]) -> Mapping[str, int]:
    mine = (finding.c.account.in_(accounts), finding.c.status.in_(OPEN))
    rows = connection.execute(
        select(finding.c.account, func.count()).where(*mine).group_by(finding.c.account)
    )
    return {account: int(number) for account, number in rows}


def _changes(
    connection: Connection, accounts: Sequence[str], now: datetime, within: Period
) -> Mapping[str, int]:
    """Return how many changes began lately in each account, counted no further than one more than is told."""
    since = max(now - RECENTLY, within.since) if within.since else now - RECENTLY
    times = {"since": since, "until": within.until or LAST}
    return {
        account: int(connection.execute(_LATELY_IN, {"account": account, **times}).scalar_one())
        for account in accounts
    }


_LATELY_IN = select(func.count()).select_from(
    select(literal(1))
    .select_from(change_line)
    .where(
        change_line.c.account == bindparam("account"),
        change_line.c.began_at >= bindparam("since"),
        change_line.c.began_at < bindparam("until"),
    )
    .limit(MOST_LOOKED_THROUGH + 1)
    .subquery()
)
"""Built once: it is run for each account."""


def _units(connection: Connection, accounts: Sequence[str]) -> Mapping[str, str]:
    mine = account_unit.c.account.in_([account.lower() for account in accounts])
    rows = connection.execute(select(account_unit.c.account, account_unit.c.unit).where(mine))
    return {row.account: row.unit for row in rows}
