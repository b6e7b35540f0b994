"""Lists every file of a pack with its hash, and signs the list."""

import hashlib
import json
from pathlib import Path

from drift.ledger.note import SigningKey

NAME = "MANIFEST.json"
NOTE_NAME = f"{NAME}.note"

_TITLE = "driftledger pack manifest v1"
"""First line of the signed text. No origin has spaces, so no checkpoint passes for a manifest."""


def write_manifest(folder: Path, key: SigningKey) -> str:
    """Write the manifest of `folder` and its signed note; return the manifest's hex SHA-256."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = [
        {"path": path.relative_to(folder).as_posix(), "sha256": _sha256_of(path), "size": path.stat().st_size}
        for path in paths
    ]
    manifest = json.dumps({"files": files, "origin": key.name, "v": 1}, indent=1, sort_keys=True) + "\n"
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    (folder / NAME).write_text(manifest, encoding="utf-8", newline="\n")
    note = key.sign(f"{_TITLE}\n{key.name}\n{digest}\n")
    (folder / NOTE_NAME).write_text(note, encoding="utf-8", newline="\n")
    return digest


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
