"""The two forms of the weekly report: what they say, and what they refuse to do."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeAlias

import pytest

from drift.ledger.verify import read_kept_checkpoints
from drift.model.missing import Missing
from drift.reports.weekly.counts import TeamChanges
from drift.reports.weekly.html import weekly_html
from drift.reports.weekly.page import page_of
from drift.reports.weekly.report import (
    ChangedResource,
    Closed,
    SourceSeen,
    Unread,
    WeeklyReport,
)
from drift.reports.weekly.text import WIDTH, weekly_text
from tests.builders import NOON
from tests.reports.reporting import ROOT, a_report, an_action
from tests.reports.weekly.examples import a_busy_report

HOSTILE = (
    "<script>alert(1)</script> \x1b[31m\u202egro.elpmaxe\u202c \u2028 \"'><img src=x onerror=y> {{7*7}} &amp;"
)

Layout: TypeAlias = Callable[[WeeklyReport], str]


def a_full_report(text: str = "aws_security_group.web") -> WeeklyReport:
    return a_report(
        actions=(an_action(resource=text, what=f"{text}: {text}", missing=(Missing.TICKET, Missing.CODE)),),
        closed=(Closed(at=NOON, resource=text, how=text),),
        changed_resources=(ChangedResource(name=text, changes=2, writes=3),),
    )


def html_of(report: WeeklyReport) -> str:
    return weekly_html(page_of(report))


def text_of(report: WeeklyReport) -> str:
    return weekly_text(page_of(report))


class Elements(HTMLParser):
    """Collects what a document is made of, as a browser reads it."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("layout", [html_of, text_of])
def test_both_forms_say_the_same(layout: Layout) -> None:
    document = layout(a_full_report())

    for said in (
        "[1 needs you] Infra change control - wk 47 - example",
        "1 needs you: 1 without a ticket.",
        "1,204 records read from trail, none unreadable.",
        "aws_security_group.web",
        "ticket and code",
        "was due 16 Nov 16:00",
        "chg-20261116T120000-1a2b3c4d",
        "Alerts: 7 sent, 0 waiting, 0 given up",
        "Uptime: 100.0 %, 10,080 of 10,080 minutes covered by every source",
        "Lag: half of all writes recorded within 5 min, 95 % within 13 min",
        "Gaps: none open",
        f"Ledger: 61 entries, root {ROOT}, signed",
        "driftledger/example+11e59029",
        "Report wr-",
        "c" * 64,
    ):
        assert said in document


@pytest.mark.parametrize("layout", [html_of, text_of])
def test_the_same_report_gives_the_same_bytes(layout: Layout) -> None:
    assert layout(a_full_report()) == layout(a_full_report())


def test_the_text_is_a_witness_of_the_ledger() -> None:
    lines = [line.strip() for line in text_of(a_report()).splitlines()]

    start = lines.index("driftledger/example")
    assert lines[start : start + 5] == [
        "driftledger/example",
        "61",
        ROOT,
        "",
        "— driftledger/example EeWQKYOh",
    ]


@pytest.mark.parametrize("layout", [html_of, text_of])
def test_the_whole_mail_is_taken_for_the_checkpoint_that_stands_in_it(layout: Layout, tmp_path: Path) -> None:
    """
    Whoever kept the mail need not know which of its lines count.
    """
    mail = tmp_path / "mail.txt"
    mail.write_text(layout(a_full_report()), encoding="utf-8")

    kept = read_kept_checkpoints(str(mail))

    assert [(one.size, one.root) for one in kept] == [(61, ROOT)]


def test_lines_of_text_are_short_enough_for_a_terminal() -> None:
    text = text_of(a_full_report("a_very_long_name_" * 40))

    assert max(map(len, text.splitlines())) <= WIDTH + 20


def test_a_narrow_terminal_gets_lines_that_fit() -> None:
    text = weekly_text(page_of(a_full_report()), 60)

    above_the_signed_note = text.split("\ndriftledger/")[0].splitlines()
    assert max(map(len, above_the_signed_note)) <= 64
    assert "changes in production, 1 of 12" in text


