"""The history of one resource."""

from datetime import UTC, datetime
from html import unescape

import pytest

from drift.model.resource import Resource
from drift.model.visitor import Role
from tests.builders import NOON, a_judgement, minutes
from tests.web.stories import OPENED_TO_ALL, an_auditor, people, that
from tests.web.test_changes_page import rows
from tests.web.visiting import Visited
from tests.world import World

WEB = "/resources?address=aws_security_group.web"


def test_a_resource_shows_what_was_changed_and_found_on_it(looked_at: Visited) -> None:
    page = looked_at.visitor(Role.RESPONDER).get(WEB).text

    assert "<h1>History of aws_security_group.web</h1>" in page
    assert rows(page) == [that(looked_at, OPENED_TO_ALL).change.change_id]
    assert '<a href="/findings/' in page


def test_its_id_and_its_address_lead_to_the_same_history(looked_at: Visited) -> None:
    browser = looked_at.visitor(Role.RESPONDER)

    by_id = browser.get("/resources?type=aws_security_group&id=sg-8732b3a7972cdb86d").text

    assert rows(by_id) == rows(browser.get(WEB).text)


def test_the_pages_of_changes_and_findings_lead_to_it(looked_at: Visited) -> None:
    browser = looked_at.visitor(Role.RESPONDER)
    change = browser.get(f"/changes/{that(looked_at, OPENED_TO_ALL).change.change_id}").text
    finding = change.partition('<a class="small" href="')[2].partition('"')[0]

    assert 'href="/resources?address=aws_security_group.web"' in change
    assert (
        'href="/resources?type=aws_security_group&amp;id=sg-8732b3a7972cdb86d"' in browser.get(finding).text
    )


def test_the_newest_stands_first(site: Visited) -> None:
    world, resource = World(database=site.database), Resource(type="aws_instance", id="i-1")
    made = [
        world.happened(at=NOON + minutes(60 * hour), resource=resource, judged=a_judgement())
        for hour in (0, 2, 1)
    ]

    page = site.visitor(Role.RESPONDER).get("/resources?type=aws_instance&id=i-1").text

    assert rows(page) == [made[1].change_id, made[2].change_id, made[0].change_id]


@pytest.mark.parametrize(
    "query", ["colour=red", "type=aws_instance", "id=a&place=nowhere", "id=" + "x" * 3000]
)
def test_what_says_nothing_is_said(looked_at: Visited, query: str) -> None:
    answer = looked_at.visitor(Role.RESPONDER).get(f"/resources?{query}")

    assert answer.status_code == 400
    assert "This cannot be looked for" in answer.text


def test_a_resource_that_nobody_knows_has_no_history(looked_at: Visited) -> None:
    page = looked_at.visitor(Role.RESPONDER).get("/resources?id=sg-none").text

    assert "No change to it is known." in page
    assert "No code that is known declares it." in page


def test_a_viewer_reads_no_name_in_it(looked_at: Visited) -> None:
    page = unescape(looked_at.visitor(Role.VIEWER).get(WEB).text)

    assert [name for name in people(looked_at) if name in page] == []


def test_an_auditor_sees_only_what_was_in_their_period(site: Visited) -> None:
    auditor = an_auditor(site, datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))

    assert rows(auditor.get(WEB).text) == []


def test_hostile_names_stay_text(looked_at: Visited) -> None:
    hostile = '"><script>alert(1)</script>\u202e\x1b'

    page = looked_at.visitor(Role.RESPONDER).get("/resources", params={"id": hostile, "type": hostile}).text

    assert "<script" not in page
    assert "\u202e" not in page
