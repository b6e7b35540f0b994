"""What became of every record that was read, and which span it covers.

Counted in memory while a batch is read and kept once, in the batch's own transaction:
the counts are as crash-proof as the records, and a million reads cost few statements.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, or_, select, update

from drift.model.event import ChangeEvent, Fate
from drift.model.evidence import TallyCount
from drift.store.enrolment import note_accounts
from drift.store.schema import coverage, funnel
from drift.store.upsert import NewValues, insert_or_set

_NOWHERE = ("", "")
_HOUR = "%Y-%m-%dT%H"


@dataclass(slots=True)
class _Span:
    from_at: datetime | None = None
    to_at: datetime | None = None
    records: int = 0
    unreadable: int = 0

    def count(self, at: datetime | None) -> None:
        self.records += 1
        if at is None:
            return
        if self.from_at is None or at < self.from_at:
            self.from_at = at
        if self.to_at is None or at > self.to_at:
            self.to_at = at

    def add(self, other: "_Span") -> None:
        self.records += other.records
        self.from_at = min(filter(None, (self.from_at, other.from_at)), default=None)
        self.to_at = max(filter(None, (self.to_at, other.to_at)), default=None)


_Kind: TypeAlias = tuple[str | None, str | None, Fate, datetime | None]
"""Account and region of a record, what became of it, and the hour of its call."""


@dataclass(slots=True)
class Tally:
    """The counts of one batch."""

    source: str
    _counted: dict[_Kind, _Span] = field(default_factory=dict)
    _unreadable: int = 0
    _taken_back: int = 0

    def count(self, event: ChangeEvent, fate: Fate) -> None:
        """Count a record under what became of it."""
        at = event.occurred_at
        hour = None if at is None else at.replace(minute=0, second=0, microsecond=0)
        kind = (event.call.account, event.call.region, fate, hour)
        span = self._counted.get(kind)
        if span is None:
            self._counted[kind] = span = _Span()
        span.count(at)

    def count_unreadable(self) -> None:
        """Count a record that nothing could be read from."""
        self._unreadable += 1

    def count_readable(self) -> None:
        """Take back that nothing could be read from a record, since it can be by now."""
        self._taken_back += 1

    def keep(self, connection: Connection) -> None:
        """Add the counts to those of earlier batches."""
        places: defaultdict[tuple[str, str], _Span] = defaultdict(_Span)
        became: Counter[tuple[str, str, str]] = Counter()
        for (account, region, fate, hour), span in self._counted.items():
            places[account or "", region or ""].add(span)
            became[account or "", _text_of(hour), fate] += span.records
        if self._unreadable:
            places[_NOWHERE].unreadable += self._unreadable
        if self._unreadable or self._taken_back:
            became["", "", "unreadable"] += self._unreadable - self._taken_back
        _add(connection, self.source, became)
        rows = [
            {
                "source": self.source,
                "account": account,
                "region": region,
                "from_at": span.from_at,
                "to_at": span.to_at,
                "records": span.records,
                "unreadable": span.unreadable,
                "heard_at": span.to_at,
            }
            for (account, region), span in places.items()
        ]
        insert_or_set(connection, coverage, rows, _widened)
        note_accounts(connection, self.source, {account for account, _ in places})


def recount(connection: Connection, source: str, event: ChangeEvent, fate: Fate) -> None:
    """Count a record that waited, and was counted as a part meanwhile, under what became of it."""
    account, hour = event.call.account or "", _text_of(event.occurred_at)
    _add(connection, source, {(account, hour, Fate.PART): -1, (account, hour, fate): 1})


def funnel_totals(connection: Connection) -> dict[str, int]:
    """Return how many records each rule took, over all sources and times."""
    rows = connection.execute(select(funnel.c.rule, func.sum(funnel.c.records)).group_by(funnel.c.rule))
    return {rule: int(records) for rule, records in sorted((rule, records) for rule, records in rows)}


def counts_to_record(connection: Connection, source: str) -> list[TallyCount]:
    """Return what was counted of a source since it was marked as recorded last."""
    rows = connection.execute(
        select(funnel)
        .where(funnel.c.source == source, funnel.c.records != funnel.c.recorded)
        .order_by(funnel.c.hour, funnel.c.account, funnel.c.rule)
    )
    return [
        TallyCount(
            account=row.account or None,
            hour=_hour_of(row.hour),
            rule=row.rule,
            records=row.records - row.recorded,
        )
        for row in rows
    ]


def mark_counts_recorded(connection: Connection, source: str, counts: Sequence[TallyCount]) -> None:
    """Note that the ledger has these counts of a source; what was counted since is still to be recorded."""
    of_one = [funnel.c[name] == bindparam(f"of_{name}") for name in ("account", "hour", "rule")]
    statement = update(funnel).where(funnel.c.source == source, *of_one)
    rows = [
        {
            "of_account": one.account or "",
            "of_hour": _text_of(one.hour),
            "of_rule": one.rule,
            "more": one.records,
        }
        for one in counts
    ]
    if rows:
        connection.execute(statement.values(recorded=funnel.c.recorded + bindparam("more")), rows)


def sources_to_record(connection: Connection) -> list[str]:
    """Return the sources of which something was counted that the ledger does not have."""
    is_news = funnel.c.records != funnel.c.recorded
    sources = select(funnel.c.source).where(is_news).distinct().order_by(funnel.c.source)
    return list(connection.execute(sources).scalars())


def newest_hour(connection: Connection) -> datetime | None:
    """Return the hour of the newest record that was read, whatever became of it."""
    newest = connection.execute(select(func.max(funnel.c.hour))).scalar_one()
    return _hour_of(newest or "")


def _hour_of(text: str) -> datetime | None:
    return datetime.strptime(text, _HOUR).replace(tzinfo=UTC) if text else None


def _text_of(hour: datetime | None) -> str:
    """Return the hour under which a record is counted; empty where it tells none."""
    return "" if hour is None else f"{hour:{_HOUR}}"


def _add(connection: Connection, source: str, became: Mapping[tuple[str, str, str], int]) -> None:
    rows = [
        {"source": source, "account": account, "hour": hour, "rule": rule, "records": records}
        for (account, hour, rule), records in became.items()
    ]
    insert_or_set(connection, funnel, rows, _added)


def _added(new: NewValues) -> dict[str, ColumnElement[Any]]:
    return {"records": funnel.c.records + new.records}


def _widened(new: NewValues) -> dict[str, ColumnElement[Any]]:
    kept = coverage.c
    earlier = or_(kept.from_at.is_(None), kept.from_at > new.from_at)
    later = or_(kept.to_at.is_(None), kept.to_at < new.to_at)
    newer = or_(kept.heard_at.is_(None), kept.heard_at < new.heard_at)
    return {
        "records": kept.records + new.records,
        "unreadable": kept.unreadable + new.unreadable,
        "from_at": case((earlier, new.from_at), else_=kept.from_at),
        "to_at": case((later, new.to_at), else_=kept.to_at),
        "heard_at": case((newer, new.heard_at), else_=kept.heard_at),
    }
