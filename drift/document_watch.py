"""Looks once a day at the company's own documents, and records those that are not as they were.

What they say is for the auditor to read. The ledger has their hashes, so that nobody can put today's
policy in the place of the one that was in force.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from drift import daily
from drift.equipment import Equipment
from drift.model.company import CompanyDocument, DocumentRecord, DocumentTurn
from drift.stages.record import record_documents
from drift.store import meta
from drift.store.database import Database


def look_at_documents(have: Equipment, now: datetime) -> tuple[str, ...]:
    """Look at every document if that was not done today; return what could not be read, a line each."""
    with have.database.reading() as connection:
        is_known = have.company.documents or meta.keys(connection, meta.DOCUMENT)
    if not is_known or not daily.is_due(have.database, meta.DOCUMENTS_LOOKED_AT, now):
        return ()
    seen = keep_documents(have.database, have.company.documents, now)
    with have.database.transaction() as connection:
        daily.note_done(connection, meta.DOCUMENTS_LOOKED_AT, now)
    return tuple(f"document {one.document}: {one.problem}" for one in seen if one.problem)


def keep_documents(
    database: Database, documents: Iterable[CompanyDocument], now: datetime
) -> tuple[DocumentRecord, ...]:
    """Record which documents are not as they were, or are named no more; return all as they are."""
    seen = tuple(map(_seen, documents))
    with database.transaction() as connection:
        record_documents(connection, seen, now)
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
