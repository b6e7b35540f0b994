"""Writes the auditor pack: a folder with the populations, the ledger they come from, and a verifier.

The same ledger, the same period and the same configuration, with what it points to, give the same bytes:
a pack adds nothing that tells when, where or by whom it was written, but when tickets were asked for
again. What the ledger holds stands in it as it is, names of delivered files included.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from drift.errors import LedgerIntegrityError, UsageError
from drift.ledger.checkpoint import checkpoints, daily_checkpoints, sealed_entries
from drift.ledger.entry import StoredEntry, format_time
from drift.ledger.note import SigningKey
from drift.model.evidence import Checkpoint, EntryKind
from drift.reports.pack.cells import canonical
from drift.reports.pack.contents import Contents
from drift.reports.pack.key_chain import key_chain
from drift.reports.pack.listing import Document, Listing
from drift.reports.pack.making import Making
from drift.reports.pack.manifest import write_manifest
from drift.reports.pack.parts import CLOSING, PARTS
from drift.reports.pack.request import PackRequest
from drift.reports.pack.start_page import start_page
from drift.reports.pack.statement import write_statement
from drift.reports.pack.view import View
from drift.reports.pack.workbooks import Workbooks
from drift.reports.pack.writing import Written, write_document, write_listing
from drift.reports.population import Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class PackSummary:
    """What was written."""

    folder: Path
    name: str
    """What the folder is called where it is packed into a file."""
    entries: int
    changes: int
    findings: int
    root: str
    """Base64 of the Merkle root that the pack rests on."""
    manifest_sha256: str
    """Hex SHA-256 of the manifest: it names the pack in the record of its export."""
    not_found: tuple[str, ...] = ()
    """What the auditor named, and is no change of the period."""


def export_pack(
    connection: Connection, sealed: Checkpoint, *, folder: Path, key: SigningKey, request: PackRequest
) -> PackSummary:
    """Write the pack that is asked for, from the ledger as it was sealed then.

    Raises:
        UsageError: The folder is in use or cannot be written.
        LedgerIntegrityError: The ledger is not what was sealed.
    """
    if not key.has_signed(sealed.note):
        raise LedgerIntegrityError(
            f"the ledger was sealed by another key than {key.verifier_key}", hint="use the key that sealed it"
        )
    with _new_folder(folder) as partial:
        # What was read of every change is large, and needed no longer than this.
        population = _write_ledger(partial / "ledger", connection, key, sealed).population(request.period)
        view = View(connection=connection, sealed=sealed, request=request, population=population)
        making = Making(origin=key.name, sealed=sealed, request=request)
        with Workbooks(making) as workbooks:
            contents = _write_parts(partial, view, workbooks)
        write_statement(partial, view, making, contents.listings)
        _write_json(partial / "01_ipe" / "summary.json", _summary(view, making, contents.listings))
        _write_verifier(partial / "verify")
        start = start_page(view, key, contents)
        (partial / "00_START_HERE.html").write_text(start, encoding="utf-8", newline="\n")
        manifest_sha256 = write_manifest(partial, key)
    return PackSummary(
        folder=folder,
        name=making.name,
        entries=sealed.size,
        changes=len(view.population.changes),
        findings=len(view.population.findings),
        root=sealed.root,
        manifest_sha256=manifest_sha256,
    )


def refuse_folder(folder: Path) -> None:
    """Refuse a folder in which no pack can be written, before anything is recorded for it.

    Raises:
        UsageError: It is in use, or lies where nothing can be made.
    """
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and _is_empty(folder))):
        raise UsageError(
            f"{folder} is there already", hint="name a folder that does not exist yet, or is empty"
        )
    above = next(one for one in folder.absolute().parents if one.exists())
    if not (above.is_dir() and os.access(above, os.W_OK | os.X_OK)):
        raise UsageError(
            f"the pack cannot be written to {folder}", hint=f"check the place: nothing can be made in {above}"
        )


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to write in, beside the one that is wanted, and move it there when all is written."""
    partial = folder.absolute().with_name(f".{folder.absolute().name}.{secrets.token_hex(4)}")
    try:
        refuse_folder(folder)
        partial.mkdir(parents=True)
        yield partial
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        raise UsageError(
            f"the pack cannot be written to {folder}: {error.strerror}",
            hint="check the place and the space left",
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


def _write_ledger(folder: Path, connection: Connection, key: SigningKey, sealed: Checkpoint) -> Reading:
    (folder / "checkpoints").mkdir(parents=True)
    reading, rotations = Reading(), list[StoredEntry]()
    with (folder / "entries.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for entry in sealed_entries(connection, sealed):
            file.write(_entry_line(entry))
            reading.add(entry)
            if entry.kind is EntryKind.KEY_ROTATION:
                rotations.append(entry)
    _write_json(folder / "keys.json", {"v": 1, "keys": key_chain(rotations, key)})
    handed_over = {entry.seq + 1 for entry in rotations}
    handovers = [one for one in checkpoints(connection) if one.size in handed_over]
    for checkpoint in [*daily_checkpoints(connection, sealed), *handovers]:
        path = folder / "checkpoints" / f"{checkpoint.size:012d}.note"
        path.write_text(checkpoint.note, encoding="utf-8", newline="\n")
    return reading


def _entry_line(entry: StoredEntry) -> str:
    """The bytes that were hashed stand in strings, where no tool will write them in another way."""
    line = {
        "seq": entry.seq,
        "leaf": entry.leaf.decode(),
        "leaf_hash": entry.leaf_hash.hex(),
        "salt": (entry.salt or b"").hex(),
        "body": "" if entry.is_erased else (entry.body or b"").decode(),
    }
    return canonical(line) + "\n"


def _write_parts(folder: Path, view: View, workbooks: Workbooks) -> Contents:
    """Write every part, and then those that point to what stands there."""
    listings, documents = list[Written](), list[str]()

    def write(parts: Iterable[Listing | Document]) -> Contents:
        for one in parts:
            match one:
                case Listing():
                    listings.append(write_listing(folder, one, workbooks))
                case Document():
                    write_document(folder, one, workbooks)
                    documents.append(one.path)
        return Contents(listings=tuple(listings), documents=tuple(documents))

    contents = write(one for part in PARTS for one in part(view))
    return write(one for closing in CLOSING for one in closing(view, contents))


def _summary(view: View, making: Making, written: Sequence[Written]) -> dict[str, Any]:
    period, sealed = view.request.period, view.sealed
    return {
        "v": 1,
        "tool": making.tool,
        "parameters": {
            "since": format_time(period.since) if period.since else None,
            "until": format_time(period.until) if period.until else None,
        },
        "checkpoint": {
            "size": sealed.size,
            "root": sealed.root,
            "sealed_at": format_time(sealed.made_at),
        },
        "counts": view.population.counts,
        "meaning": {one.listing.path: " ".join((one.listing.lists, *one.listing.limits)) for one in written},
    }


def _write_verifier(folder: Path) -> None:
    folder.mkdir()
    verifier = files("drift.ledger").joinpath("verify.py").read_bytes()
    (folder / "verify_pack.py").write_bytes(verifier)


def _write_json(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
