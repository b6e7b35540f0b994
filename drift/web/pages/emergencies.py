"""Emergencies: what they still ask for, and the register of a month."""

import re

from starlette.responses import Response

from drift.reports.browse.emergencies import Emergencies, EmergencyRules, emergencies
from drift.reports.browse.places import Place, parse_place
from drift.reports.emergency import Month
from drift.reports.wording import counted
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import outside, within
from drift.web.naming import for_reader
from drift.web.pages.emergency_rows import OpenLine, open_line, people_in, register_line

_MONTH = re.compile(r"([1-9][0-9]{3})-(0[1-9]|1[0-2])", re.ASCII)

_LAST_YEAR = 9999


def register(ask: Ask) -> Response:
    """Show what is still asked for, and the emergencies of a month."""
    given = ask.query.get("month", "").strip()
    month = _called(given) if given else _lasting(ask)
    place = parse_place(ask.query["place"]) if ask.query.get("place") else None
    if month is None or (ask.query.get("place") and place is None):
        wrong = f'"{given}" is no month.' if month is None else "That is no place in this list."
        return answers.refusal(ask, 400, wrong, "Write the month as 2026-11, or leave it out for this one.")
    if not _is_seen(ask, month):
        return outside(ask)
    found = _found(ask, month, place)
    people = tuple(people_in(found))
    still = for_reader(ask, tuple(open_line(one, ask.now) for one in found.open), people)
    return answers.page(
        ask,
        "emergencies.html.j2",
        title="Emergencies",
        verdict=_verdict(still, found.open_count),
        tone=_tone(still),
        open=still,
        more=found.open_count - len(still),
        month=str(month),
        earlier=_link(ask, _moved(month, -1)),
        later=_link(ask, _moved(month, 1)),
        ratio=_ratio(found),
        rows=for_reader(ask, tuple(map(register_line, found.page.rows)), people),
        newer=f"/emergencies?month={month}&place={found.page.newer}" if found.page.newer else "",
        older=f"/emergencies?month={month}&place={found.page.older}" if found.page.older else "",
    )


def _found(ask: Ask, month: Month, place: Place | None) -> Emergencies:
    settings = ask.site.settings()
    rules = EmergencyRules(
        actions=settings.actions, people=ask.site.people(), environments=settings.decision.environments
    )
    with ask.site.database.reading() as connection:
        return emergencies(connection, month, rules, now=ask.now, within=within(ask), place=place)


def _called(name: str) -> Month | None:
    found = _MONTH.fullmatch(name)
    if found is None or int(found[1]) >= _LAST_YEAR:
        return None
    return Month(year=int(found[1]), month=int(found[2]))


def _lasting(ask: Ask) -> Month:
    """Return the month that lasts, or the last one that may be seen."""
    at = min(ask.now, ask.span.until) if ask.span else ask.now
    month = Month(year=at.year, month=at.month)
    return _moved(month, -1) if ask.span and ask.span.until <= month.since else month


def _moved(month: Month, by: int) -> Month:
    number = month.year * 12 + month.month - 1 + by
    return Month(year=number // 12, month=number % 12 + 1)


def _is_seen(ask: Ask, month: Month) -> bool:
    span = within(ask)
    return (
        month.since <= ask.now
        and (span.since is None or month.until > span.since)
        and (span.until is None or month.since < span.until)
    )


def _link(ask: Ask, month: Month) -> str:
    return f"/emergencies?month={month}" if month.year > 0 and _is_seen(ask, month) else ""


def _tone(still: tuple[OpenLine, ...]) -> str:
    if any(one.is_missed for one in still):
        return "bad"
    return "warn" if still else "good"


def _verdict(still: tuple[OpenLine, ...], count: int) -> str:
    if not count:
        return "No emergency asks for anything."
    asks = f"{counted(count, 'emergency', 'emergencies')} still {'asks' if count == 1 else 'ask'}"
    missed = sum(one.is_missed for one in still)
    late = f"; of {missed:,} a deadline has passed" if missed else "; no deadline has passed"
    return f"{asks} for something{late}."


def _ratio(found: Emergencies) -> str:
    number = counted(found.in_month, "emergency", "emergencies")
    of = counted(found.production_changes, "change")
    return f"{number} in {found.month}, in which production saw {of} in all"
