"""What the README shows is what happens."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import processes

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()

FOUND_SOMETHING = {"drift scan": 1}
"""Commands of the README that leave with another exit code than 0, because they found what they should."""


@pytest.fixture(scope="module")
def beside_a_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a clone after `make demo`."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "terraform-fixtures").symlink_to(ROOT / "terraform-fixtures")
    demo = _drift(folder, "demo --out demo")
    (folder / "demo.txt").write_text(demo.stdout)
    return folder


def _shown() -> Iterator[tuple[str, list[str]]]:
    """Yield each command of the README's sessions with the lines that it shows of the output."""
    for session in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            yield command, lines


@pytest.mark.parametrize(("command", "lines"), list(_shown()))
def test_a_command_of_the_readme_prints_what_the_readme_shows(
    command: str, lines: list[str], beside_a_demo: Path
) -> None:
    done = _drift(beside_a_demo, command.removeprefix("drift "))

    name = " ".join(command.split()[:2])
    assert done.returncode == FOUND_SOMETHING.get(name, 0), done.stderr
    assert [line for line in lines if line not in done.stdout] == []


def test_the_demo_prints_what_the_readme_shows(beside_a_demo: Path) -> None:
    printed = (beside_a_demo / "demo.txt").read_text()

    blocks = re.findall(r"```\n(.*?)```", README, re.DOTALL)
    of_demo = [block for block in blocks if block.startswith(("╭", "records"))]

    assert len(of_demo) == 2
    for block in of_demo:
        assert [line for line in block.splitlines() if line not in printed] == []


def test_links_between_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]:
        prose = re.sub("`[^`]*`", "", document.read_text())
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", prose):
            assert (document.parent / target).exists(), f"{document.name} -> {target}"


def test_every_folder_of_the_project_structure_exists() -> None:
    structure = README.split("## Project structure")[1].split("To add")[0]
    parent = ""
    for indent, name in re.findall(r"^( {4}| {6})([\w.-]+/?) {2}", structure, re.MULTILINE):
        path = f"{parent}{name}" if len(indent) == 6 else name
        parent = path if len(indent) == 4 else parent
        assert (ROOT / path).exists(), path


def test_the_help_names_every_exit_code() -> None:
    helped = _drift(ROOT, "--help").stdout

    assert "0 done; 1 something was found; 2 the work" in " ".join(helped.split())


def _drift(folder: Path, arguments: str) -> "subprocess.CompletedProcess[str]":
    done = processes.drift(folder, *arguments.split(), environment=os.environ)
    return subprocess.CompletedProcess(arguments, done.code, done.out, done.err)
