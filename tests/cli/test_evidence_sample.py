"""`drift evidence sample`, and the same sample in the pack."""

import base64
import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drift.model.verdict import Disposition
from tests.builders import NOON, a_judgement
from tests.cli.running import Drift
from tests.test_read_checks import drawn
from tests.world import KEY, World

PAGE = (Path(__file__).parents[2] / "docs/samples.md").read_text()

OVER = datetime(2026, 12, 2, 1, tzinfo=UTC)
"""When November was over, and something was recorded since."""

PERIOD = ("--since", "2026-11-01", "--until", "2026-12-01")


@pytest.fixture
def changes(world: World, tmp_path: Path) -> list[str]:
    """Three changes of November, of which one was an emergency; sealed when it was over."""
    emergency = a_judgement(Disposition.EMERGENCY)
    ids = [
        world.happened("opened tcp/22", by="alice@example.com", judged=a_judgement()).change_id,
        world.happened("closed tcp/22", by="bob@example.com", judged=a_judgement()).change_id,
        world.happened("opened tcp/80", by="carol@example.com", judged=emergency).change_id,
    ]
    world.unreadable(at=OVER)
    world.sealed(at=OVER)
    drawn(world, "erin@example.com")
    keep_key(tmp_path)
    return ids


def _of_page() -> list[tuple[str, list[str]]]:
    sessions = re.findall(r"```console\n\$ (.*?)```", PAGE, re.DOTALL)
    return [(session.splitlines()[0], session.splitlines()[1:]) for session in sessions]


@pytest.mark.parametrize(("command", "lines"), _of_page())
def test_a_command_of_the_page_prints_what_the_page_shows(
    command: str,
    lines: list[str],
    drift: Drift,
    changes: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wanted.csv").write_text(f"change_id,why\n{changes[1]},large\n")

    ran = drift(*shlex.split(command.replace("CHANGE", changes[0]))[1:])

    assert ran.code == 0, ran.err
    assert [line for line in lines if line not in ran.lines] == []


def test_each_change_is_told_in_a_line(drift: Drift, changes: list[str]) -> None:
    lines = drift("evidence", "sample", *PERIOD).lines

    assert lines[0] == 'changes: 3 of 3 by the profile "steps"'
    assert {line.split()[1] for line in lines[1:4]} == set(changes)
    assert any(
        "2026-11-16 12:00  emergency    carol@example.com, console: opened tcp/80" in one for one in lines
    )
    assert lines[-1].startswith("drawn by the checkpoint at ")


def test_the_json_is_that_of_the_pack(drift: Drift, changes: list[str], tmp_path: Path) -> None:
    asked = (*PERIOD, "--engagement", "SOC 2 2026", "--profile", "census")

    printed = json.loads(drift("evidence", "sample", *asked, "--json").out)
    drift("evidence", "export", *asked, "--out", str(tmp_path / "pack"))

    assert printed == json.loads((tmp_path / "pack/03_sample/selection.json").read_text())
    assert printed["samples"][0]["chosen"]
    assert printed["samples"][1]["chosen"] == [changes[2]]


def test_a_list_may_be_a_pasted_column_or_a_table(drift: Drift, changes: list[str], tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f'\ufeffChange_ID;actor\n"{changes[2]}";x\n\n# later\nchg-unknown;y\n')

    lines = drift("evidence", "sample", *PERIOD, "--ids", str(tmp_path / "list")).lines

    assert lines[0] == "changes: 1 of 3 that the auditor named"
    assert lines[1].split()[1] == changes[2]
    assert lines[2].strip() == "chg-unknown is not in the population"


def test_the_profiles_of_the_configuration_are_there(
    drift: Drift, changes: list[str], tmp_path: Path
) -> None:
    (tmp_path / "ours.toml").write_text('[ours]\nsource = "us"\nbands = [{ take = 1 }]\n')
    with (tmp_path / "config.toml").open("a") as file:
        file.write('\n[[table]]\nname = "sampling"\npath = "ours.toml"\n')

    lines = drift("evidence", "sample", *PERIOD, "--profile", "ours").lines

    assert lines[0] == 'changes: 1 of 3 by the profile "ours"'


def test_a_profile_that_gives_no_size_is_refused_when_the_configuration_is_read(
    drift: Drift, tmp_path: Path
) -> None:
    (tmp_path / "ours.toml").write_text('[ours]\nsource = "us"\nbands = [{ up_to = 5 }]\n')
    with (tmp_path / "config.toml").open("a") as file:
        file.write('\n[[table]]\nname = "sampling"\npath = "ours.toml"\n')

    ran = drift("evidence", "sample")

    assert ran.code == 2
    assert 'the table "sampling" cannot be used: the profile "ours" says nothing of large' in ran.err


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--seed", "1", "--ids", "list"), "exclude each other"),
        (("--profile", "aicpa"), 'no profile is called "aicpa"'),
        (("--seed", "x" * 201), "--seed takes one line"),
        (("--engagement", "a\nb"), "--engagement takes one line"),
        (("--ids", "nowhere"), "nowhere cannot be read"),
        (("--ids", "empty"), "empty names no change"),
        (("--ids", "heading"), "heading names no change"),
        (("--ids", "unknown"), "no change of the period is called chg-x, chg-y"),
        (("--seed", " "), "--seed is blank"),
        (("--since", "2031-01-01"), "--since 2031-01-01T00:00Z is yet to come: it is 2026-11-16"),
        (("--since", "2026-12-01", "--until", "2026-11-01"), "is not after"),
    ],
)
def test_options_that_cannot_be_used_are_refused(
    drift: Drift,
    changes: list[str],
    options: tuple[str, ...],
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("empty", "\n# none\n"), ("heading", "Change ID\n"), ("unknown", "chg-x\nchg-y\n")):
        (tmp_path / name).write_text(text)

    ran = drift("evidence", "sample", *options)

    assert (ran.code, ran.out) == (2, "")
    assert problem in ran.err


def test_before_anything_is_sealed_there_is_nothing_to_draw_from(drift: Drift, world: World) -> None:
    world.happened(at=NOON, judged=a_judgement())

    ran = drift("evidence", "sample")

    assert ran.code == 2
    assert "there is no sealed evidence yet" in ran.err


def keep_key(folder: Path) -> None:
    """Put the key that sealed the world's ledger, of 32 zeros, where the configuration looks for it."""
    _, key_id, _ = KEY.verifier_key.split("+", 2)
    secret = base64.b64encode(bytes([1]) + bytes(32)).decode()
    path = folder / "driftledger-key.pem"
    path.touch(mode=0o600)
    path.write_text(f"PRIVATE+KEY+{KEY.name}+{key_id}+{secret}")
