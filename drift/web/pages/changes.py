"""The changes: which there are, by filters that stand in the address."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from drift.model.verdict import Channel, Disposition, Lane, Severity
from drift.reports.browse.change_filter import ChangeFilter, parse_change_filter
from drift.reports.browse.change_list import ChangeList, change_list
from drift.reports.browse.coverage import not_covered
from drift.reports.browse.filters import NotUnderstood
from drift.reports.browse.places import Place, parse_place
from drift.reports.population import Period
from drift.reports.wording import counted
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import within
from drift.web.change_rows import shown_to
from drift.web.sifting import PLACE, Choice, TextField, pairs_of

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


def changes(ask: Ask) -> Response:
    """Show the changes that fit, the newest first."""
    pairs = pairs_of(ask)
    asked = [(key, value) for key, value in pairs if key != PLACE and value.strip()]
    wrong = tuple(_wrong(ask, asked))
    fine = parse_change_filter(one for one in asked if one not in {(bad.key, bad.value) for bad in wrong})
    wanted = fine if isinstance(fine, ChangeFilter) else ChangeFilter()
    given = ask.query.get(PLACE, "")
    place = parse_place(given)
    if given and place is None:
        wrong += (NotUnderstood(key=PLACE, value=given, why="it is no place in this list"),)
    if not wrong and len(asked) + bool(given) < len(pairs):
        # A form sends its empty fields, too: the address that people pass on has none.
        return answers.to(_href(wanted, place))
    found, covered = (None, None) if wrong else _found(ask, wanted, place)
    return answers.page(
        ask,
        "changes.html.j2",
        status=400 if wrong else 200,
        title="Changes",
        wrong=wrong,
        mended=_href(wanted),
        views=[(name, _href(one), one == wanted and not wrong) for name, one in VIEWS],
        path=PATH,
        is_filtered=wanted not in {one for _, one in VIEWS} or bool(wrong),
        choices=tuple(_choices(wanted)),
        texts=tuple(_texts(ask, wanted)),
        times=_times(wanted),
        flags=(("needs", "needs somebody", wanted.needs),),
        hidden=(("resource_id", wanted.resource_id),) if wanted.resource_id else (),
        rows=shown_to(ask, found.page.rows) if found else (),
        count=_counted(found, covered) if found else "",
        is_all_seen=covered is None,
        found=found,
        newer=_href(wanted, found.page.newer) if found and found.page.newer else "",
        older=_href(wanted, found.page.older) if found and found.page.older else "",
    )


def _wrong(ask: Ask, asked: list[tuple[str, str]]) -> Iterator[NotUnderstood]:
    """Yield what says nothing. Who sees no names cannot find out who did something by asking for it."""
    if not ask.sees_names:
        for key, value in asked:
            if key == "actor":
                yield NotUnderstood(key=key, value=value, why="you see teams, and no names")
        asked = [(key, value) for key, value in asked if key != "actor"]
    found = parse_change_filter(asked)
    if not isinstance(found, ChangeFilter):
        yield from found


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
    number, is_more = found.count.number, found.count.is_more
    said = f"more than {number:,} changes" if is_more else counted(number, "change")
    return said if covered is None else f"{said} seen, {covered} % covered"


def _href(wanted: ChangeFilter, place: Place | None = None) -> str:
    query = "&".join(filter(None, (wanted.query(), urlencode({PLACE: str(place)}) if place else "")))
    return f"{PATH}?{query}" if query else PATH


def _choices(wanted: ChangeFilter) -> Iterator[Choice]:
    for name, values in _CHOICES.items():
        chosen = getattr(wanted, name)
        yield Choice(name=name, values=tuple((one.value, one in chosen) for one in values))


def _texts(ask: Ask, wanted: ChangeFilter) -> Iterator[TextField]:
    for name, label in _TEXTS.items():
        if name != "actor" or ask.sees_names:
            yield TextField(name=name, label=label, value=getattr(wanted, name) or "")


def _times(wanted: ChangeFilter) -> tuple[TextField, ...]:
    written = dict(replace(ChangeFilter(), since=wanted.since, until=wanted.until).pairs())
    labels: Iterable[tuple[str, str]] = (("since", "From"), ("until", "To before"))
    return tuple(TextField(name=name, label=label, value=written.get(name, "")) for name, label in labels)
