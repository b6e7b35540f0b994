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

# Ids sort by time, as the program's own do, and lie before those of the trail.
FILLED = (
    "INSERT INTO change_session SELECT printf('ses-20250101T%09d-filled', n), 'human:filler' || (n % 997),"
    " '111122223333', {at}, {at} FROM numbers",
    "INSERT INTO write (key, occurred_at, ledger_seq, body) SELECT printf('aws:filled-%09d', n), {at}, n,"
    " CAST('{{}}' AS BLOB) FROM numbers",
    "INSERT INTO change (change_id, session_id, resource_type, resource_id, resource_key, began_at, ended_at,"
    " to_judge, disposition, severity, revision, judged_revision, ledger_seq)"
    " SELECT printf('chg-20250101T%09d-filled', n), printf('ses-20250101T%09d-filled', n), 'aws_instance',"
    " printf('i-%017x', n), printf('i-%017x', n), {at}, {at}, 0, 'authorised', 'low', 1, 1, n FROM numbers",
    "INSERT INTO change_write (change_id, write_key) SELECT printf('chg-20250101T%09d-filled', n),"
    " printf('aws:filled-%09d', n) FROM numbers",
)
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "
AT = "datetime('2025-01-01', '+' || (n * 20) || ' seconds') || '.000000'"


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
            for statement in FILLED:
                table, _, query = statement.partition(" SELECT ")
                filled = f"{table} {NUMBERS.format(count=CHANGES)} SELECT {query.format(at=AT)}"
                connection.execute(filled)
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
