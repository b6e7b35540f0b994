"""The findings: which there are, by filters that stand in the address."""

from typing import Final

from starlette.responses import Response

from drift.model.finding import FindingKind, FindingStatus
from drift.model.verdict import Severity
from drift.reports.browse.finding_filter import FindingFilter, parse_finding_filter
from drift.reports.browse.finding_list import FindingList, finding_list
from drift.reports.browse.places import Place
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import within
from drift.web.finding_rows import owning, rows_of
from drift.web.sifting import choices, how_many, href, sifted, texts

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
    asked = sifted(ask, FindingFilter(), parse_finding_filter, _OF_PEOPLE)
    wanted, wrong = asked.wanted, asked.wrong
    if asked.is_untidy and not wrong:
        return answers.to(href(PATH, wanted, asked.place))
    found = None if wrong else _found(ask, wanted, asked.place)
    return answers.page(
        ask,
        "findings.html.j2",
        status=400 if wrong else 200,
        title="Findings",
        path=PATH,
        wrong=wrong,
        mended=href(PATH, wanted),
        views=[(name, href(PATH, one), one == wanted and not wrong) for name, one in VIEWS],
        is_filtered=wanted not in {one for _, one in VIEWS} or bool(wrong),
        choices=tuple(choices(wanted, _CHOICES)),
        texts=tuple(texts(ask, wanted, _TEXTS, _OF_PEOPLE)),
        flags=tuple((name, label, getattr(wanted, name)) for name, label in _FLAGS.items()),
        rows=rows_of(ask, found.page.rows) if found else (),
        found=found,
        count=how_many(found.count, "finding") if found else "",
        newer=href(PATH, wanted, found.page.newer) if found and found.page.newer else "",
        older=href(PATH, wanted, found.page.older) if found and found.page.older else "",
    )


def _found(ask: Ask, wanted: FindingFilter, place: Place | None) -> FindingList:
    with ask.site.database.reading() as connection:
        return finding_list(
            connection, wanted, now=ask.now, within=within(ask), place=place, owning=owning(ask)
        )
