"""What is there to do now, and does the watch see everything? The few numbers of the first page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from drift.model.finding import OPEN, FindingStatus
from drift.model.verdict import Disposition
from drift.reports.browse.change_filter import ChangeFilter
from drift.reports.browse.change_list import EVER, ListedChange, changes_page, count_changes
from drift.reports.browse.coverage import ON_ITS_WAY, SourceCoverage, coverage_of, covered_between
from drift.reports.browse.places import Count
from drift.reports.figures import percent
from drift.reports.population import Period
from drift.stages.route import RoutingRules
from drift.store.alarms import AlarmRow, alarms
from drift.store.columns import UtcTime
from drift.store.gaps import open_gaps
from drift.store.lookup import declared_and_compared
from drift.store.schema import baseline, finding

LATELY = timedelta(days=7)

NEEDING = 10
"""Changes that are named which need somebody."""

COMPARED_WITHIN = timedelta(days=1)
"""A comparison that is older says nothing of how things stand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A count, and how much of what it counts could be seen."""

    count: Count
    covered: str | None
    """In percent, one digit behind the point; `None` where everything was seen that there is to see."""

    def __str__(self) -> str:
        number = f"more than {self.count.number:,}" if self.count.is_more else f"{self.count.number:,}"
        return number if self.covered is None else f"{number} seen, {self.covered} % covered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """The landing page."""

    needing: tuple[ListedChange, ...]
    """The newest of the changes that need somebody now."""
    needs: Figure
    unticketed: Figure
    """Changes of the last seven days."""
    open_drift: Figure
    """Findings that stand, without those of the opening register."""
    oldest_drift_at: datetime | None
    registered: int
    """Findings in the opening register."""
    covered: str | None
    """Of the last seven days, of each account by each source, in percent; `None` before any told of one."""
    not_read: tuple[str, ...]
    """Sources that were never read to their end, or cannot be read now."""
    gaps: int
    """Open ones that nobody accepted."""
    alarms: tuple[AlarmRow, ...]
    """Those that stand."""
    compared_at: datetime | None
    """When the baseline was compared that was not for the longest time; `None` where none ever was."""
    declared: int
    compared: int
    """Of the declared, those that were held against what is there within a day."""


def overview(
    connection: Connection,
    *,
    now: datetime,
    within: Period = EVER,
    routing: RoutingRules | None = None,
) -> Overview:
    """Return the numbers of now; of changes and findings only what lies `within` a period."""
    sources = coverage_of(connection)
    covered = covered_between(sources, now - LATELY, now - ON_ITS_WAY)
    needing = ChangeFilter(needs=True)
    unticketed = ChangeFilter(disposition=frozenset({Disposition.UNTICKETED}), since=now - LATELY)
    declared, compared = declared_and_compared(connection, now - COMPARED_WITHIN)
    drift, oldest = _drift(connection, within)
    is_partial = covered is None or covered != "100.0"
    not_seen = (covered or "0.0") if is_partial else None
    return Overview(
        needing=changes_page(connection, needing, within=within, routing=routing, size=NEEDING).rows,
        needs=Figure(count=count_changes(connection, needing, within), covered=not_seen),
        unticketed=Figure(count=count_changes(connection, unticketed, within), covered=not_seen),
        open_drift=Figure(count=Count(number=drift), covered=_of_declared(compared, declared)),
        oldest_drift_at=oldest,
        registered=_registered(connection, within),
        covered=covered,
        not_read=_not_read(sources),
        gaps=len(open_gaps(connection)),
        alarms=tuple(alarms(connection)),
        compared_at=connection.execute(
            select(func.min(baseline.c.compared_at, type_=UtcTime()))
        ).scalar_one(),
        declared=declared,
        compared=compared,
    )


def _not_read(sources: Mapping[str, Sequence[SourceCoverage]]) -> tuple[str, ...]:
    every = (one for some in sources.values() for one in some)
    return tuple(sorted({one.source for one in every if one.is_never_read or one.outage}))


def _of_declared(compared: int, declared: int) -> str | None:
    return None if declared == compared and declared else percent(compared, declared) or "0.0"


def _drift(connection: Connection, within: Period) -> tuple[int, datetime | None]:
    drift = [one.value for one in OPEN if one is not FindingStatus.PRE_EXISTING]
    first = func.min(finding.c.first_seen_at, type_=UtcTime())
    row = connection.execute(
        select(func.count(), first).where(finding.c.status.in_(drift), *_seen(within))
    ).one()
    return int(row[0]), row[1]


def _registered(connection: Connection, within: Period) -> int:
    mine = (finding.c.status == FindingStatus.PRE_EXISTING, *_seen(within))
    return int(connection.execute(select(func.count()).select_from(finding).where(*mine)).scalar_one())


def _seen(within: Period) -> list[ColumnElement[bool]]:
    since = [finding.c.first_seen_at >= within.since] if within.since else []
    return since + ([finding.c.first_seen_at < within.until] if within.until else [])
