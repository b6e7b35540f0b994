"""Runs the command line as a process of its own, in a folder."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PATIENCE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What a process left behind."""

    code: int
    out: str
    err: str


def drift(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Done:
    """Run `drift` there, in an environment like ours, of 100 columns, if none is given."""
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place) / "out", Path(place) / "err"
        command = {
            "arguments": arguments,
            "folder": str(folder),
            "environment": {**os.environ, "COLUMNS": "100"} if environment is None else dict(environment),
            "out": str(out),
            "err": str(err),
        }
        code = _answer(json.dumps(command))
        return Done(code=code, out=out.read_text(), err=err.read_text())


def everything_in(folder: Path) -> dict[str, bytes | None]:
    """Return the content of every file below a folder, and `None` for every folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def _answer(command: str) -> int:
    """Return the exit code of a command; whatever takes too long is ended."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    clock = threading.Timer(PATIENCE, server.kill)
    clock.start()
    try:
        server.stdin.write(f"{command}\n")
        server.stdin.flush()
        return int(server.stdout.readline())
    finally:
        clock.cancel()


@cache
def _server() -> "subprocess.Popen[str]":
    """Return the program that forks; it ends with us, when its input does."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.cli.forking"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
