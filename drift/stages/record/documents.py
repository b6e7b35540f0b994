"""Records which of the company's own documents are not as they were."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.bodies import body_at
from drift.ledger.log import append
from drift.model.company import DocumentRecord, DocumentTurn
from drift.model.evidence import EntryKind
from drift.store import meta


def record_documents(connection: Connection, seen: Sequence[DocumentRecord], now: datetime) -> None:
    """Record which documents are not as they were, or are named no more."""
    known = {
        key.removeprefix(meta.DOCUMENT): int(meta.read(connection, key) or 0)
        for key in meta.keys(connection, meta.DOCUMENT)
    }
    for one in seen:
        _record(connection, one, known.pop(one.document, None), now)
    for name, seq in known.items():
        _withdraw(connection, name, seq, now)


def _record(connection: Connection, seen: DocumentRecord, last: int | None, now: datetime) -> None:
    before = body_at(connection, last, DocumentRecord)
    if before is not None and replace(before, turn=seen.turn) == seen:
        return
    is_change = before is not None and None not in (before.sha256, seen.sha256)
    turn = DocumentTurn.CHANGED if is_change else seen.turn
    _append(connection, replace(seen, turn=turn), last, now)


def _withdraw(connection: Connection, name: str, last: int, now: datetime) -> None:
    before = body_at(connection, last, DocumentRecord)
    if before is not None:
        _append(connection, replace(before, turn=DocumentTurn.WITHDRAWN, problem=None), last, now)
    meta.forget(connection, f"{meta.DOCUMENT}{name}")


def _append(connection: Connection, body: DocumentRecord, last: int | None, now: datetime) -> None:
    links = () if last is None else (last,)
    kind, ref = EntryKind.DOCUMENT, body.document
    seq = append(connection, kind=kind, ref=ref, body=body, recorded_at=now, links=links).seq
    meta.write(connection, f"{meta.DOCUMENT}{body.document}", str(seq))
