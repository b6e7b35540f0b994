"""A browser for all of these tests, and for each somebody who opens the pages with it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from drift.model.visitor import Role
from tests.browser import chromium
from tests.browser.chromium import Watched, watched
from tests.browser.people import invite_auditor, sign_in
from tests.browser.said import live_in
from tests.browser.walking import one_of_each
from tests.once import made_once
from tests.web.conftest import looked_at, site, told_stories
from tests.web.test_evidence_page import asked_for
from tests.web.visiting import Visited, visited

__all__ = ["looked_at", "site", "told_stories"]

HERE = Path(__file__).parent

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
"""The pages are the same for browsers that run no scripts at all."""


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


@pytest.fixture(scope="session")
def lived_in(told_stories: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """The pages after people did something of each kind; for tests that only look at them."""
    folder = tmp_path_factory.mktemp("lived-in") / "stories"
    shutil.copytree(made_once(tmp_path_factory, "lived-in-stories", partial(live_in, told_stories)), folder)
    with visited(folder, more="") as made:
        invite_auditor(made)
        asked_for(made.visitor(Role.ADMIN), engagement="SOC 2 2026")
        yield made


@pytest.fixture(scope="session")
def addresses(lived_in: Visited) -> list[str]:
    """An address of each page that an admin comes to."""
    return list(one_of_each(lived_in.visitor(Role.ADMIN)).values())


Opens = Callable[..., Watched]


@pytest.fixture
def someone(browser: Browser) -> Iterator[Opens]:
    """Return a new browser, in which somebody is signed in: `someone(site, Role.VIEWER)`.

    At the end none of them has done what no page of ours should have a browser do.
    """
    with ExitStack() as contexts:
        opened: list[Watched] = []

        def open_one(visited: Visited, who: Role | str | None = None, **options: Any) -> Watched:
            one = contexts.enter_context(watched(browser, base_url=visited.site.url, **options))
            opened.append(one)
            if who is not None:
                sign_in(one, visited, who)
            return one

        yield open_one
        assert [trouble for one in opened for trouble in one.troubles] == []
