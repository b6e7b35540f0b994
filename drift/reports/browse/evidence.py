"""What proves all this? The ledger's size and root, who else holds it, and what was handed out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from drift.ledger.checkpoint import grown_since, latest_checkpoints
from drift.ledger.log import size_of
from drift.ledger.tables import IS_SELDOM, erased_entry, ledger
from drift.model.evidence import Checkpoint, EntryKind, ExportRecord
from drift.reports.browse.change_list import EVER
from drift.reports.entries import entries_numbered
from drift.reports.population import Period
from drift.reports.status import AnchorStatus, anchor_status
from drift.store.anchors import anchor_rows

LAST = 20
"""How many checkpoints, and how many exports, are named."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """Evidence that was handed out."""

    seq: int
    recorded_at: datetime
    record: ExportRecord | None
    """`None`: its body was erased."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """How the ledger stands."""

    size: int
    """Entries."""
    checkpoints: tuple[Checkpoint, ...]
    """The last `LAST`, the newest first: the first has the root that counts."""
    unsealed_since: datetime | None
    """Since when there is an entry that no checkpoint covers; `None`: all are covered that have to be."""
    anchors: tuple[AnchorStatus, ...]
    exports: tuple[Export, ...]
    """The last `LAST`, the newest first, of those within the period that bounds what is seen."""
    exported: int
    """How many there were."""
    erased: int
    """Entries whose bodies were erased because they named somebody."""


def evidence(connection: Connection, anchors: Sequence[str], *, within: Period = EVER) -> Evidence:
    """Return how the ledger stands, and how these anchors hold it."""
    checkpoints = tuple(latest_checkpoints(connection, LAST))
    exports = _exports(connection, within)
    erased = connection.execute(select(func.count()).select_from(erased_entry)).scalar_one()
    return Evidence(
        size=size_of(connection),
        checkpoints=checkpoints,
        unsealed_since=grown_since(connection, checkpoints[0].size if checkpoints else 0),
        anchors=tuple(anchor_status(connection, row) for row in anchor_rows(connection, anchors)),
        exports=tuple(_read(connection, exports[:LAST])),
        exported=len(exports),
        erased=int(erased),
    )


def _exports(connection: Connection, within: Period) -> list[int]:
    """Return the numbers of the entries of what was handed out, the newest first."""
    rows = connection.execute(
        select(ledger.c.seq, ledger.c.recorded_at)
        .where(ledger.c.kind == EntryKind.EXPORT.value, IS_SELDOM)
        .order_by(ledger.c.seq.desc())
    )
    return [row.seq for row in rows if within.holds(datetime.fromisoformat(row.recorded_at))]


def _read(connection: Connection, seqs: Sequence[int]) -> list[Export]:
    found = entries_numbered(connection, seqs)
    return [
        Export(seq=one.seq, recorded_at=one.recorded_at, record=one.read_as(ExportRecord))
        for one in sorted(found, key=lambda one: -one.seq)
    ]
