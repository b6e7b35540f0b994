"""The findings: which there are, by filters that stand in the address."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from drift.model.finding import FindingKind, FindingStatus
from drift.model.verdict import Severity
from drift.reports.browse.filters import NotUnderstood
from drift.reports.browse.finding_filter import FindingFilter, parse_finding_filter
from drift.reports.browse.finding_list import FindingList, finding_list
from drift.reports.browse.places import Place, parse_place
from drift.reports.wording import counted
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import within
from drift.web.finding_rows import owning, rows_of
from drift.web.sifting import PLACE, Choice, TextField, pairs_of

PATH: Final = "/findings"

VIEWS: Final[tuple[tuple[str, FindingFilter], ...]] = (
    ("Open", FindingFilter(open=True)),
    (
        "Critical and high",
        FindingFilter(open=True, severity=frozenset({Severity.CRITICAL, Severity.HIGH})),
    ),
    ("Overdue", FindingFilter(overdue=True)),
    ("Resolved", FindingFilter(status=frozenset({FindingStatus.RESOLVED}))),
    ("All", FindingFilter()),
)
"""What people look for most, by name."""

_CHOICES: Final = {
    "status": tuple(FindingStatus),
    "kind": tuple(FindingKind),
    "severity": tuple(Severity),
}

_TEXTS: Final = {
    "account": "Account",
    "type": "Type of resource",
    "baseline": "Baseline",
    "owner": "Owner in the register",
}

_FLAGS: Final = {"open": "still open", "overdue": "overdue"}

_OF_PEOPLE: Final = "owner"


def findings(ask: Ask) -> Response:
    """Show the findings that fit, those first that were seen last."""
    pairs = pairs_of(ask)
    asked = [(key, value) for key, value in pairs if key != PLACE and value.strip()]
    wrong = tuple(_wrong(ask, asked))
    fine = parse_finding_filter(one for one in asked if one not in {(bad.key, bad.value) for bad in wrong})
    wanted = fine if isinstance(fine, FindingFilter) else FindingFilter()
    given = ask.query.get(PLACE, "")
    place = parse_place(given)
    if given and place is None:
        wrong += (NotUnderstood(key=PLACE, value=given, why="it is no place in this list"),)
    if not wrong and len(asked) + bool(given) < len(pairs):
        # A form sends its empty fields, too: the address that people pass on has none.
        return answers.to(_href(wanted, place))
    found = None if wrong else _found(ask, wanted, place)
    return answers.page(
        ask,
        "findings.html.j2",
        status=400 if wrong else 200,
        title="Findings",
        path=PATH,
        wrong=wrong,
        mended=_href(wanted),
        views=[(name, _href(one), one == wanted and not wrong) for name, one in VIEWS],
        is_filtered=wanted not in {one for _, one in VIEWS} or bool(wrong),
        choices=tuple(_choices(wanted)),
        texts=tuple(_texts(ask, wanted)),
        flags=tuple((name, label, getattr(wanted, name)) for name, label in _FLAGS.items()),
        rows=rows_of(ask, found.page.rows) if found else (),
        found=found,
        count=_counted(found) if found else "",
        newer=_href(wanted, found.page.newer) if found and found.page.newer else "",
        older=_href(wanted, found.page.older) if found and found.page.older else "",
    )


def _wrong(ask: Ask, asked: list[tuple[str, str]]) -> Iterator[NotUnderstood]:
    """Yield what says nothing. Who sees no names cannot find out who owns something by asking for it."""
    if not ask.sees_names:
        for key, value in asked:
            if key == _OF_PEOPLE:
                yield NotUnderstood(key=key, value=value, why="you see teams, and no names")
        asked = [(key, value) for key, value in asked if key != _OF_PEOPLE]
    found = parse_finding_filter(asked)
    if not isinstance(found, FindingFilter):
        yield from found


def _found(ask: Ask, wanted: FindingFilter, place: Place | None) -> FindingList:
    with ask.site.database.reading() as connection:
        return finding_list(
            connection, wanted, now=ask.now, within=within(ask), place=place, owning=owning(ask)
        )


def _counted(found: FindingList) -> str:
    number, is_more = found.count.number, found.count.is_more
    return f"more than {number:,} findings" if is_more else counted(number, "finding")


def _href(wanted: FindingFilter, place: Place | None = None) -> str:
    query = "&".join(filter(None, (wanted.query(), urlencode({PLACE: str(place)}) if place else "")))
    return f"{PATH}?{query}" if query else PATH


def _choices(wanted: FindingFilter) -> Iterator[Choice]:
    for name, values in _CHOICES.items():
        chosen = getattr(wanted, name)
        yield Choice(name=name, values=tuple((one.value, one in chosen) for one in values))


def _texts(ask: Ask, wanted: FindingFilter) -> Iterator[TextField]:
    for name, label in _TEXTS.items():
        if name != _OF_PEOPLE or ask.sees_names:
            yield TextField(name=name, label=label, value=getattr(wanted, name) or "")
