"""The daemon, killed at random moments and started again, ends where one undisturbed cycle does."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from drift import wiring
from drift.ledger.checkpoint import latest_checkpoint, sealed_entries
from drift.ledger.log import entries
from drift.store.changes import changes
from drift.store.findings import open_findings
from tests.operations.running import PATIENCE, WATCHED, running
from tests.scenarios.world import lay_out

KILLS = 4
SEED = 20261130


def ending(config: Path) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return how every change stands, and what differs from the code."""
    settings = wiring.settings_without_secrets(str(config))
    with wiring.open_database(settings) as database, database.reading() as connection:
        judged = [
            (row.change.change_id, row.judgement.decision.disposition, row.judgement.decision.severity)
            for row in changes(connection)
            if row.judgement
        ]
        return sorted(judged), sorted(open_findings(connection))


def messages(config: Path) -> set[str]:
    return {one.name for one in (config.parent / "alerts").glob("*.txt")}


@pytest.fixture
def undisturbed(tmp_path: Path) -> Path:
    """All stories, told by one cycle."""
    (tmp_path / "undisturbed").mkdir()
    config = lay_out(tmp_path / "undisturbed")
    subprocess.run([sys.executable, "-m", "drift", "run", "--once", "--config", config], check=True)
    return config


def test_a_daemon_that_is_killed_again_and_again_ends_where_one_cycle_does(
    undisturbed: Path, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    (tmp_path / "killed").mkdir()
    config = lay_out(tmp_path / "killed")
    config.write_text(config.read_text() + WATCHED)
    for _ in range(KILLS):
        with running(config) as daemon:
            daemon.said("watching every")
            time.sleep(chance.uniform(0, 2))
            daemon.process.kill()

    whole, told = ending(undisturbed), messages(undisturbed)

    give_up_at = time.monotonic() + PATIENCE
    with running(config) as daemon:
        daemon.ended("judge")
        while (ending(config), messages(config)) != (whole, told) and time.monotonic() < give_up_at:
            time.sleep(0.5)
        assert daemon.stop() == 0

    assert ending(config) == whole
    assert messages(config) == told
    settings = wiring.settings_without_secrets(str(config))
    with wiring.open_database(settings) as database, database.reading() as connection:
        sealed = latest_checkpoint(connection)
        assert sealed is not None
        assert len(list(sealed_entries(connection, sealed))) == len(list(entries(connection)))
