"""A trial of other rules that was stopped goes on, and leaves nothing behind at its end."""

import shutil
from pathlib import Path

import pytest

from drift.cli import main
from drift.errors import StoreError
from drift.model.history import EVER
from drift.replay.archive import archive_of_log
from drift.replay.trial import scratch_folder
from drift.store.database import Database
from tests.replay.test_backfill import dying_at
from tests.scenarios.cloud import Log
from tests.scenarios.world import lay_out

OTHER_RULES = '\n[[exclusion]]\nname = "b"\nreason = "buckets"\nservice = "s3"\n'


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = lay_out(tmp_path, ["s3-console-public"]).parent
    (folder / "other.toml").write_text((folder / "config.toml").read_text() + OTHER_RULES)
    monkeypatch.chdir(folder)
    return folder


def replay() -> int:
    with pytest.raises(SystemExit) as left:
        main(["replay", "trail", "--policy", "other.toml"])
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.mark.parametrize("stop_at", [2, 6, 11])
def test_a_trial_that_was_stopped_goes_on_where_it_was(
    stop_at: int, world: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay() == 0
    whole = capsys.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr(Database, "transaction", dying_at(stop_at, Database.transaction))
        assert replay() == 130
    (left,) = world.glob(".drift-replay-*")
    assert (left.stat().st_mode & 0o777) == 0o700
    capsys.readouterr()

    assert replay() == 0

    assert capsys.readouterr() == whole
    assert list(world.glob(".drift-replay-*")) == []


def test_what_could_not_be_read_leaves_the_trial_open(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hidden = world / "hidden"
    shutil.move(world / "s3-console-public" / "audit-log.json", hidden)

    assert replay() == 2

    assert "trail" in capsys.readouterr().err
    assert len(list(world.glob(".drift-replay-*"))) == 1
    shutil.move(hidden, world / "s3-console-public" / "audit-log.json")
    assert replay() == 0
    assert list(world.glob(".drift-replay-*")) == []


def test_a_place_where_nothing_may_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be made") as raised:
        scratch_folder(tmp_path / "missing", archive_of_log("x", Log()), EVER)

    assert raised.value.hint
