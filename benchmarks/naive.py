"""A loader without any judgement: unpacks, decodes and inserts, as a first draft would.

A program of its own: `python -m benchmarks.naive FOLDER`. Prints the seconds that it takes.
"""

import gzip
import json
import sqlite3
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

TABLE = """
    CREATE TABLE event (
        id TEXT PRIMARY KEY, time TEXT, source TEXT, name TEXT, region TEXT, account TEXT, arn TEXT, body TEXT
    )
"""


def main(trail: Path) -> None:
    """Insert each record of each file, a file at a time."""
    files = sorted(trail.iterdir())
    with TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "naive.sqlite3")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(TABLE)
        began = time.perf_counter()
        for file in files:
            records = json.loads(gzip.decompress(file.read_bytes()))["Records"]
            with connection:
                connection.executemany("INSERT INTO event VALUES (?,?,?,?,?,?,?,?)", map(_row, records))
        print(time.perf_counter() - began)
        connection.close()


def _row(record: dict[str, Any]) -> tuple[object, ...]:
    return (
        record["eventID"],
        record["eventTime"],
        record["eventSource"],
        record["eventName"],
        record["awsRegion"],
        record["recipientAccountId"],
        record["userIdentity"].get("arn"),
        json.dumps(record),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
