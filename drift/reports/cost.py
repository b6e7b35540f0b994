"""What a month of watching asks of the clouds, and how much it keeps: quantities, never prices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select, text

from drift.model.budget import Budget, BudgetUnit
from drift.store.schema import baseline, declared, funnel, write

MONTH = timedelta(days=30)

RECORD_BYTES = 2_000
"""Of an audit record, uncompressed: most have between one and three thousand. The store keeps no sizes."""

_HOUR = "%Y-%m-%dT%H"


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A source of records, and what it may cost."""

    name: str
    budget: Budget


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """A baseline, and how often it is compared whole."""

    name: str
    every: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceCost:
    """What a source of records is expected to ask for in a month."""

    name: str
    polls: int
    """Each is a request at least; what was delivered since comes on top."""
    records: int | None
    """`None`: too little was read to tell."""
    log_bytes: int | None
    too_small: tuple[tuple[BudgetUnit, int], ...] = ()
    """What is allowed of which unit, where it will not last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BaselineCost:
    """What a baseline is expected to ask for in a month."""

    name: str
    states: int
    resources: int
    comparisons: int

    @property
    def reads(self) -> int:
        """Resources that are read, all comparisons together; a reader may read many with one request."""
        return self.resources * self.comparisons


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageCost:
    """What the store holds, and how it is expected to grow in a month."""

    bytes_now: int
    grows_by: int | None
    """Bytes; `None`: too little was read to tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """A month."""

    sources: tuple[SourceCost, ...]
    baselines: tuple[BaselineCost, ...]
    storage: StorageCost


def expected_cost(
    connection: Connection,
    sources: Sequence[Read],
    baselines: Sequence[Swept],
    *,
    poll_every: timedelta,
) -> Cost:
    """Return what a month costs in which sources and baselines are looked at so often, by what was read."""
    polls = int(MONTH / poll_every)
    writes = _writes_a_month(connection)
    return Cost(
        sources=tuple(_source(connection, one, polls) for one in sources),
        baselines=tuple(_baselines(connection, baselines)),
        storage=_storage(connection, writes),
    )


def _source(connection: Connection, one: Read, polls: int) -> SourceCost:
    records = _records_a_month(connection, one.name)
    log_bytes = None if records is None else records * RECORD_BYTES
    expected = {
        BudgetUnit.REQUESTS_A_DAY: polls / (MONTH / timedelta(days=1)),
        BudgetUnit.BYTES_A_MONTH: log_bytes or 0,
    }
    return SourceCost(
        name=one.name,
        polls=polls,
        records=records,
        log_bytes=log_bytes,
        too_small=tuple((unit, limit) for unit, limit in one.budget.limits if expected[unit] > limit),
    )


def _baselines(connection: Connection, swept: Sequence[Swept]) -> Iterator[BaselineCost]:
    query = (
        select(baseline.c.name, func.count(baseline.c.baseline.distinct()), func.count(declared.c.address))
        .outerjoin(declared, declared.c.baseline == baseline.c.baseline)
        .group_by(baseline.c.name)
    )
    known = {name: (int(states), int(resources)) for name, states, resources in connection.execute(query)}
    for one in swept:
        states, resources = known.get(one.name, (0, 0))
        times = int(MONTH / one.every)
        yield BaselineCost(name=one.name, states=states, resources=resources, comparisons=times)


def _records_a_month(connection: Connection, source: str) -> int | None:
    mine = (funnel.c.source == source, funnel.c.hour != "")
    first, last, records = connection.execute(
        select(func.min(funnel.c.hour), func.max(funnel.c.hour), func.sum(funnel.c.records)).where(*mine)
    ).one()
    if first is None:
        return None
    hours = (_time(last) - _time(first)) / timedelta(hours=1) + 1
    return round(int(records) * (MONTH / timedelta(hours=1)) / hours)


def _writes_a_month(connection: Connection) -> float | None:
    first, last, number = connection.execute(
        select(func.min(write.c.occurred_at), func.max(write.c.occurred_at), func.count())
    ).one()
    if first is None or last - first < timedelta(days=1):
        return None
    return float(number * (MONTH / (last - first)))


def _storage(connection: Connection, writes_a_month: float | None) -> StorageCost:
    """What grows is kept for each write, so all that there is by now is shared out among them."""
    query = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if connection.dialect.name == "sqlite"
        else "SELECT pg_database_size(current_database())"
    )
    size = int(connection.execute(text(query)).scalar_one())
    kept = int(connection.execute(select(func.count()).select_from(write)).scalar_one())
    grows_by = round(size * writes_a_month / kept) if kept and writes_a_month else None
    return StorageCost(bytes_now=size, grows_by=grows_by)


def _time(hour: str) -> datetime:
    return datetime.strptime(hour, _HOUR).replace(tzinfo=UTC)
