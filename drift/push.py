"""Takes exported evidence to where others work with it, and leaves evidence of that.

A parcel at a time: what has arrived is noted at once, so that a push that breaks off is gone on with, and
each parcel arrives at least once. When all have, the ledger tells.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from drift.errors import LedgerIntegrityError, ProviderError, UsageError, only_provider_errors
from drift.ledger.log import append
from drift.model.evidence import EntryKind, PushRecord
from drift.ports import EvidenceSink, HandedPack, PackFile
from drift.reports.entries import entries_about
from drift.store.database import Database
from drift.store.pushed import arrived, forget_other_packs, note_arrived

MANIFEST = "MANIFEST.json"
MANIFEST_NOTE = f"{MANIFEST}.note"
SUMMARY = "01_ipe/summary.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pushed:
    """How far a push got."""

    parcels: int
    delivered: int
    """Now; what had arrived before is not delivered again."""
    ledger_seq: int | None
    """The entry that tells that all has arrived; `None` until it has, and where an earlier one tells so."""
    problem: ProviderError | None = None
    """Why not."""


def open_pack(database: Database, folder: Path, observed: timedelta) -> HandedPack:
    """Return the pack in a folder, which must have been exported from this ledger.

    Raises:
        UsageError: There is none, or the ledger does not tell of its export.
    """
    try:
        manifest = (folder / MANIFEST).read_bytes()
        listed = [(one["path"], one["sha256"], one["size"]) for one in json.loads(manifest)["files"]]
        note = (folder / MANIFEST_NOTE).read_bytes()
        period = json.loads((folder / SUMMARY).read_bytes())["parameters"]
        since, until = _time(period["since"]), _time(period["until"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        is_packed = folder.is_file() and folder.suffix.lower() == ".zip"
        hint = "unpack it, and name the folder" if is_packed else "make one: drift evidence export --out DIR"
        raise UsageError(f"there is no pack in {folder}", hint=hint) from error
    digest = hashlib.sha256(manifest).hexdigest()
    with database.reading() as connection:
        exports = [one for one in entries_about(connection, [digest]) if one.kind is EntryKind.EXPORT]
    if not exports:
        raise UsageError(
            f"the pack in {folder} was not exported from this ledger, or was altered since",
            hint="export it anew, and push that",
        )
    exported_at = exports[-1].recorded_at
    own = [(name, hashlib.sha256(data).hexdigest(), len(data)) for name, data in _own(manifest, note)]
    return HandedPack(
        manifest_sha256=digest,
        since=since,
        until=until,
        is_whole=(since is None or since <= exported_at - observed)
        and (until is None or until >= exported_at),
        files={path: _file(folder, path, sha256, size) for path, sha256, size in (*listed, *own)},
    )


def push(
    database: Database, name: str, sink: EvidenceSink, pack: HandedPack, clock: Callable[[], datetime]
) -> Pushed:
    """Deliver what has not arrived yet of a pack, and record when all has."""
    digest = pack.manifest_sha256
    with database.reading() as connection:
        before = arrived(connection, name, digest)
    delivered, parcels = 0, tuple[str, ...]()
    try:
        with only_provider_errors("pushing evidence"):
            parcels = tuple(sink.parcels(pack))
            for parcel in parcels:
                if parcel in before:
                    continue
                reference = sink.deliver(pack, parcel)
                with database.transaction() as connection:
                    note_arrived(connection, name, digest, parcel, reference, clock())
                delivered += 1
    except ProviderError as error:
        return Pushed(parcels=len(parcels), delivered=delivered, ledger_seq=None, problem=error)
    seq = _record(database, name, pack, clock(), is_news=delivered > 0)
    return Pushed(parcels=len(parcels), delivered=delivered, ledger_seq=seq)


def _record(database: Database, name: str, pack: HandedPack, now: datetime, *, is_news: bool) -> int | None:
    """Record that all has arrived, unless that is told already: a push may have stopped just before."""
    with database.transaction() as connection:
        if not is_news and _is_told(connection, name, pack):
            return None
        found = arrived(connection, name, pack.manifest_sha256)
        forget_other_packs(connection, name, pack.manifest_sha256)
        body = PushRecord(sink=name, manifest_sha256=pack.manifest_sha256, parcels=found)
        return append(connection, kind=EntryKind.PUSH, ref=name, body=body, recorded_at=now).seq


def _is_told(connection: Connection, name: str, pack: HandedPack) -> bool:
    pushes = (one for one in entries_about(connection, [name]) if one.kind is EntryKind.PUSH)
    bodies = (one.read_as(PushRecord) for one in pushes)
    return any(body is not None and body.manifest_sha256 == pack.manifest_sha256 for body in bodies)


def _own(manifest: bytes, note: bytes) -> list[tuple[str, bytes]]:
    """The manifest lists neither itself nor its note."""
    return [(MANIFEST, manifest), (MANIFEST_NOTE, note)]


def _file(folder: Path, path: str, sha256: str, size: int) -> PackFile:
    return PackFile(path=path, sha256=sha256, size=size, read=partial(_read, folder / path, sha256))


def _read(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="export the pack anew") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise LedgerIntegrityError(
            f"{path} is not the file that was exported", hint="export the pack anew, and push that"
        )
    return content


def _time(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
