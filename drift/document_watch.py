"""Looks once a day at the company's own documents, and records those that are not as they were.

What they say is for the auditor to read. The ledger has their hashes, so that nobody can put today's
policy in the place of the one that was in force.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.ledger.log import append, entries_at
from drift.model.company import CompanyDocument, DocumentRecord, DocumentTurn
from drift.model.evidence import EntryKind
from drift.store import meta
from drift.store.database import Database

LOOKED_EVERY = timedelta(hours=23)
"""Once a day, a little earlier each day rather than ever later."""

_LOOKED_AT = "documents"
_KNOWN = "document/"
"""Begins the keys under which stands which entry tells of a document last."""


def look_at_documents(have: Equipment, now: datetime) -> tuple[str, ...]:
    """Look at every document if that was not done today; return what could not be read, a line each."""
    with have.database.reading() as connection:
        last = meta.read(connection, _LOOKED_AT)
        is_known = have.company.documents or meta.keys(connection, _KNOWN)
    if not is_known or (last is not None and now - datetime.fromisoformat(last) < LOOKED_EVERY):
        return ()
    seen = record_documents(have.database, have.company.documents, now)
    with have.database.transaction() as connection:
        meta.write(connection, _LOOKED_AT, now.isoformat())
    return tuple(f"document {one.document}: {one.problem}" for one in seen if one.problem)


def record_documents(
    database: Database, documents: Iterable[CompanyDocument], now: datetime
) -> tuple[DocumentRecord, ...]:
    """Record which documents are not as they were, or are named no more; return all as they are."""
    seen = tuple(map(_seen, documents))
    with database.transaction() as connection:
        known = {
            key.removeprefix(_KNOWN): int(meta.read(connection, key) or 0)
            for key in meta.keys(connection, _KNOWN)
        }
        for one in seen:
            _record(connection, one, known.pop(one.document, None), now)
        for name, seq in known.items():
            _withdraw(connection, name, seq, now)
    return seen


def _seen(document: CompanyDocument) -> DocumentRecord:
    digest, size, problem = None, None, None
    try:
        if document.path.exists() and not document.path.is_file():
            problem = "it is no file"  # a pipe would be waited for forever
        else:
            with document.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
    except OSError as error:
        problem = f"it cannot be read: {error.strerror}"
    return DocumentRecord(
        turn=DocumentTurn.ATTACHED if problem is None else DocumentTurn.UNREADABLE,
        document=document.name,
        kind=document.kind,
        version=document.version,
        owner=document.owner,
        file_name=document.path.name,
        sha256=digest,
        size=size,
        problem=problem,
    )


def _record(connection: Connection, seen: DocumentRecord, last: int | None, now: datetime) -> None:
    before = None if last is None else _body_at(connection, last)
    if before is not None and replace(before, turn=seen.turn) == seen:
        return
    is_change = before is not None and None not in (before.sha256, seen.sha256)
    turn = DocumentTurn.CHANGED if is_change else seen.turn
    _append(connection, replace(seen, turn=turn), last, now)


def _withdraw(connection: Connection, name: str, last: int, now: datetime) -> None:
    before = _body_at(connection, last)
    if before is not None:
        _append(connection, replace(before, turn=DocumentTurn.WITHDRAWN, problem=None), last, now)
    meta.forget(connection, f"{_KNOWN}{name}")


def _append(connection: Connection, body: DocumentRecord, last: int | None, now: datetime) -> None:
    links = () if last is None else (last,)
    kind, ref = EntryKind.DOCUMENT, body.document
    seq = append(connection, kind=kind, ref=ref, body=body, recorded_at=now, links=links).seq
    meta.write(connection, f"{_KNOWN}{body.document}", str(seq))


def _body_at(connection: Connection, seq: int) -> DocumentRecord | None:
    """Return what an entry says; `None` where it was erased."""
    bodies = [entry.body for entry in entries_at(connection, [seq]) if entry.body is not None]
    return msgspec.json.decode(bodies[0], type=DocumentRecord) if bodies else None
