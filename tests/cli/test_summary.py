"""What `drift run --once` says at the end: the state of the store after all cycles so far."""

import shutil
from pathlib import Path

from tests.cli.running import Drift
from tests.scenarios.world import FIXTURES
from tests.world import World


def test_an_empty_run_says_that_there_was_nothing(drift: Drift) -> None:
    ran = drift("run", "--once")

    assert ran.lines[:4] == [
        "records   none read yet",
        "changes   none yet",
        "findings  0 open",
        "alerts    none yet",
    ]


def test_records_are_counted_by_what_they_did_and_the_unreadable_are_among_them(
    drift: Drift, tmp_path: Path
) -> None:
    shutil.copy(FIXTURES / "s3-console-public" / "audit-log.json", tmp_path / "trail" / "a.json")
    (tmp_path / "trail" / "b.json").write_text("half a li")

    records = drift("run", "--once").lines[0]

    assert records == "records   10 read in all: 2 writes, 3 sign-ins, 4 reads, 1 unreadable"


def test_the_numbers_are_of_all_cycles_and_say_so(drift: Drift, world: World) -> None:
    world.happened()

    ran = drift("run", "--once")

    assert ran.lines[:2] == ["records   1 read in all: 1 write", "changes   1 in all: 1 pending"]
