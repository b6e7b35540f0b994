"""A browser for all of these tests, and for each somebody who opens the pages with it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from drift.model.visitor import Role
from tests.browser import chromium
from tests.browser.chromium import Watched, watched
from tests.browser.people import sign_in
from tests.web.conftest import looked_at, site, told_stories
from tests.web.visiting import Visited

__all__ = ["looked_at", "site", "told_stories"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none."""
    if chromium.PROGRAM is None:
        for item in items:
            if item.path.is_relative_to(HERE):
                item.add_marker(pytest.mark.skip(reason=chromium.MISSING))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser, which ends with these tests: other tests start event loops of their own."""
    with chromium.chromium() as started:
        yield started


Opens = Callable[..., Watched]


@pytest.fixture
def someone(browser: Browser) -> Iterator[Opens]:
    """Return a new browser, in which somebody is signed in: `someone(site, Role.VIEWER)`.

    At the end none of them has done what no page of ours should have a browser do.
    """
    with ExitStack() as contexts:
        opened: list[Watched] = []

        def open_one(visited: Visited, role: Role | None = None, **options: Any) -> Watched:
            one = contexts.enter_context(watched(browser, base_url=visited.site.url, **options))
            opened.append(one)
            if role is not None:
                sign_in(one, visited, role)
            return one

        yield open_one
        assert [trouble for one in opened for trouble in one.troubles] == []
