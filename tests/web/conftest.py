"""A store in which the bundled stories have happened, and a site over a copy of it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.world import told
from tests.web.visiting import Visited, visited


@pytest.fixture(scope="session")
def told_stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the bundled stories after one cycle of the program, told once however many run tests."""
    # Beside the folders of all who run tests of this session, each of whom has one of its own.
    shared = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else None
    folder = (shared or tmp_path_factory.getbasetemp()) / "told-stories"
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / "told-stories.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "told").exists():
            folder.mkdir()
            with told(folder):
                pass
            (folder / "told").touch()
    return folder


@pytest.fixture
def site(told_stories: Path, tmp_path: Path) -> Iterator[Visited]:
    """The pages over a store of their own in which the bundled stories have happened."""
    folder = tmp_path / "stories"
    shutil.copytree(told_stories, folder)
    with visited(folder) as made:
        yield made


@pytest.fixture(scope="session")
def looked_at(told_stories: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """The same pages for every test that only looks at them."""
    folder = tmp_path_factory.mktemp("looked-at") / "stories"
    shutil.copytree(told_stories, folder)
    with visited(folder) as made:
        yield made
