"""How fast records are judged, as a share of what only reading them would allow."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.timing import RUNS
from benchmarks.trail import write_trail

FILES = 200
WANTED_SHARE = 0.25
WANTED_MEMORY = 200
WANTED_SPEED_UP = 1.4

COMPILED = Path(tempfile.gettempdir()) / "drift-benchmarks"
"""Where the compiled modules lie."""


def measure() -> Iterator[str]:
    """Yield the rate of `drift classify --json`, start-up and output included, and of decoding alone.

    The three take turns, so that a neighbour who gets busy slows all of them down.
    """
    limits, alone, by_two, peaks = [], [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records = write_trail(folder, FILES)
        for _ in range(RUNS):
            limits.append(_limit(folder))
            seconds, peak = _classify(folder)
            alone.append(seconds)
            peaks.append(peak)
            if _has_jobs():
                by_two.append(_classify(folder, "--jobs", "2")[0])
    limit, judged = min(limits), min(alone)
    yield f"classify: {records:,} records in {FILES} files; parse limit {records / limit:,.0f} records/s"
    yield f"classify: with verdicts and JSON {records / judged:,.0f} records/s, start-up included"
    yield f"classify: {limit / judged:.0%} of the parse limit (at least {WANTED_SHARE:.0%})"
    yield f"classify: peak memory {max(peaks):.0f} MB (at most {WANTED_MEMORY})"
    if by_two:
        yield f"classify: --jobs 2 is {judged / min(by_two):.2f} times as fast (at least {WANTED_SPEED_UP})"


def _limit(folder: Path) -> float:
    return float(_output([sys.executable, "-m", "benchmarks.limit", str(folder)]))


def _classify(folder: Path, *options: str) -> tuple[float, float]:
    """Return the seconds of wall time that the command takes, and its peak memory in megabytes."""
    command = [sys.executable, "-m", "drift", "classify", "--json", *options, str(folder)]
    seconds, peak, _ = _output([sys.executable, "-m", "benchmarks.child", *command]).split()
    return float(seconds), float(peak)


def _has_jobs() -> bool:
    return b"--jobs" in _output([sys.executable, "-m", "drift", "classify", "--help"])


def _output(command: Sequence[str]) -> bytes:
    """Run with modules that were compiled before, as they are where the program is installed."""
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(COMPILED)}
    return subprocess.run(command, check=True, capture_output=True, env=environ).stdout
