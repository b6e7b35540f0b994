"""Puts the weekly report into words. Text and HTML say the same; they only lay it out."""

from collections.abc import Iterator, Sequence

from drift.model.audience import Audience
from drift.reports.figures import percent
from drift.reports.week import Week
from drift.reports.weekly.audience import Section, nameless, sections_of
from drift.reports.weekly.counts import TeamChanges
from drift.reports.weekly.first_days import first_days_lines
from drift.reports.weekly.health import controls, health, ledger_line
from drift.reports.weekly.layout import ActionLine, Page, Table, Tile
from drift.reports.weekly.report import Action, Figure, Seen, WeeklyReport
from drift.reports.weekly.sentences import coverage, definitions, period, subject, title, verdict, witness
from drift.reports.weekly.trend import charts
from drift.reports.wording import counted, duration

MOST_ROWS = 10
"""Rows of a table: the report is one screen, and `drift changes` lists the rest."""


def page_of(
    report: WeeklyReport, audience: Audience = Audience.RESPONDERS, rows: int | None = MOST_ROWS
) -> Page:
    """Put a report into words for an audience: what it is not shown is left out, names of people too.

    Of each table at most so many rows; `None`: all.
    """
    seen, shows = report.seen, sections_of(audience).__contains__
    page = Page(
        subject=subject(report),
        title=title(report),
        verdict=verdict(report),
        needs_somebody=bool(report.actions or seen.alarms_standing),
        coverage=coverage(seen),
        is_covered=seen.is_everything,
        first_days=tuple(first_days_lines(report.first_days)) if shows(Section.TILES) else (),
        tiles=_tiles(report) if shows(Section.TILES) else (),
        actions=tuple(_action_line(one, report) for one in report.actions[:rows]),
        actions_in_all=len(report.actions),
        tables=tuple(_tables(report, audience, rows)),
        charts=charts(report.weeks) if report.weeks and shows(Section.TREND) else (),
        health=tuple(health(report)) if shows(Section.DETECTOR) else (),
        controls=tuple(controls(report)) if shows(Section.CONTROLS) else (),
        definitions=definitions(seen),
        period=period(report),
        made_by=f"Report {report.run_id}, {report.tool_version}, rules {report.configuration_sha256}",
        ledger=ledger_line(report.checkpoint),
        witness=witness(report.checkpoint),
        note=report.checkpoint.note if report.checkpoint else None,
    )
    return page if audience.names_people else nameless(page, report.names)


def _tiles(report: WeeklyReport) -> tuple[Tile, ...]:
    seen, production = report.seen, report.production_changes
    pending = f", {report.pending} waiting" if report.pending else ""
    changes = counted(report.manual_changes, "change")
    emergencies = _amount(report.emergencies.now, is_complete=seen.is_everything_read)
    return (
        Tile(
            title="Manual writes",
            value=_amount(report.manual_writes.now, is_complete=seen.is_everything_read),
            note=_read(report.manual_writes, seen) or f"in {changes} by hand",
            delta=_delta(report.manual_writes, report),
            is_notable=False,
        ),
        Tile(
            title="Unticketed",
            value=_amount(report.unticketed.now, is_complete=seen.is_everything_read),
            note=_read(report.unticketed, seen) or f"of {counted(report.changes, 'change')}{pending}",
            delta=_delta(report.unticketed, report),
            is_notable=bool(report.unticketed.now),
        ),
        Tile(
            title="Emergencies",
            value=f"{emergencies} of {production.now:,}",
            note=_read(report.emergencies, seen) or _in_production(production.now),
            delta=_last_ratio(report),
            is_notable=False,
        ),
        Tile(
            title="Open drift",
            value=_amount(report.open_drift.now, is_complete=seen.is_everything_compared),
            note=_oldest(report),
            delta=_delta(report.open_drift, report),
            is_notable=bool(report.open_drift.now),
        ),
    )


def _amount(number: int, *, is_complete: bool) -> str:
    return f"{number:,}" if number or is_complete else "0 seen"


def _read(figure: Figure, seen: Seen) -> str:
    """Say how much was covered where nothing was seen and not everything was; else nothing."""
    if figure.now or seen.is_everything_read:
        return ""
    if seen.watch.is_complete:
        return "not all of it could be read"
    return f"{percent(seen.watch.covered, seen.watch.of) or '0.0'} % covered"


def _in_production(number: int) -> str:
    return f"{'change' if number == 1 else 'changes'} in production"


def _oldest(report: WeeklyReport) -> str:
    if report.oldest_drift_at:
        return f"the oldest for {duration(report.as_of - report.oldest_drift_at)}"
    if not report.seen.is_everything_compared:
        return f"{percent(report.seen.compared, report.seen.declared) or '0.0'} % compared"
    return "none but the opening register" if report.first_days.register else "no difference"


def _delta(figure: Figure, report: WeeklyReport) -> str:
    if figure.before is None:
        return ""
    change, before = figure.now - figure.before, _before(report)
    if change == 0:
        return f"as {before}"
    return f"{abs(change):,} {'more' if change > 0 else 'fewer'} than {before}"


def _last_ratio(report: WeeklyReport) -> str:
    last, of = report.emergencies.before, report.production_changes.before
    return "" if of is None else f"{last} of {of} {_before(report)}"


def _before(report: WeeklyReport) -> str:
    return "last week" if isinstance(report.week, Week) else "before"


def _action_line(action: Action, report: WeeklyReport) -> ActionLine:
    is_overdue = action.due_at is not None and action.due_at < report.as_of
    due = f"{action.due_at:%d %b %H:%M}" if action.due_at else ""
    return ActionLine(
        age=duration(report.as_of - action.since),
        severity=action.severity,
        resource=action.resource,
        who=_who(action),
        what=action.what,
        missing=" and ".join(action.missing),
        owner=action.owner or "",
        due=due and f"{'was due' if is_overdue else 'due'} {due}",
        is_overdue=is_overdue,
        ref=action.ref,
        link=_link(action, report.links),
    )


def _who(action: Action) -> str:
    if not action.is_finding:
        return action.who or "somebody"
    return f"last written by {action.who}" if action.who else "no write is known"


def _link(action: Action, links: str | None) -> str:
    return f"{links}/{'findings' if action.is_finding else 'changes'}/{action.ref}" if links else ""


def _tables(report: WeeklyReport, audience: Audience, most: int | None) -> Iterator[Table]:
    if Section.CLOSED in sections_of(audience):
        rows = [(f"{one.at:%a %H:%M}", one.resource, one.how) for one in report.closed]
        yield _table("Closed this week" if isinstance(report.week, Week) else "Closed", rows, most)
    if Section.BY_HAND in sections_of(audience):
        yield _table("Changed by hand, by the team that answers for it", list(map(_team, report.teams)), most)
        made = [(counted(one.changes, "change"), one.name, "") for one in report.people]
        yield _table("Changes by hand were made by", made, most)
        yield _table("Most changed by hand", list(_changed(report)), most)


def _team(one: TeamChanges) -> tuple[str, str, str]:
    unticketed = f", {one.unticketed:,} unticketed" if one.unticketed else ""
    return (
        counted(one.changes, "change"),
        one.team or "no team",
        f"{counted(one.writes, 'write')}{unticketed}",
    )


def _changed(report: WeeklyReport) -> Iterator[tuple[str, str, str]]:
    for one in report.changed_resources:
        yield counted(one.changes, "change"), one.name, counted(one.writes, "write")


def _table(title: str, rows: Sequence[tuple[str, str, str]], most: int | None) -> Table:
    return Table(title=title, rows=tuple(rows[:most]), in_all=len(rows))