def test_a_wide_terminal_gets_no_longer_lines_than_a_file() -> None:
    page = page_of(a_full_report())

    assert weekly_text(page, 300) == weekly_text(page)


def test_text_from_outside_is_shown_in_html_and_never_obeyed() -> None:
    plain, hostile = Elements(html_of(a_full_report("x"))), Elements(html_of(a_full_report(HOSTILE)))

    assert hostile.tags == plain.tags
    assert hostile.attributes == plain.attributes
    assert "<script>alert(1)</script>" in hostile.text
    assert "{{7*7}}" in hostile.text


@pytest.mark.parametrize("layout", [html_of, text_of])
def test_nothing_from_outside_moves_the_cursor_or_turns_a_line(layout: Layout) -> None:
    document = layout(a_full_report(HOSTILE))

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", document)


def test_the_subject_is_one_line_whatever_the_organisation_is_called() -> None:
    text = text_of(a_report(organisation="example\r\nBcc: everybody@example.com"))

    assert "\nBcc:" not in text


def test_the_html_runs_nothing_and_fetches_nothing() -> None:
    document = html_of(a_full_report())
    elements = Elements(document)

    assert not {"script", "img", "link", "iframe", "form", "object"} & set(elements.tags)
    assert not [
        name for name, _ in elements.attributes if name in ("src", "href", "background") or name[:2] == "on"
    ]
    assert "url(" not in document
    assert "@import" not in document


def test_the_html_fits_a_mail() -> None:
    """Gmail cuts a mail at 102 kB and hides the rest behind a link."""
    rows = tuple(an_action(resource=HOSTILE * 3, what=HOSTILE * 5) for _ in range(50))

    assert len(html_of(a_report(actions=rows)).encode()) < 100_000


def test_the_html_fits_a_mail_however_long_all_texts_are_and_says_what_is_left_out() -> None:
    long = '\U0001f4a5&"' * 5000
    many = range(400)
    busy = a_busy_report()
    report = replace(
        busy,
        actions=tuple(an_action(resource=long, what=long, who=long, owner=long) for _ in many),
        closed=tuple(Closed(at=NOON, resource=long, how=long) for _ in many),
        changed_resources=tuple(ChangedResource(name=long, changes=1, writes=1) for _ in many),
        teams=tuple(TeamChanges(team=long, changes=1, writes=1, unticketed=1) for _ in many),
        seen=replace(
            busy.seen,
            unread=tuple(Unread(file=long, index=1, error=long) for _ in many),
            unreadable=400,
            broken=(long,) * 400,
            badly_controlled=(long,) * 400,
            sources=(SourceSeen(name=long, records=1, outage=long),) * 400,
        ),
    )

    document = html_of(report)

    assert 20_000 < len(document.encode()) < 100_000
    assert re.search("and 39[58] more: see drift changes and drift findings", document)
    assert "more lines: drift status" in document
    assert ROOT in document


def test_the_checkpoint_is_whole_however_much_is_cut() -> None:
    long = "x" * 100_000
    document = html_of(a_report(actions=(an_action(what=long),) * 50))

    assert "— driftledger/example EeWQKYOh" in document


def test_every_style_that_a_mail_client_must_show_stands_at_its_element() -> None:
    """Many clients drop the style sheet: it only adds dark mode and phones."""
    document = html_of(a_busy_report())
    sheet = re.search(r"<style[^>]*>(.*?)</style>", document, re.DOTALL)
    elements = re.findall(r"<(?:p|td|span|h1|h2|a)\b[^>]*>", document)

    assert sheet is not None
    assert document.count("<style") == 1
    assert not [one for one in elements if "class=" in one and "style=" not in one]
    outside_of_media = re.sub(r"@media[^{]*\{(?:[^{}]|\{[^{}]*\})*\}", "", sheet[1])
    assert outside_of_media.split() == [":root", "{", "color-scheme:", "light", "dark;", "}"]
