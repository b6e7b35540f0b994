"""The changes: which there are, by filters that stand in the address."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from starlette.responses import Response

from drift.model.verdict import Channel, Disposition, Lane, Severity
from drift.reports.browse.change_filter import ChangeFilter, parse_change_filter
from drift.reports.browse.change_list import ChangeList, change_list
from drift.reports.browse.coverage import not_covered
from drift.reports.browse.places import Place
from drift.reports.population import Period
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import within
from drift.web.change_rows import shown_to
from drift.web.sifting import TextField, choices, how_many, href, sifted, texts

PATH: Final = "/changes"

_BY_HAND: Final = frozenset({Channel.CONSOLE, Channel.MANUAL})

VIEWS: Final[tuple[tuple[str, ChangeFilter], ...]] = (
    ("All", ChangeFilter()),
    ("Needs somebody", ChangeFilter(needs=True)),
    ("Unticketed", ChangeFilter(disposition=frozenset({Disposition.UNTICKETED}))),
    ("Emergencies", ChangeFilter(disposition=frozenset({Disposition.EMERGENCY}))),
    ("By hand", ChangeFilter(channel=_BY_HAND)),
)
"""What people look for most, by name."""

_CHOICES: Final = {
    "disposition": tuple(Disposition),
    "severity": tuple(Severity),
    "channel": tuple(Channel),
    "lane": tuple(Lane),
}

_TEXTS: Final = {
    "actor": "Who",
    "resource": "Resource, or how its address begins",
    "type": "Type of resource",
    "account": "Account",
    "environment": "Environment",
    "ticket": "Ticket",
}

_OF_PEOPLE: Final = "actor"


def changes(ask: Ask) -> Response:
    """Show the changes that fit, the newest first."""
    asked = sifted(ask, ChangeFilter(), parse_change_filter, _OF_PEOPLE)
    wanted, wrong = asked.wanted, asked.wrong
    if asked.is_untidy and not wrong:
        return answers.to(href(PATH, wanted, asked.place))
    found, covered = (None, None) if wrong else _found(ask, wanted, asked.place)
    return answers.page(
        ask,
        "changes.html.j2",
        status=400 if wrong else 200,
        title="Changes",
        wrong=wrong,
        mended=href(PATH, wanted),
        views=[(name, href(PATH, one), one == wanted and not wrong) for name, one in VIEWS],
        path=PATH,
        is_filtered=wanted not in {one for _, one in VIEWS} or bool(wrong),
        choices=tuple(choices(wanted, _CHOICES)),
        texts=tuple(texts(ask, wanted, _TEXTS, _OF_PEOPLE)),
        times=_times(wanted),
        flags=(("needs", "needs somebody", wanted.needs),),
        hidden=(("resource_id", wanted.resource_id),) if wanted.resource_id else (),
        rows=shown_to(ask, found.page.rows) if found else (),
        count=_counted(found, covered) if found else "",
        is_all_seen=covered is None,
        found=found,
        newer=href(PATH, wanted, found.page.newer) if found and found.page.newer else "",
        older=href(PATH, wanted, found.page.older) if found and found.page.older else "",
    )


def _found(ask: Ask, wanted: ChangeFilter, place: Place | None) -> tuple[ChangeList, str | None]:
    """Return the changes, and how much of their time was read, if that was not all of it."""
    with ask.site.database.reading() as connection:
        found = change_list(
            connection, wanted, within=within(ask), place=place, routing=ask.site.settings().routing
        )
        return found, not_covered(connection, _span(ask, wanted), ask.now, wanted.account)


def _span(ask: Ask, wanted: ChangeFilter) -> Period:
    seen = within(ask)
    return Period(
        since=max((one for one in (wanted.since, seen.since) if one), default=None),
        until=min((one for one in (wanted.until, seen.until) if one), default=None),
    )


def _counted(found: ChangeList, covered: str | None) -> str:
    """Say how many there are: never none, where not everything was seen."""
    said = how_many(found.count, "change")
    return said if covered is None else f"{said} seen, {covered} % covered"


def _times(wanted: ChangeFilter) -> tuple[TextField, ...]:
    written = dict(replace(ChangeFilter(), since=wanted.since, until=wanted.until).pairs())
    labels: Iterable[tuple[str, str]] = (("since", "From"), ("until", "To before"))
    return tuple(TextField(name=name, label=label, value=written.get(name, "")) for name, label in labels)
