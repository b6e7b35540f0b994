"""Puts the weekly report into words. Text and HTML say the same; they only lay it out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from drift.reports.weekly.alarms import alarm_lines
from drift.reports.weekly.first_days import first_days_lines
from drift.reports.weekly.report import Action, Figure, WeeklyReport
from drift.reports.weekly.sentences import coverage, definitions, period, subject, unseen, verdict, witness
from drift.reports.weekly.unowned import unowned_line
from drift.reports.wording import counted, duration, moment

MOST_ROWS = 10
"""Rows of a table: the report is one screen, and `drift changes` lists the rest."""

STALE_AFTER = timedelta(days=1)
"""A running service seals its ledger more often."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """One number in large type."""

    title: str
    value: str
    note: str
    delta: str
    is_notable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionLine:
    """One row of "needs action"."""

    age: str
    severity: str
    resource: str
    what: str
    missing: str
    due: str
    """Empty where no policy says by when."""
    is_overdue: bool
    ref: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows of text under a headline, and how many more there are."""

    title: str
    rows: tuple[tuple[str, str, str], ...]
    more: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """A line on how the detector is."""

    text: str
    is_bad: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The report in words."""

    subject: str
    title: str
    verdict: str
    needs_somebody: bool
    coverage: str
    is_covered: bool
    first_days: tuple[str, ...]
    """On the opening register and on what is only observed; empty once both are over."""
    tiles: tuple[Tile, ...]
    actions: tuple[ActionLine, ...]
    more_actions: str
    tables: tuple[Table, ...]
    health: tuple[Health, ...]
    definitions: str
    """What the words mean, and how far it can be known that nothing is missing."""
    period: str
    made_by: str
    witness: str
    note: str | None
    """The signed checkpoint."""


def page_of(report: WeeklyReport) -> Page:
    """Put a report into words."""
    seen = report.seen
    more = len(report.actions) - MOST_ROWS
    return Page(
        subject=subject(report),
        title=f"Infra change control, week {report.week.number}, {report.organisation}",
        verdict=verdict(report),
        needs_somebody=bool(report.actions or seen.alarms_standing),
        coverage=coverage(seen),
        is_covered=seen.is_everything,
        first_days=tuple(first_days_lines(report.first_days)),
        tiles=_tiles(report),
        actions=tuple(_action_line(one, report) for one in report.actions[:MOST_ROWS]),
        more_actions=f"and {more} more: see drift changes and drift findings" if more > 0 else "",
        tables=(_closed(report), _changed_resources(report)),
        health=tuple(_health(report)),
        definitions=definitions(seen),
        period=period(report),
        made_by=f"{report.tool_version}, configuration {report.configuration_sha256}",
        witness=witness(report.checkpoint),
        note=report.checkpoint.note if report.checkpoint else None,
    )


def _tiles(report: WeeklyReport) -> tuple[Tile, ...]:
    is_read, is_compared = report.seen.is_everything_read, report.seen.is_everything_compared
    pending = f", {report.pending} waiting" if report.pending else ""
    production = report.production_changes
    oldest = report.oldest_drift_at
    nothing = "none but the opening register" if report.first_days.register else "no difference"
    return (
        Tile(
            title="Manual writes",
            value=_amount(report.manual_writes.now, is_complete=is_read),
            note=f"in {counted(report.manual_changes, 'change')} by hand",
            delta=_delta(report.manual_writes),
            is_notable=False,
        ),
        Tile(
            title="Unticketed",
            value=_amount(report.unticketed.now, is_complete=is_read),
            note=f"of {counted(report.changes, 'change')}{pending}",
            delta=_delta(report.unticketed),
            is_notable=bool(report.unticketed.now),
        ),
        Tile(
            title="Emergencies",
            value=f"{_amount(report.emergencies.now, is_complete=is_read)} of {production.now:,}",
            note=f"{'change' if production.now == 1 else 'changes'} in production",
            delta=_last_ratio(report.emergencies, production),
            is_notable=False,
        ),
        Tile(
            title="Open drift",
            value=_amount(report.open_drift.now, is_complete=is_compared),
            note=f"the oldest for {duration(report.as_of - oldest)}" if oldest else nothing,
            delta=_delta(report.open_drift),
            is_notable=bool(report.open_drift.now),
        ),
    )


def _amount(number: int, *, is_complete: bool) -> str:
    return f"{number:,}" if number or is_complete else "0 seen"


def _delta(figure: Figure) -> str:
    if figure.before is None:
        return ""
    change = figure.now - figure.before
    if change == 0:
        return "as last week"
    return f"{abs(change):,} {'more' if change > 0 else 'fewer'} than last week"


def _last_ratio(emergencies: Figure, of: Figure) -> str:
    return "" if of.before is None else f"{emergencies.before} of {of.before} last week"


def _action_line(action: Action, report: WeeklyReport) -> ActionLine:
    is_overdue = action.due_at is not None and action.due_at < report.as_of
    due = f"{action.due_at:%d %b %H:%M}" if action.due_at else ""
    return ActionLine(
        age=duration(report.as_of - action.since),
        severity=action.severity,
        resource=action.resource,
        what=action.what,
        missing=" and ".join(action.missing),
        due=due and f"{'was due' if is_overdue else 'due'} {due}",
        is_overdue=is_overdue,
        ref=action.ref,
    )


def _closed(report: WeeklyReport) -> Table:
    rows = [(f"{one.at:%a %H:%M}", one.resource, one.how) for one in report.closed]
    return _table("Closed this week", rows)


def _changed_resources(report: WeeklyReport) -> Table:
    rows = [
        (counted(one.changes, "change"), one.name, counted(one.writes, "write"))
        for one in report.changed_resources
    ]
    return _table("Most changed by hand", rows)


def _table(title: str, rows: Sequence[tuple[str, str, str]]) -> Table:
    more = len(rows) - MOST_ROWS
    return Table(title=title, rows=tuple(rows[:MOST_ROWS]), more=f"and {more} more" if more > 0 else "")


def _health(report: WeeklyReport) -> Iterator[Health]:
    alerts = report.alerts
    parts = [f"{alerts.sent} sent", f"{alerts.waiting} waiting", f"{alerts.dead} given up"]
    unrouted = bool(alerts.waiting) and not alerts.has_notifier
    yield Health(
        text=f"Alerts: {', '.join(parts)}" + ("; no notifier is configured" if unrouted else ""),
        is_bad=bool(alerts.dead) or unrouted,
    )
    yield from (Health(text=f"Reviews: {line}", is_bad=is_bad) for line, is_bad in report.reviews)
    if report.unowned:
        yield Health(text=unowned_line(report.unowned), is_bad=False)
    yield from (Health(text=line, is_bad=is_bad) for line, is_bad in alarm_lines(report.seen.alarms))
    yield from (Health(text=line, is_bad=True) for line in unseen(report.seen))
    if report.checkpoint is None:
        yield Health(text="Evidence: the ledger was never sealed", is_bad=True)
        return
    sealed, age = report.checkpoint, report.as_of - report.checkpoint.made_at
    size = counted(sealed.size, "entry", "entries")
    is_stale = age > STALE_AFTER
    how_old = f", {duration(age)} before the end of this report" if is_stale else ""
    yield Health(text=f"Evidence: sealed {moment(sealed.made_at)} at {size}{how_old}", is_bad=is_stale)
