"""The product as its users install it: the wheel in an empty environment, run from an empty folder."""

import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `drift` command of an environment that holds the wheel and its pinned dependencies only."""
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT])
    (wheel,) = folder.glob("driftledger-*.whl")
    venv.create(folder / "empty", with_pip=False)
    python = folder / "empty" / "bin" / "python"
    (packages,) = (folder / "empty" / "lib").glob("python*/site-packages")
    for name in _pinned():
        _install(name, packages)
    _run([sys.executable, "-m", "pip", f"--python={python}", "install", "--no-deps", wheel])
    return folder / "empty" / "bin" / "drift"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """The demo, after it ran in an empty folder."""

    folder: Path
    said: str


@pytest.fixture(scope="module")
def ran(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("empty")
    return Ran(folder=folder / "drift-demo", said=_run([installed, "demo"], cwd=folder).stdout)


def test_the_demo_runs_from_an_empty_folder(ran: Ran) -> None:
    assert "11 recorded stories" in ran.said
    assert "pack      verified" in ran.said
    assert (ran.folder / "weekly.html").stat().st_size > 1000
    assert len(list((ran.folder / "alerts").glob("*.json"))) == 7


def test_the_pack_of_the_demo_is_verified_by_a_bare_python(ran: Ran) -> None:
    pack = ran.folder / "pack"

    done = _run([sys.executable, "-I", pack / "verify" / "verify_pack.py", pack, "--json"])

    assert json.loads(done.stdout)["problems"] == []


def _pinned() -> list[str]:
    """Return what the lock of the product, which names no tool of ours, pins for this machine."""
    lines = (ROOT / "requirements.lock").read_text().replace("\\\n", "").splitlines()
    pins = [Requirement(line.partition("--hash")[0]) for line in lines if line and line[0] not in " #"]
    return [pin.name for pin in pins if pin.marker is None or pin.marker.evaluate()]


def _install(name: str, packages: Path) -> None:
    """Put a package there as it is installed here, with the same pins: pip would need a minute."""
    found = distribution(name)
    for file in found.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            (packages / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found.locate_file(file), packages / file)


def _run(command: list[str | Path], cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=cwd, env=environ, check=True, capture_output=True, text=True)
