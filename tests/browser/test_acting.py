"""People say something of a change where they read it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from drift.model.visitor import Role
from tests.browser.conftest import SCRIPTS, Opens
from tests.web.stories import OPENED_TO_ALL, that
from tests.web.visiting import WEB, Visited, visited

MAKER = "alice@example.com"
"""Who made the change that is spoken of."""

ALSO_HERS = WEB.replace('["erin@example.com"]', f'["erin@example.com", "{MAKER}"]')
"""Where an approver is named, she is, too."""


@pytest.fixture
def ours(told_stories: Path, tmp_path: Path) -> Iterator[Visited]:
    """The pages over stories in which somebody who changed something is an approver, too."""
    folder = tmp_path / "stories"
    shutil.copytree(told_stories, folder)
    with visited(folder, ALSO_HERS) as made:
        yield made


@SCRIPTS
def test_a_ticket_is_linked_and_the_page_says_so(site: Visited, someone: Opens, scripts: bool) -> None:
    page = someone(site, Role.RESPONDER, java_script_enabled=scripts).page()
    page.goto(_path(site))

    form = _open(page, "Link a ticket")
    form.get_by_label("Ticket").fill("OPS-431")
    form.get_by_role("button", name="Link").click()

    expect(page.get_by_role("status")).to_contain_text("OPS-431")
    page.reload()
    assert len(that(site, OPENED_TO_ALL).change.actions) == 1


def test_a_ticket_that_nobody_knows_is_refused_and_what_was_typed_stays(
    site: Visited, someone: Opens
) -> None:
    watched = someone(site, Role.RESPONDER)
    watched.refused.add(403)
    page = watched.page()
    page.goto(_path(site))

    form = _open(page, "Link a ticket")
    form.get_by_label("Ticket").fill("OPS-999999")
    form.get_by_role("button", name="Link").click()

    expect(page.get_by_role("alert")).to_contain_text("OPS-999999")
    expect(page.locator("#link").get_by_label("Ticket")).to_have_value("OPS-999999")
    expect(page.locator("#link").get_by_label("Ticket")).to_be_visible()


@SCRIPTS
def test_nobody_approves_their_own_change_and_somebody_else_may(
    ours: Visited, someone: Opens, scripts: bool
) -> None:
    maker = someone(ours, MAKER, java_script_enabled=scripts)
    maker.refused.add(403)
    own = maker.page()
    own.goto(_path(ours))
    _open(own, "Approve").get_by_role("button", name="Approve").click()

    expect(own.get_by_role("alert")).to_contain_text("nobody may approve their own")
    expect(own.get_by_role("alert")).to_contain_text("erin@example.com")
    assert that(ours, OPENED_TO_ALL).change.actions == ()

    other = someone(ours, Role.APPROVER, java_script_enabled=scripts).page()
    other.goto(_path(ours))
    form = _open(other, "Approve")
    form.get_by_label("Comment").fill("Looked at it with her.")
    form.get_by_role("button", name="Approve").click()

    expect(other.get_by_role("status")).to_contain_text("erin@example.com")
    expect(other.locator("ol.timeline")).to_contain_text("Looked at it with her.")


def test_a_viewer_is_offered_nothing_to_say(looked_at: Visited, someone: Opens) -> None:
    page = someone(looked_at, Role.VIEWER).page()
    page.goto(_path(looked_at))

    expect(page.get_by_role("heading", level=1)).to_contain_text(OPENED_TO_ALL)
    expect(page.locator("main form")).to_have_count(0)


def test_a_form_is_filled_in_and_sent_by_keyboard(site: Visited, someone: Opens) -> None:
    page = someone(site, Role.RESPONDER).page()
    page.goto(_path(site))

    page.locator("#link > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("OPS-431")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("OPS-431")


def _path(site: Visited) -> str:
    return f"/changes/{that(site, OPENED_TO_ALL).change.change_id}"


def _open(page: Page, title: str) -> Locator:
    """Open a form of the page, and return it."""
    page.locator("summary", has_text=title).first.click()
    return page.locator("details.saying[open]")
