"""Everybody can use the pages: axe-core finds nothing serious on any, light or dark, wide or on a phone."""

import pytest
from playwright.sync_api import Page

from drift.model.visitor import Role
from tests.browser import axe
from tests.browser.chromium import LOOKS
from tests.browser.conftest import Opens
from tests.web.visiting import Visited

pytestmark = pytest.mark.skipif(not axe.SOURCE.exists(), reason=axe.MISSING)


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_keeps_anybody_out(
    lived_in: Visited, addresses: list[str], someone: Opens, look: str
) -> None:
    page = someone(lived_in, Role.ADMIN, bypass_csp=True, **LOOKS[look]).page()

    found = {target: barriers for target in addresses if (barriers := _barriers_at(page, target, look))}

    assert found == {}


@pytest.mark.parametrize("look", LOOKS)
def test_the_way_in_keeps_nobody_out(looked_at: Visited, someone: Opens, look: str) -> None:
    browser = someone(looked_at, bypass_csp=True, **LOOKS[look])

    for target in ("/sign-in", "/sign-in/link?token=abc"):
        assert _barriers_at(browser.page(), target, look) == []


@pytest.mark.parametrize("look", ["wide-light", "phone-light"])
def test_no_page_has_to_be_moved_sideways(
    lived_in: Visited, addresses: list[str], someone: Opens, look: str
) -> None:
    page = someone(lived_in, Role.ADMIN, **LOOKS[look]).page()

    assert [target for target in addresses if _is_too_wide(page, target)] == []


def _is_too_wide(page: Page, target: str) -> bool:
    page.goto(target)
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def _barriers_at(page: Page, target: str, look: str) -> list[str]:
    page.goto(target)
    # Dark pages are the same pages in other colours.
    return axe.barriers(page, only="color-contrast" if look.endswith("-dark") else None)
