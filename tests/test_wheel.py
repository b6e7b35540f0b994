"""The product as its users install it: the wheel in an empty environment, run from an empty folder."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `drift` command of an environment that holds the wheel and its pinned dependencies only."""
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT])
    (wheel,) = folder.glob("driftledger-*.whl")
    venv.create(folder / "empty", with_pip=True)
    python = folder / "empty" / "bin" / "python"
    _run([python, "-m", "pip", "install", "--no-deps", "--require-hashes", "-r", ROOT / "requirements.lock"])
    _run([python, "-m", "pip", "install", "--no-deps", wheel])
    return folder / "empty" / "bin" / "drift"


def test_the_demo_runs_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    done = _run([installed, "demo"], cwd=tmp_path)

    assert "11 recorded stories" in done.stdout
    assert "pack      verified" in done.stdout
    assert (tmp_path / "drift-demo" / "weekly.html").stat().st_size > 1000
    assert len(list((tmp_path / "drift-demo" / "alerts").glob("*.json"))) == 7


def test_the_pack_of_the_demo_is_verified_by_a_bare_python(installed: Path, tmp_path: Path) -> None:
    _run([installed, "demo"], cwd=tmp_path)
    pack = tmp_path / "drift-demo" / "pack"

    done = _run([sys.executable, "-I", pack / "verify" / "verify_pack.py", pack, "--json"])

    assert json.loads(done.stdout)["problems"] == []


def _run(command: list[str | Path], cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=cwd, env=environ, check=True, capture_output=True, text=True)
