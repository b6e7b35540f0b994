"""The first page: does anything need somebody now, and is everything seen?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from drift.model.verdict import Severity
from drift.reports.browse.emergencies import EmergencyRules, OpenEmergencyRow, open_emergencies
from drift.reports.browse.overview import Figure, Overview
from drift.reports.browse.overview import overview as overview_of
from drift.reports.browse.waivers import waiver_list
from drift.reports.wording import counted
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import sees_now, within
from drift.web.naming import for_reader
from drift.web.pages import waivers
from drift.web.pages.needing import NeedLine, needs_of

MOST_DEADLINES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """Something that is due, or ends."""

    at: datetime
    what: str
    href: str
    is_missed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberTile:
    """A number, and how much of what it counts could be seen."""

    title: str
    value: str
    note: str
    href: str
    is_notable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Unseen:
    """Something that is not seen, and where more is said of it."""

    text: str
    href: str


def overview(ask: Ask) -> Response:
    """Show what needs somebody, and whether the watch sees everything."""
    if not sees_now(ask):
        return answers.page(ask, "period.html.j2", title="Your period")
    settings, span = ask.site.settings(), within(ask)
    rules = EmergencyRules(
        actions=settings.actions, people=ask.site.people(), environments=settings.decision.environments
    )
    with ask.site.database.reading() as connection:
        found = overview_of(connection, now=ask.now, within=span, routing=settings.routing)
        needs = needs_of(connection, settings, span, ask.now)
        still = open_emergencies(connection, rules, within=span)
        waived = waiver_list(connection, now=ask.now, within=span)
    deadlines = sorted(
        (*_steps(still, ask.now), *_waivers(ask, waivers.ending(waived))), key=lambda one: one.at
    )
    people = (*needs.people, *(due.by for one in still for due in one.due), *waivers.people_in(waived))
    unseen = tuple(_unseen(found))
    return answers.page(
        ask,
        "overview.html.j2",
        title="Overview",
        verdict=_verdict(found, needs.lines, unseen),
        tone=_tone(needs.lines, unseen),
        tiles=tuple(_tiles(found)),
        lines=for_reader(ask, needs.lines, people, needs.machines),
        more=max(0, found.needs.count.number - len(needs.lines)),
        unseen=for_reader(ask, unseen, people),
        found=found,
        deadlines=for_reader(ask, tuple(deadlines[:MOST_DEADLINES]), people),
    )


def _verdict(found: Overview, lines: tuple[NeedLine, ...], unseen: tuple[Unseen, ...]) -> str:
    number, is_more = found.needs.count.number, found.needs.count.is_more
    if not lines:
        if unseen:
            return "Nothing is seen that needs somebody, but not everything is seen."
        return "Nothing needs anybody now, and everything is seen."
    if number:
        many = f"More than {number:,} changes" if is_more else counted(number, "change")
        is_one = number == 1 and not is_more
    else:
        many, is_one = f"{counted(len(lines), 'difference')} from the code", len(lines) == 1
    need = f"{many} {'needs' if is_one else 'need'} somebody{_worst(lines, number)}."
    return f"{need} Not everything is seen." if unseen else need


def _worst(lines: tuple[NeedLine, ...], number: int) -> str:
    critical = sum(one.severity is Severity.CRITICAL for one in lines)
    overdue = sum(one.is_overdue for one in lines)
    told = [f"{critical:,} critical"] if critical else []
    told += [f"{overdue:,} overdue"] if overdue else []
    of = f"of the first {len(lines):,}, " if number > len(lines) else ""
    return f"; {of}{' and '.join(told)}" if told else ""


def _tone(lines: tuple[NeedLine, ...], unseen: tuple[Unseen, ...]) -> str:
    if any(one.severity.rank >= Severity.HIGH.rank for one in lines):
        return "bad"
    return "warn" if lines or unseen else "good"


def _tiles(found: Overview) -> Iterator[NumberTile]:
    yield _tile("Need somebody", found.needs, "changes", "/changes?needs=yes", is_urgent=True)
    yield _tile("Unticketed", found.unticketed, "in the last 7 days", "/changes?disposition=unticketed")
    drift = found.open_drift
    register = f"; {found.registered:,} in the opening register" if found.registered else ""
    yield _tile("Open drift", drift, f"differences from the code{register}", "/findings?open=yes")
    yield NumberTile(
        title="Covered",
        value=f"{found.covered} %" if found.covered else "nothing yet",
        note="of the last 7 days, by every source",
        href="/accounts",
        is_notable=found.covered != "100.0",
    )


def _tile(title: str, figure: Figure, of: str, href: str, *, is_urgent: bool = False) -> NumberTile:
    """Return a number that never says that nothing was there where not everything was seen."""
    number = f"{figure.count.number:,}{'+' if figure.count.is_more else ''}"
    is_honest = figure.covered is None
    return NumberTile(
        title=title,
        value=number if figure.count.number or is_honest else "0 seen",
        note=of if is_honest else f"{of}; {figure.covered} % covered",
        href=href,
        is_notable=is_urgent and figure.count.number > 0,
    )


def _unseen(found: Overview) -> Iterator[Unseen]:
    for row in found.alarms:
        yield Unseen(text=row.alarm.text, href="/health")
    for source in found.not_read:
        yield Unseen(text=f"The source {source} is not read.", href="/health")
    if found.gaps:
        verb = "is" if found.gaps == 1 else "are"
        text = f"{counted(found.gaps, 'gap')} {verb} open: what is known not to have been seen."
        yield Unseen(text=text, href="/accounts")
    if found.covered is None:
        yield Unseen(text="No source told of any account yet.", href="/health")
    elif found.covered != "100.0" and not found.gaps:
        yield Unseen(text=f"Only {found.covered} % of the last 7 days is covered.", href="/accounts")
    if found.compared < found.declared:
        not_compared = found.declared - found.compared
        text = (
            f"{not_compared:,} of {counted(found.declared, 'declared resource')} not compared within a day."
        )
        yield Unseen(text=text, href="/findings?open=yes")


def _steps(still: tuple[OpenEmergencyRow, ...], now: datetime) -> Iterator[Deadline]:
    for one in still:
        for due in one.due:
            yield Deadline(
                at=due.at,
                what=f"{one.change.address or one.change.resource_id}: {due.step.asks}",
                href=f"/changes/{answers.quoted(one.change.change_id)}",
                is_missed=due.is_missed(now),
            )


def _waivers(ask: Ask, lines: tuple[waivers.WaiverLine, ...]) -> Iterator[Deadline]:
    for one in lines:
        yield Deadline(
            at=one.expires_at,
            what=f"{one.name}: its waiver ends",
            href=one.href,
            is_missed=one.expires_at < ask.now,
        )
