"""People sign in, and arrive where they meant to go."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from drift.model.visitor import Role
from drift.store.sign_in_links import make_link
from drift.web.ask import wall_clock
from tests.browser.conftest import SCRIPTS, Opens
from tests.web.provider import a_provider
from tests.web.stories import OPENED_TO_ALL, that
from tests.web.test_oidc import pages_of
from tests.web.visiting import BY_LINK, NAMES, Visited, visited

ERIN = NAMES[Role.APPROVER]


@pytest.fixture(scope="module")
def by_link(told_stories: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """The pages of a first try, for which links are made on their machine."""
    folder = tmp_path_factory.mktemp("by-link") / "stories"
    shutil.copytree(told_stories, folder)
    with visited(folder, BY_LINK) as made:
        yield made


@pytest.fixture(scope="module")
def by_oidc(told_stories: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """The pages of a company, whose provider signs everybody in as Erin."""
    folder = tmp_path_factory.mktemp("by-oidc")
    with a_provider() as provider, pages_of(provider, told_stories, folder) as made:
        yield made


def a_link(site: Visited, back: str = "/") -> str:
    """Return a link that signs the approver in."""
    with site.database.transaction() as connection:
        secret = make_link(connection, ERIN, wall_clock() + timedelta(minutes=10))
    return f"/sign-in/link?token={secret}&next={back}"


@SCRIPTS
def test_a_link_signs_in_and_a_button_out(by_link: Visited, someone: Opens, scripts: bool) -> None:
    page = someone(by_link, java_script_enabled=scripts).page()

    page.goto("/")
    expect(page).to_have_url("/sign-in?next=%2F")
    page.goto(a_link(by_link))
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url("/")
    expect(page.get_by_text(ERIN)).to_be_visible()
    _signs_out(page)


def test_a_link_that_was_used_says_how_to_get_another(by_link: Visited, someone: Opens) -> None:
    link = a_link(by_link)
    first, second = someone(by_link).page(), someone(by_link)
    second.refused.add(403)
    for page in (first, late := second.page()):
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()

    expect(late.get_by_role("heading", level=1)).to_have_text("This link does not work any more.")
    expect(late.get_by_text("drift sign-in")).to_be_visible()


@SCRIPTS
def test_the_provider_signs_in_whoever_follows_a_message_and_its_change_opens(
    by_oidc: Visited, someone: Opens, scripts: bool
) -> None:
    page, path = someone(by_oidc, java_script_enabled=scripts).page(), _path(by_oidc)

    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_role("link", name="Sign in").click()

    expect(page).to_have_url(path)
    expect(page.get_by_role("heading", level=1)).to_contain_text(OPENED_TO_ALL)
    expect(page.get_by_text(ERIN).first).to_be_visible()
    _signs_out(page)


def test_a_link_leads_to_the_change_of_a_message(by_link: Visited, someone: Opens) -> None:
    page, path = someone(by_link).page(), _path(by_link)

    page.goto(path)
    back = page.url.partition("next=")[2]
    page.goto(a_link(by_link, back))
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(path)
    expect(page.get_by_role("heading", level=1)).to_contain_text(OPENED_TO_ALL)


def _signs_out(page: Page) -> None:
    """Expect that the button ends what the browser may see, also by going back."""
    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_url("/sign-in")
    page.go_back()
    expect(page.get_by_text(ERIN)).to_have_count(0)


def _path(site: Visited) -> str:
    return f"/changes/{that(site, OPENED_TO_ALL).change.change_id}"
