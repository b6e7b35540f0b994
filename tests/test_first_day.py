"""What the page about the first day shows is what happens, in its order."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.processes import drift

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "first-day.md").read_text()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each command of the page prints, in an estate that nobody has watched before."""
    folder = tmp_path_factory.mktemp("estate") / "estate"
    shutil.copytree(ROOT / "terraform-fixtures", folder)
    config = folder / "config.toml"
    text, is_observed = re.subn(r'\[enrolment\]\nmode = "enforce".*\n', "", config.read_text())
    assert is_observed
    config.write_text(text)
    found = {}
    for command in re.findall(r"^\$ drift (.*)", PAGE, re.MULTILINE):
        done = drift(folder, *command.split(), environment=os.environ)
        assert done.code == 0, done.err
        found[command] = done.out
    found["digest"] = "".join(file.read_text() for file in (folder / "alerts").glob("*.txt"))
    return found


def test_each_command_prints_what_the_page_shows(printed: dict[str, str]) -> None:
    sessions = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    shown = [part.splitlines() for session in sessions for part in re.split(r"^\$ ", session, flags=re.M)[1:]]

    assert len(shown) == 8
    for command, *lines in shown:
        said = printed[command.removeprefix("drift ")]
        assert lines, command
        assert [line for line in lines if line not in said] == [], command


def test_the_first_day_sends_the_one_message_that_the_page_shows(printed: dict[str, str]) -> None:
    [digest] = re.findall(r"^```\n(Digest.*?)```", PAGE, re.DOTALL | re.MULTILINE)

    assert [line for line in digest.splitlines() if line not in printed["digest"]] == []
    assert printed["digest"].count("Digest of the day") == 1
