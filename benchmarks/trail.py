"""A generated trail: the records of the bundled stories again and again, each with its own id."""

import gzip
import json
import uuid
from pathlib import Path
from typing import Any

FIXTURES = Path("terraform-fixtures")

RECORDS_PER_FILE = 500


def write_trail(folder: Path, files: int) -> int:
    """Write gzip files as CloudTrail delivers them; return the number of records."""
    templates: list[dict[str, Any]] = [
        record
        for log in sorted(FIXTURES.glob("*/audit-log.json"))
        for record in json.loads(log.read_text())["Records"]
    ]
    for file in range(files):
        records = []
        for index in range(RECORDS_PER_FILE):
            number = file * RECORDS_PER_FILE + index
            records.append({**templates[number % len(templates)], "eventID": str(uuid.UUID(int=number))})
        (folder / f"trail-{file:04}.json.gz").write_bytes(
            gzip.compress(json.dumps({"Records": records}).encode(), compresslevel=6)
        )
    return files * RECORDS_PER_FILE
