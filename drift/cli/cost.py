"""How the expected quantities of a month read, for `drift check --cost`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from drift.model.budget import told
from drift.reports.wording import counted

if TYPE_CHECKING:
    from drift.config import Settings
    from drift.reports.cost import BaselineCost, Cost, SourceCost

_NOT_YET = "too little was read so far to tell how many records"


def expected(settings: "Settings") -> "Cost":
    """Return what a month of this configuration asks for, by what the store has seen so far."""
    from drift import wiring
    from drift.reports.cost import Read, Swept, expected_cost

    sources = [Read(name=one.name, budget=one.rules.budget) for one in settings.audit_logs]
    every = settings.sweep_every
    baselines = [Swept(name=one.name, every=one.sweep_every or every) for one in settings.baselines]
    with wiring.open_database(settings) as database, database.reading() as connection:
        return expected_cost(connection, sources, baselines, poll_every=settings.poll_every)


def cost_lines(cost: "Cost") -> Iterator[str]:
    """Yield it for people, and which budgets will not last."""
    yield "In 30 days, by what was read so far. These are quantities; your contracts tell prices."
    for source in cost.sources:
        yield f"audit log {source.name}: {_source(source)}"
    for baseline in cost.baselines:
        yield f"baseline {baseline.name}: {_baseline(baseline)}"
    storage = cost.storage
    grows = "" if storage.grows_by is None else f", growing by about {size(storage.grows_by)}"
    yield f"store: {size(storage.bytes_now)} now{grows}"
    for source in cost.sources:
        for unit, limit in source.too_small:
            yield f"TOO LITTLE  audit log {source.name}: {told(unit, limit)} are allowed, which will not last"


def _source(one: "SourceCost") -> str:
    polls = f"{one.polls:,} requests, and those for what was delivered"
    if one.records is None or one.log_bytes is None:
        return f"{polls}; {_NOT_YET}"
    return f"{polls}; {counted(one.records, 'record')}, {size(one.log_bytes)} of logs at 2 kB a record"


def _baseline(one: "BaselineCost") -> str:
    if not one.states:
        return "it was not compared so far"
    held = f"{counted(one.resources, 'resource')} in {counted(one.states, 'state')}"
    return f"{held}, {one.comparisons:,} comparisons: {one.reads:,} reads of a resource"


def size(number: int) -> str:
    """Write bytes in the unit that people are billed by, or a smaller one: `1.2 GB`."""
    for unit, least in (("GB", 10**9), ("MB", 10**6)):
        if number >= least:
            return f"{number / least:,.1f} {unit}"
    return f"{number / 1000:,.0f} kB"
