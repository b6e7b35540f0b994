"""What became of every record that was read, and which span it covers.

Counted in memory while a batch is read and kept once, in the batch's own transaction:
the counts are as crash-proof as the records, and a million reads cost few statements.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, case, func, literal, or_, select

from drift.model.event import ChangeEvent, Fate
from drift.store.columns import UtcTime
from drift.store.enrolment import note_accounts
from drift.store.schema import coverage, funnel
from drift.store.upsert import insert_or_update

_NOWHERE = ("", "")
_HOUR = "%Y-%m-%dT%H"


@dataclass(slots=True)
class _Span:
    from_at: datetime | None = None
    to_at: datetime | None = None
    records: int = 0
    unreadable: int = 0

    def stretch(self, at: datetime | None) -> None:
        if at is not None:
            self.from_at = min(self.from_at or at, at)
            self.to_at = max(self.to_at or at, at)


@dataclass(slots=True)
class Tally:
    """The counts of one batch."""

    source: str
    _funnel: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _spans: dict[tuple[str, str], _Span] = field(default_factory=dict)

    def count(self, event: ChangeEvent, fate: Fate) -> None:
        """Count a record under what became of it."""
        self._funnel[*_place_of(event), fate] += 1
        span = self._spans.setdefault((event.call.account or "", event.call.region or ""), _Span())
        span.records += 1
        span.stretch(event.occurred_at)

    def count_unreadable(self) -> None:
        """Count a record that nothing could be read from."""
        self._funnel["", "", "unreadable"] += 1
        self._spans.setdefault(_NOWHERE, _Span()).unreadable += 1

    def count_readable(self) -> None:
        """Take back that nothing could be read from a record, since it can be by now."""
        self._funnel["", "", "unreadable"] -= 1

    def keep(self, connection: Connection) -> None:
        """Add the counts to those of earlier batches."""
        for row, records in self._funnel.items():
            _add(connection, (self.source, *row), records)
        for (account, region), span in self._spans.items():
            key = {"source": self.source, "account": account, "region": region}
            values = {
                "from_at": span.from_at,
                "to_at": span.to_at,
                "records": span.records,
                "unreadable": span.unreadable,
                "heard_at": span.to_at,
            }
            insert_or_update(connection, coverage, {**key, **values}, _widened(span))
        note_accounts(connection, self.source, {account for account, _ in self._spans})


def recount(connection: Connection, source: str, event: ChangeEvent, fate: Fate) -> None:
    """Count a record that waited, and was counted as a part meanwhile, under what became of it."""
    _add(connection, (source, *_place_of(event), Fate.PART), -1)
    _add(connection, (source, *_place_of(event), fate), 1)


def funnel_totals(connection: Connection) -> dict[str, int]:
    """Return how many records each rule took, over all sources and times."""
    rows = connection.execute(select(funnel.c.rule, func.sum(funnel.c.records)).group_by(funnel.c.rule))
    return {rule: int(records) for rule, records in sorted((rule, records) for rule, records in rows)}


def newest_hour(connection: Connection) -> datetime | None:
    """Return the hour of the newest record that was read, whatever became of it."""
    newest = connection.execute(select(func.max(funnel.c.hour))).scalar_one()
    return datetime.strptime(newest, _HOUR).replace(tzinfo=UTC) if newest else None


def _place_of(event: ChangeEvent) -> tuple[str, str]:
    """Return the account and the hour under which a record is counted; empty where it tells none."""
    return event.call.account or "", f"{event.occurred_at:{_HOUR}}" if event.occurred_at else ""


def _add(connection: Connection, row: tuple[str, str, str, str], records: int) -> None:
    key = dict(zip(("source", "account", "hour", "rule"), row, strict=True))
    values = {"records": funnel.c.records + records}
    insert_or_update(connection, funnel, {**key, "records": records}, values)


def _widened(span: _Span) -> dict[str, object]:
    changed: dict[str, object] = {
        "records": coverage.c.records + span.records,
        "unreadable": coverage.c.unreadable + span.unreadable,
    }
    if span.from_at is not None:
        earlier = or_(coverage.c.from_at.is_(None), coverage.c.from_at > span.from_at)
        later = or_(coverage.c.to_at.is_(None), coverage.c.to_at < span.to_at)
        changed["from_at"] = case((earlier, literal(span.from_at, UtcTime)), else_=coverage.c.from_at)
        newer = or_(coverage.c.heard_at.is_(None), coverage.c.heard_at < span.to_at)
        changed["to_at"] = case((later, literal(span.to_at, UtcTime)), else_=coverage.c.to_at)
        changed["heard_at"] = case((newer, literal(span.to_at, UtcTime)), else_=coverage.c.heard_at)
    return changed
