"""From the files of a trail to committed, judged and evidenced rows, with the raw records kept."""

import base64
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.trail import write_trail
from drift import wiring

FILES = 200
WANTED_SHARE = 0.20
WANTED_OF_NAIVE = 1.5
WANTED_WHEN_FULL = 0.6
WANTED_MEMORY = 400

CHANGES = 3_000_000
"""That a store holds after some years."""

CONFIG = """
[enrolment]
mode = "enforce"

[[audit_log]]
name = "trail"
type = "log-files"
path = "trail"

[[vault]]
name = "raw"
type = "local-folder"
folder = "vault"
key_env = "BENCHMARK_VAULT_KEY"
"""

KEY = base64.b64encode(bytes(32)).decode()

FILL = Path(__file__).with_name("fill.sql")


def measure() -> Iterator[str]:
    """Yield the rate from 200 gzip files into SQLite, which waits for the disk, beside three others."""
    with tempfile.TemporaryDirectory() as name:
        empty, full = (_world(Path(name) / one) for one in ("empty", "full"))
        records = write_trail(empty / "trail", FILES)
        (full / "trail").rmdir()
        (full / "trail").symlink_to(empty / "trail", target_is_directory=True)
        _fill(full)
        limit = float(_output("benchmarks.limit", empty / "trail"))
        naive = float(_output("benchmarks.naive", empty / "trail"))
        seconds, peak = map(float, _output("benchmarks.ingest", empty).split())
        when_full, _ = map(float, _output("benchmarks.ingest", full).split())
    yield f"end to end: {records / seconds:,.0f} records/s, kept, judged and evidenced, raw bytes too"
    yield f"end to end: {limit / seconds:.1%} of the parse limit (at least {WANTED_SHARE:.0%})"
    yield f"end to end: {naive / seconds:.2f} times the rate of a naive loader (at least {WANTED_OF_NAIVE})"
    yield (
        f"end to end: {seconds / when_full:.2f} of its rate with {CHANGES:,} changes in the store"
        f" (at least {WANTED_WHEN_FULL})"
    )
    yield f"end to end: peak memory {peak:.0f} MB (at most {WANTED_MEMORY})"


def _world(folder: Path) -> Path:
    (folder / "trail").mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    return folder


def _fill(folder: Path) -> None:
    """Make a store that holds what some years left."""
    os.environ["BENCHMARK_VAULT_KEY"] = KEY
    before = Path.cwd()
    os.chdir(folder)
    try:
        settings = wiring.settings_of(None)
        with wiring.open_database(settings, may_make=True) as database:
            name = database.name
        with closing(sqlite3.connect(name)) as connection, connection:
            for statement in FILL.read_text(encoding="utf-8").split(";\n"):
                connection.execute(statement, {"count": CHANGES} if ":count" in statement else {})
    finally:
        os.chdir(before)


def _output(module: str, folder: Path) -> str:
    """Run a measurement in a process of its own; return what it prints."""
    ran = subprocess.run(
        [sys.executable, "-m", module, str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "BENCHMARK_VAULT_KEY": KEY},
    )
    return ran.stdout
