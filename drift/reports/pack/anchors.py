"""Who holds which checkpoint outside: the receipts, and how anybody checks each."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date

from drift.ledger.entry import format_time
from drift.model.anchor import DOCUMENT, NOTE
from drift.model.evidence import AnchorRecord, EntryKind
from drift.reports.pack.listing import Document, Fields, Listing, Shape
from drift.reports.pack.view import Recorded, View

FOLDER = "ledger/anchors"

COLUMNS = (
    *("anchor", "size", "root", "reference", "held_at", "kept_until"),
    *("note", "document", "check", "recorded_at", "ledger_seq"),
)

_LIMIT = (
    "What an anchor proves rests on its holder: ask there, with what comes from there and not from this pack,"
    " the root certificate of an authority for example."
)

_PLAIN = re.compile("[a-z0-9][a-z0-9_-]*")


def anchors(view: View) -> Iterator[Listing | Document]:
    """Yield every receipt as a row, and of each day and anchor the last one as files beside each other."""
    in_files = set(_last_of_each_day(view).values())
    for one in _receipts(view):
        if one.entry.seq in in_files:
            yield from _files(one.body)
    yield Listing(
        path=f"{FOLDER}/receipts",
        title="Anchors",
        lists="Every `anchor` entry of the whole ledger, in its order: somebody outside holds a checkpoint."
        " `check` is a line for a shell, in the folder of `note` and `document`, which are there for the last"
        " one of each day and anchor; the others stand in their entries.",
        columns=COLUMNS,
        rows=(_row(one, has_files=one.entry.seq in in_files) for one in _receipts(view)),
        shapes=(Shape.JSON_LINES, Shape.TABLE, Shape.WORKBOOK),
        totals=("anchor",),
        dated_by="recorded_at",
        limits=(_LIMIT,),
    )


def _receipts(view: View) -> Iterator[Recorded[AnchorRecord]]:
    return view.entries(EntryKind.ANCHOR, AnchorRecord)


def _last_of_each_day(view: View) -> dict[tuple[str, date], int]:
    return {(one.body.anchor, one.entry.recorded_at.date()): one.entry.seq for one in _receipts(view)}


def _files(held: AnchorRecord) -> Iterator[Document]:
    yield Document(path=_path(held, "note"), content=held.note.encode())
    if held.receipt.document is not None:
        yield Document(path=_path(held, _ending(held)), content=held.receipt.document)


def _row(one: Recorded[AnchorRecord], *, has_files: bool) -> Fields:
    held, receipt = one.body, one.body.receipt
    note, document, check = None, None, receipt.check
    if has_files:
        note = _path(held, "note")
        document = _path(held, _ending(held)) if receipt.document is not None else None
        for placeholder, path in ((NOTE, note), (DOCUMENT, document or "")):
            check = check.replace(placeholder, path.rpartition("/")[2])
    return {
        "anchor": held.anchor,
        "size": held.size,
        "root": held.root,
        "reference": receipt.reference,
        "held_at": format_time(receipt.held_at) if receipt.held_at else None,
        "kept_until": format_time(receipt.kept_until) if receipt.kept_until else None,
        "note": note,
        "document": document,
        "check": check,
        "recorded_at": format_time(one.entry.recorded_at),
        "ledger_seq": one.entry.seq,
    }


def _path(held: AnchorRecord, ending: str) -> str:
    return f"{FOLDER}/{_folder(held.anchor)}/{held.size:012d}.{ending}"


def _folder(anchor: str) -> str:
    """Return a name of a folder that is no other anchor's, whatever the configuration calls it."""
    if _PLAIN.fullmatch(anchor):
        return anchor
    plain = re.sub("[^a-z0-9_-]+", "-", anchor.lower()).strip("-") or "anchor"
    return f"{plain[:40]}-{hashlib.sha256(anchor.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _ending(held: AnchorRecord) -> str:
    return held.receipt.document_type or "bin"
