"""People look through changes, and open one."""

import re

import pytest
from playwright.sync_api import Page, expect

from drift.model.resource import Resource
from drift.model.visitor import Role
from tests.browser.conftest import SCRIPTS, Opens
from tests.builders import a_judgement
from tests.web.stories import EMERGENCY, kept
from tests.web.visiting import Visited
from tests.world import World

PAGES = 3
"""On which the changes of a long list are."""


def changes_on(page: Page) -> list[str]:
    """Return what the changes on the page are called."""
    return page.locator("table.changes td.what a").all_inner_texts()


@SCRIPTS
def test_a_filter_stays_in_the_address_and_the_back_button_leads_to_it(
    looked_at: Visited, someone: Opens, scripts: bool
) -> None:
    page = someone(looked_at, Role.RESPONDER, java_script_enabled=scripts).page()

    page.goto("/changes")
    everything = changes_on(page)
    page.locator("details.sift > summary").click()
    page.get_by_role("checkbox", name="emergency", exact=True).first.check()
    page.get_by_role("button", name="Show").click()

    expect(page).to_have_url(re.compile(r"/changes\?.*=emergency"))
    assert changes_on(page) == [EMERGENCY]
    filtered = page.url

    page.get_by_role("link", name=EMERGENCY).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(EMERGENCY)
    page.go_back()
    expect(page).to_have_url(filtered)
    assert changes_on(page) == [EMERGENCY]
    page.reload()
    assert changes_on(page) == [EMERGENCY]
    page.get_by_role("link", name="All", exact=True).click()
    assert changes_on(page) == everything


def test_a_change_tells_its_story_on_one_page(looked_at: Visited, someone: Opens) -> None:
    page = someone(looked_at, Role.RESPONDER).page()

    page.goto("/changes")
    page.get_by_role("link", name=EMERGENCY).click()

    for heading in ("Needs now", "Time line", "Configuration", "Tests", "Facts", "Evidence"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    told = page.locator("ol.timeline > li time").all()
    times = [one.get_attribute("datetime") for one in told]
    assert times == sorted(times, key=str)
    assert len(times) >= 4
    page.get_by_role("link", name=re.compile(r"^entry \d+$")).first.click()
    expect(page.locator("tr:target")).to_be_visible()


def test_a_long_list_is_paged_through_there_and_back(site: Visited, someone: Opens) -> None:
    world = World(database=site.database)
    for number in range(100):
        bucket = Resource(type="aws_s3_bucket", id=f"bucket-{number}")
        world.happened("made it public", resource=bucket, judged=a_judgement())
    page, seen = someone(site, Role.RESPONDER).page(), list[str]()

    page.goto("/changes")
    for number in range(PAGES):
        seen += changes_on(page)
        if number + 1 < PAGES:
            page.get_by_role("link", name="Older").click()

    assert len(seen) == len(kept(site))
    expect(page.get_by_role("link", name="Older")).to_have_count(0)
    page.get_by_role("link", name="Newer").click()
    assert changes_on(page) == seen[50:100]


@pytest.mark.parametrize("path", ["/changes?since=yesterday", "/changes?severity=%3Cb%3E"])
def test_what_cannot_be_looked_for_is_said_on_the_page(looked_at: Visited, someone: Opens, path: str) -> None:
    watched = someone(looked_at, Role.RESPONDER)
    watched.refused.add(400)
    page = watched.page()

    page.goto(path)

    expect(page.get_by_role("alert")).to_contain_text("This cannot be looked for")
    page.get_by_role("link", name="Look without it").click()
    assert changes_on(page)
