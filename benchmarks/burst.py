"""`make burst`: how fast a burst of records is worked off by `drift run --once`, and in how much memory.

`python -m benchmarks.burst 1000000` takes about an hour on two cores; fewer records tell whether it works.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.trail import RECORDS_PER_FILE, write_trail

RECORDS = 1_000_000
WANTED_MEMORY = 400
"""Megabytes, however many records there are."""

CONFIG = """
[store]
url = "sqlite:///store.sqlite3"

[[audit_log]]
name = "trail"
type = "log-files"
path = "trail"

[[vault]]
name = "raw"
type = "local-folder"
folder = "vault"
key_file = "vault-key"
"""


def main(records: int) -> int:
    """Print the rate and the peak; return 1 if that is more than is wanted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "trail").mkdir()
        written = write_trail(folder / "trail", max(1, records // RECORDS_PER_FILE))
        (folder / "config.toml").write_text(CONFIG)
        (folder / "vault-key").write_text("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
        (folder / "vault-key").chmod(0o600)
        command = [sys.executable, "-m", "drift", "--config", str(folder / "config.toml"), "run", "--once"]
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.child", *command], check=True, capture_output=True
        )
        seconds, peak, _ = map(float, done.stdout.split())
    rate = written / seconds
    print(f"burst: {written:,} records read, judged and recorded at {rate:,.0f} records/s")
    print(f"burst: peak memory {peak:.0f} MB (at most {WANTED_MEMORY})")
    return 1 if peak > WANTED_MEMORY else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS))
