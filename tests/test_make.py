"""`make` works on a fresh machine, or says which package to install."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAKE = shutil.which("make")

pytestmark = pytest.mark.skipif(MAKE is None, reason="make is not installed")

TOO_OLD = """\
case "$*" in
  --version) echo "Python 3.9.2" ;;
  *version_info*) exit 1 ;;
esac
"""
WITHOUT_VENV = """\
case "$*" in
  *ensurepip*) echo "ModuleNotFoundError: No module named 'ensurepip'" >&2; exit 1 ;;
esac
"""
GOOD = ""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The programs of a machine on which nobody installed Python."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "echo", "touch", "test", "mkdir"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    return programs


def install(machine: Path, script: str, name: str = "python3") -> None:
    """Put a Python there that only answers what it is asked first."""
    program = machine / name
    program.write_text(f"#!/bin/sh\n{script}")
    program.chmod(0o755)


def make(*arguments: str, machine: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run `make` in the checkout, on the machine given or on this one."""
    environment = {"PATH": str(machine) if machine else os.environ["PATH"], "LC_ALL": "C"}
    assert MAKE is not None
    return subprocess.run(
        [MAKE, "--no-print-directory", "-C", ROOT, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_without_python_it_says_which_package_to_install(machine: Path) -> None:
    done = make("python", machine=machine)

    assert done.returncode == 2
    assert "there is no python3" in done.stderr
    assert (
        "'apt install python3 python3-venv' (Debian, Ubuntu) or 'brew install python' (macOS)" in done.stderr
    )


def test_a_python_that_is_too_old_is_named_with_the_way_to_another(machine: Path) -> None:
    install(machine, TOO_OLD)

    done = make("python", machine=machine)

    assert done.returncode == 2
    assert "Python 3.9.2 is too old, 3.11 or newer is needed" in done.stderr
    assert "make PYTHON=python3.12" in done.stderr


def test_debian_without_venv_is_told_its_package_and_nothing_else(machine: Path) -> None:
    install(machine, WITHOUT_VENV)

    done = make("python", machine=machine)

    assert done.returncode == 2
    assert "python3 cannot make virtual environments" in done.stderr
    assert "'apt install python3-venv'" in done.stderr
    assert "ModuleNotFoundError" not in done.stderr


def test_another_python_can_be_named(machine: Path) -> None:
    install(machine, TOO_OLD)
    install(machine, GOOD, "python3.12")

    done = make("python", "PYTHON=python3.12", machine=machine)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_python_that_has_everything_passes_in_silence(machine: Path) -> None:
    install(machine, GOOD)

    done = make("python", machine=machine)

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


@pytest.mark.parametrize("target", ["demo", "test"])
def test_what_is_missing_stops_the_first_command_of_a_fresh_clone(
    machine: Path, tmp_path: Path, target: str
) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements-dev.lock"):
        shutil.copy(ROOT / name, clone)
    install(machine, WITHOUT_VENV)

    done = make("-C", str(clone), target, machine=machine)

    assert done.returncode == 2
    assert "'apt install python3-venv'" in done.stderr
    assert sorted(path.name for path in clone.iterdir()) == [
        "Makefile",
        "pyproject.toml",
        "requirements-dev.lock",
    ]


def test_an_environment_that_is_ready_needs_no_other_python(machine: Path, tmp_path: Path) -> None:
    """
    Whoever named one with `PYTHON=` the first time need not name it again.
    """
    install(machine, TOO_OLD)
    ready = tmp_path / "venv" / ".ready"
    ready.parent.mkdir()
    ready.touch()

    done = make("-n", "demo", f"VENV={ready.parent}", machine=machine)

    assert done.returncode == 0
    assert done.stdout.strip() == f"{ready.parent}/bin/drift demo --out demo"


def test_without_a_browser_it_says_how_to_install_one_and_goes_on(machine: Path, tmp_path: Path) -> None:
    done = make("browser", f"AXE={tmp_path / 'none'}", machine=machine)

    assert done.returncode == 0
    assert "there is no Chromium, so the tests in a browser are skipped" in done.stderr
    assert "'apt install chromium' (Debian)" in done.stderr
    assert "there is no npm, so nothing looks for barriers in the pages" in done.stderr


def test_every_target_of_the_help_exists_and_can_be_planned() -> None:
    helped = make("help")

    targets = re.findall(r"^make (\w+) ", helped.stdout, re.MULTILINE)
    assert {"demo", "test", "lint", "bench", "corpus"} <= set(targets)
    for target in targets:
        assert make("-n", target).returncode == 0


@pytest.mark.parametrize(
    ("target", "runs"), [("demo", "drift demo"), ("test", "-m pytest"), ("lint", "ruff check")]
)
def test_a_target_sets_up_what_it_needs_before_it_runs(tmp_path: Path, target: str, runs: str) -> None:
    """
    Planned with an environment that is not there yet.
    """
    planned = make("-n", target, f"VENV={tmp_path / 'none'}").stdout

    assert planned.index("-m venv") < planned.index("--require-hashes") < planned.index(runs)
