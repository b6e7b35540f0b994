"""Packs as sinks are given them, with a file of each sort."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from drift.ports import HandedPack, PackFile

MANIFEST = "ab" * 32
SUMMARY = {
    "parameters": {"since": None, "until": None},
    "checkpoint": {"size": 13, "root": "r" * 43 + "="},
    "counts": {"changes": 2},
}
CHANGES: list[dict[str, Any]] = [
    {
        "change_id": f"chg-{number}",
        "summary": "opened tcp/22 to 0.0.0.0/0",
        "began_at": "2026-11-20T12:00:00Z",
        "account": "111122223333",
        "resource_id": "sg-0abc",
        "actor": "alice@example.com",
        "disposition": "unticketed",
        "alert": True,
        "ticket": None,
        "reasons": ["no ticket"],
    }
    for number in (1, 2)
]


def a_pack(*, is_whole: bool = True, changes: list[dict[str, Any]] = CHANGES) -> HandedPack:
    """A pack with a table, a dossier, and what every pack has."""
    lines = "".join(json.dumps(row) + "\n" for row in changes)
    contents = {
        "01_ipe/summary.json": json.dumps(SUMMARY).encode(),
        "02_population/changes.jsonl": lines.encode(),
        "02_population/changes.xlsx": b"PK\x03\x04 a table",
        "04_dossiers/chg-1.pdf": b"%PDF-1.4 a dossier",
    }
    return HandedPack(
        manifest_sha256=MANIFEST,
        since=None,
        until=None if is_whole else datetime(2026, 11, 1, tzinfo=UTC),
        is_whole=is_whole,
        files={path: _file(path, content) for path, content in contents.items()},
    )


def _file(path: str, content: bytes) -> PackFile:
    digest = hashlib.sha256(content).hexdigest()
    return PackFile(path=path, sha256=digest, size=len(content), read=lambda: content)
