"""What docs/replay.md shows is what happens."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "replay.md").read_text()

SESSIONS = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)

DRIFT = f"{shlex.quote(sys.executable)} -m drift"


@pytest.fixture(scope="module")
def beside_a_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    run(folder, "drift demo --out demo")
    return folder


@pytest.mark.parametrize("session", SESSIONS)
def test_a_session_of_the_page_prints_what_the_page_shows(session: str, beside_a_demo: Path) -> None:
    for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, *lines = part.splitlines()
        printed = run(beside_a_demo, command)
        assert [line for line in lines if line not in printed] == []


def run(folder: Path, command: str) -> str:
    """Run a command of the page as a shell does."""
    line = re.sub("^drift ", f"{DRIFT} ", command)
    done = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S602
    assert done.returncode == 0, done.stderr
    return done.stdout
