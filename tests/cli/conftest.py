"""A store, and the command line on it."""

from functools import partial
from pathlib import Path

import pytest

from drift.store.database import Database
from tests.cli.running import CONFIG, Drift, run
from tests.world import World


@pytest.fixture
def world(sqlite_database: Database) -> World:
    """An empty store in which things can happen."""
    return World(database=sqlite_database)


@pytest.fixture
def drift(capsys: pytest.CaptureFixture[str], tmp_path: Path, world: World) -> Drift:
    """The command line, on that store."""
    (tmp_path / "trail").mkdir()
    (tmp_path / "config.toml").write_text(CONFIG)
    return partial(run, capsys, tmp_path)
