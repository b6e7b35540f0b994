"""Hands evidence out, and leaves evidence of that."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from drift.document_watch import keep_documents
from drift.ledger.checkpoint import last_sealed
from drift.ledger.log import append
from drift.ledger.note import SigningKey
from drift.model.action import Doer
from drift.model.evidence import EntryKind, ExportRecord
from drift.recheck import Asking, recheck
from drift.reports.pack.export import PackSummary, export_pack, refuse_folder
from drift.reports.pack.request import PackRequest
from drift.reports.sampling.draw import draw_from
from drift.seal import seal_counted
from drift.store.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """Who hands a pack out, and to whom."""

    by: Doer
    to: str


def export_evidence(
    database: Database,
    folder: Path,
    key: SigningKey,
    request: PackRequest,
    now: datetime,
    asking: Asking | None = None,
    handed: Handed | None = None,
) -> PackSummary:
    """Write the auditor's pack of all that is recorded so far, and record that it was handed out.

    `handed` says by whom to whom, if it was asked for on a page. The tickets of what is drawn are asked
    for again, of whom `asking` names.
    The watch goes on meanwhile: only recording waits for other writers, and what is sealed while others
    are asked belongs to the next pack.

    Raises:
        UsageError: The folder is in use or cannot be written, or nothing is recorded yet.
        LedgerIntegrityError: The ledger is not what was sealed: no pack is signed over it.
    """
    asking = asking or Asking()
    refuse_folder(folder)
    keep_documents(database, request.company.documents, now)
    seal_counted(database, key, now)
    with database.reading() as connection:
        sealed = last_sealed(connection)
        drawn = draw_from(connection, sealed, request.period, request.sampling)
    request = replace(request, tickets=recheck(database, drawn.chosen, asking, now))
    with database.reading() as connection:
        summary = export_pack(connection, sealed, folder=folder, key=key, request=request)
    with database.transaction() as connection:
        body = ExportRecord(
            manifest_sha256=summary.manifest_sha256,
            since=request.period.since,
            until=request.period.until,
            entries=summary.entries,
            engagement=request.sampling.engagement,
            profile=request.sampling.profile.name,
            seed=request.sampling.own_seed,
            by=handed.by if handed else None,
            to=handed.to if handed else None,
        )
        append(connection, kind=EntryKind.EXPORT, ref=summary.manifest_sha256, body=body, recorded_at=now)
    not_found = tuple(one for sample in drawn.samples for one in sample.not_found)
    return replace(summary, not_found=not_found)
