"""The list of changes, as people see it."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from drift.model.verdict import Disposition, Severity
from drift.model.visitor import Role
from drift.reports.browse.change_filter import parse_change_filter
from tests.builders import a_judgement, a_write, an_actor, an_event
from tests.web.stories import an_auditor, kept, people
from tests.web.visiting import Visited
from tests.world import World


def rows(html: str) -> list[str]:
    """Return the ids of the changes that a page lists, in its order."""
    return re.findall(r'<a href="/changes/(chg-[^"/?]+)">', html)


def test_every_change_is_listed_the_newest_first(looked_at: Visited) -> None:
    page = looked_at.visitor(Role.RESPONDER).get("/changes").text

    assert rows(page) == [one.change.change_id for one in kept(looked_at)]
    assert f"{len(kept(looked_at))} changes." in page


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("disposition=unticketed", lambda one: one.judgement.decision.disposition == "unticketed"),
        (
            "disposition=unticketed&disposition=emergency",
            lambda one: one.judgement.decision.disposition in ("unticketed", "emergency"),
        ),
        ("severity=critical", lambda one: one.judgement.decision.severity == "critical"),
        ("channel=pipeline", lambda one: one.change.channel == "pipeline"),
        ("lane=emergency", lambda one: one.change.lane == "emergency"),
        ("environment=production", lambda one: one.judgement.decision.environment == "production"),
        ("account=111122223333", lambda one: one.change.first.event.call.account == "111122223333"),
        ("actor=Alice@example.com", lambda one: one.change.actor.name == "alice@example.com"),
        ("type=aws_security_group", lambda one: one.change.resource.type == "aws_security_group"),
        ("ticket=INC-204", lambda one: getattr(one.judgement.match.ticket, "key", "") == "INC-204"),
        ("since=2026-11-20", lambda one: f"{one.change.began_at:%Y-%m-%d}" >= "2026-11-20"),
        ("until=2026-11-18", lambda one: f"{one.change.began_at:%Y-%m-%d}" < "2026-11-18"),
    ],
)  # fmt: skip
def test_a_filter_in_the_address_leaves_what_fits(looked_at: Visited, query: str, fits) -> None:  # type: ignore[no-untyped-def]
    page = looked_at.visitor(Role.RESPONDER).get(f"/changes?{query}").text

    expected = [one.change.change_id for one in kept(looked_at) if fits(one)]
    assert expected
    assert rows(page) == expected


def test_what_was_asked_for_stands_in_the_form(looked_at: Visited) -> None:
    page = looked_at.visitor(Role.RESPONDER).get("/changes?severity=high&ticket=OPS-431").text

    assert 'name="severity" value="high" checked' in page
    assert 'name="ticket" value="OPS-431"' in page
    assert '<details class="sift" open>' in page


def test_a_form_with_empty_fields_leads_to_an_address_without_them(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.RESPONDER).get("/changes?actor=&severity=high&since=&ticket=")

    assert (answer.status_code, answer.headers["location"]) == (303, "/changes?severity=high")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("disposition=fine", "it is none of authorised, emergency"),
        ("since=yesterday", "it is no time such as 2026-11-16"),
        ("needs=maybe", "it is yes, or is left out"),
        ("colour=red", "there is no such filter"),
        ("place=nowhere", "it is no place in this list"),
        ("actor=a&actor=b", "it is given twice"),
        ("ticket=" + "x" * 600, "it is longer than 500 characters"),
    ],
)
def test_what_cannot_be_looked_for_is_said_with_how_to_mend_it(
    looked_at: Visited, query: str, said: str
) -> None:
    """
    A filter that is left out in silence would show changes that were not asked for as if they were.
    """
    answer = looked_at.visitor(Role.RESPONDER).get(f"/changes?severity=high&{query}")

    assert answer.status_code == 400
    assert said in unescape(answer.text)
    assert "/changes?" in answer.text
    assert "Look without it" in answer.text
    assert rows(answer.text) == []


def test_a_change_that_needs_somebody_says_so_in_words(looked_at: Visited) -> None:
    page = looked_at.visitor(Role.RESPONDER).get("/changes?needs=yes").text

    assert rows(page)
    assert page.count("needs somebody</span>") == len(rows(page))


def test_where_nothing_fits_it_says_only_what_is_known(looked_at: Visited) -> None:
    page = looked_at.visitor(Role.RESPONDER).get("/changes?ticket=OPS-999999").text

    assert "No change that is known fits." in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("ticket=OPS-999999", "0 changes."),
        ("ticket=OPS-999999&since=2026-11-01", "0 changes seen, "),
        ("since=2026-11-01&until=2026-11-10", "0 changes seen, 0.0 % covered."),
        ("account=999999999999", "0 changes seen, 0.0 % covered."),
    ],
)
def test_none_is_never_said_of_what_was_not_read(looked_at: Visited, query: str, said: str) -> None:
    """
    The watch of the stories began on the 16th: of the days before nobody knows anything.
    """
    page = looked_at.visitor(Role.RESPONDER).get(f"/changes?{query}").text

    assert said in page
    assert ("What was read" in page) == ("seen" in said)


def test_a_long_list_goes_on_behind_what_was_shown(site: Visited) -> None:
    world = World(database=site.database)
    for number in range(60):
        change = world.happened(writes=[a_write(an_event(event_id=f"more-{number}"), an_actor())])
        world.judged(change, a_judgement())
    browser, seen, path = site.visitor(Role.RESPONDER), list[str](), "/changes"

    while path:
        page = browser.get(path).text
        seen += rows(page)
        older = re.search(r'<a rel="next" href="([^"]+)"', page)
        path = unescape(older[1]) if older else ""

    assert seen == [one.change.change_id for one in kept(site)]


def test_a_viewer_sees_that_it_was_somebody_and_never_who(looked_at: Visited) -> None:
    named = people(looked_at)

    page = looked_at.visitor(Role.VIEWER).get("/changes").text

    assert named
    assert [name for name in named if name in page] == []
    assert "somebody" in page
    assert 'name="actor"' not in page


def test_a_viewer_cannot_ask_who_did_something(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.VIEWER).get("/changes?actor=alice@example.com")

    assert answer.status_code == 400
    assert rows(answer.text) == []


def test_an_auditor_sees_only_what_began_in_their_period(site: Visited) -> None:
    since, until = datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)

    page = an_auditor(site, since, until).get("/changes?since=2026-11-01").text

    expected = [one.change.change_id for one in kept(site) if since <= one.change.began_at < until]
    assert expected
    assert rows(page) == expected


def test_hostile_text_stays_text(site: Visited) -> None:
    hostile = "<script>alert(1)</script>\u202e\x1b[2J\"'"
    world = World(database=site.database)
    event = an_event(event_id="hostile", summary=hostile, account=hostile)
    change = world.happened(writes=[a_write(event, an_actor(hostile))])
    world.judged(
        change,
        a_judgement(Disposition.UNTICKETED, severity=Severity.HIGH, environment=hostile),
    )

    page = site.visitor(Role.RESPONDER).get("/changes").text

    assert "alert(1)" in page
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page


def test_a_hostile_address_is_shown_as_text(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.RESPONDER).get(
        "/changes", params={"<script>x": "\u202e", "ticket": '"><script>alert(1)</script>'}
    )

    assert answer.status_code == 400
    assert "<script" not in answer.text
    assert "\u202e" not in answer.text


def test_every_view_is_a_filter_that_is_understood() -> None:
    from drift.web.pages.changes import VIEWS

    for _, wanted in VIEWS:
        assert parse_change_filter(wanted.pairs()) == wanted
