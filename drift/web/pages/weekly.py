"""The weekly report as a page: the same words and numbers as the mail has."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection
from starlette.responses import Response

from drift.config.weekly import weekly_settings
from drift.model.audience import Audience
from drift.model.visitor import Role
from drift.reports.week import Week, week_at, week_called
from drift.reports.weekly.audience import nameless
from drift.reports.weekly.report import WeeklyReport
from drift.reports.weekly.whole import page_for, report_of
from drift.store.lookup import has_writes
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import outside, within


def weekly(ask: Ask) -> Response:
    """Show the report of a week, by default of the last whole one."""
    given = ask.query.get("week", "").strip()
    try:
        week = week_called(given) if given else None
    except ValueError:
        return answers.refusal(
            ask, 400, f'"{given}" is no week.', "Write it as 2026-W47, or leave it out for the last one."
        )
    with ask.site.database.reading() as connection:
        week = week or _last(connection, ask)
        if not _is_seen(ask, week):
            return outside(ask)
    report = ask.site.reports.ask(str(week), partial(_made, ask, week))
    if report is None:
        answer = answers.page(ask, "weekly_awaited.html.j2", title=f"Week {week}")
        answer.headers["refresh"] = "3"
        return answer
    report = _seen(ask, report)
    audience = Audience.AUDITORS if Role.AUDITOR in ask.who.roles else Audience.RESPONDERS
    page = page_for(report, audience)
    if not ask.sees_names:
        page = nameless(page, report.names)
    return answers.page(
        ask,
        "weekly.html.j2",
        title=page.title,
        page=page,
        week=str(week),
        earlier=_link(ask, week.previous),
        later=_link(ask, week_at(week.until)),
    )


def _made(ask: Ask, week: Week) -> WeeklyReport:
    """Read the report, which takes a while where a week has many thousands of changes."""
    known = replace(weekly_settings(ask.site.settings()), links=ask.site.url)
    with ask.site.database.reading() as connection:
        return report_of(connection, week, known, ask.now)


def _last(connection: Connection, ask: Ask) -> Week:
    """Return the last whole week that may be seen; where nothing happened in it, the one that lasts."""
    end = min(ask.now, ask.span.until - timedelta(microseconds=1)) if ask.span else ask.now
    lasting = week_at(end)
    last = lasting.previous
    is_lasting = _is_seen(ask, lasting) and not has_writes(connection, last.since, last.until)
    return lasting if is_lasting else last


def _is_seen(ask: Ask, week: Week) -> bool:
    span = within(ask)
    return (
        week.since <= ask.now
        and (span.since is None or span.since <= week.since)
        and (span.until is None or week.until <= span.until)
    )


def _seen(ask: Ask, report: WeeklyReport) -> WeeklyReport:
    """Leave out what began before what may be seen."""
    span = within(ask)
    return replace(
        report,
        actions=tuple(one for one in report.actions if span.holds(one.since)),
        weeks=tuple(one for one in report.weeks if span.holds(one.since)),
    )


def _link(ask: Ask, week: Week) -> str:
    return f"/weekly?week={week}" if _is_seen(ask, week) else ""
