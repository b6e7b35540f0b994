"""A store in which the bundled stories have happened, and a site over a copy of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.once import made_once
from tests.scenarios.world import told
from tests.web.visiting import BY_LINK, Visited, visited


@pytest.fixture(scope="session")
def told_stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the bundled stories after one cycle of the program, told once however many run tests."""
    return made_once(tmp_path_factory, "told-stories", _tell)


def _tell(folder: Path) -> None:
    with told(folder):
        pass


@pytest.fixture
def site(told_stories: Path, tmp_path: Path) -> Iterator[Visited]:
    """The pages over a store of their own in which the bundled stories have happened."""
    folder = tmp_path / "stories"
    shutil.copytree(told_stories, folder)
    with visited(folder) as made:
        yield made


@pytest.fixture
def by_link(told_stories: Path, tmp_path: Path) -> Iterator[Visited]:
    """The same, where people sign in with links."""
    folder = tmp_path / "stories"
    shutil.copytree(told_stories, folder)
    with visited(folder, BY_LINK) as made:
        yield made


@pytest.fixture(scope="session")
def looked_at(told_stories: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """The same pages for every test that only looks at them."""
    folder = tmp_path_factory.mktemp("looked-at") / "stories"
    shutil.copytree(told_stories, folder)
    with visited(folder) as made:
        yield made
