"""Runs the command line as a process of its own, in a folder."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What a process left behind."""

    code: int
    out: str
    err: str


def drift(folder: Path, *arguments: str) -> Done:
    """Run `drift` there."""
    done = subprocess.run(
        [sys.executable, "-m", "drift", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return Done(code=done.returncode, out=done.stdout, err=done.stderr)


def everything_in(folder: Path) -> dict[str, bytes | None]:
    """Return the content of every file below a folder, and `None` for every folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }
