"""A store, and the command line on it."""

import sys
from functools import partial
from pathlib import Path

import pytest

from drift.store.database import Database
from tests.cli.running import CONFIG, Drift, OnTerminal, run
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


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> OnTerminal:
    """Runs a command as on a terminal with so many columns; returns the lines it prints."""

    def lines(columns: int, drift: Drift, *arguments: str) -> list[str]:
        with monkeypatch.context() as patched:
            patched.setenv("COLUMNS", str(columns))
            patched.setattr(sys.stdout, "isatty", lambda: True)
            return drift(*arguments).lines

    return lines
