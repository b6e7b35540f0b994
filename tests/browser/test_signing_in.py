"""People sign in, and arrive where they meant to go."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from drift.model.visitor import Role
from drift.store.sign_in_links import make_link
from drift.web.ask import wall_clock
from tests.browser.conftest import Opens
from tests.web.visiting import NAMES, Visited

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
"""The pages are the same for browsers that run no scripts at all."""


def a_link(site: Visited, back: str = "/") -> str:
    """Return a link that signs the approver in."""
    with site.database.transaction() as connection:
        secret = make_link(connection, NAMES[Role.APPROVER], wall_clock() + timedelta(minutes=10))
    return f"/sign-in/link?token={secret}&next={back}"


@SCRIPTS
def test_a_link_signs_in_and_a_button_out(looked_at: Visited, someone: Opens, scripts: bool) -> None:
    page = someone(looked_at, java_script_enabled=scripts).page()

    page.goto("/")
    expect(page).to_have_url("/sign-in?next=%2F")
    page.goto(a_link(looked_at))
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url("/")
    expect(page.get_by_text(NAMES[Role.APPROVER])).to_be_visible()

    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_url("/sign-in")
    page.go_back()
    expect(page.get_by_text(NAMES[Role.APPROVER])).to_have_count(0)


def test_a_link_that_was_used_says_how_to_get_another(looked_at: Visited, someone: Opens) -> None:
    link = a_link(looked_at)
    first, second = someone(looked_at).page(), someone(looked_at)
    second.refused.add(403)
    for page in (first, late := second.page()):
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()

    expect(late.get_by_role("heading", level=1)).to_have_text("This link does not work any more.")
    expect(late.get_by_text("drift sign-in")).to_be_visible()
