"""Who could write, by the monthly snapshots, and what was different from the month before."""

from collections.abc import Iterator
from datetime import datetime

from drift.ledger.entry import format_time
from drift.model.access import AccessSnapshotRecord, Entitlement
from drift.model.evidence import EntryKind
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.view import Recorded, View

COLUMNS = (
    *("month", "access_list", "change", "account", "principal", "name", "kind", "has_console"),
    *("via", "right", "taken_at", "ledger_seq", "leaf_hash"),
)

FIRST, ADDED, REMOVED, STAYS = "first snapshot", "added", "removed", "as before"


def entitlements(view: View) -> Iterator[Listing]:
    """Yield the snapshots of the period, with what was added and removed."""
    yield Listing(
        path="13_access/entitlements",
        title="Who could write",
        lists="Of each monthly snapshot that was taken in the period, every way by which an identity could"
        " write, and what the snapshot before it had and it has no more, as entries of the kind"
        " `access_snapshot` tell it.",
        columns=COLUMNS,
        rows=(row for one in _of_period(view) for row in _rows(one)),
        limits=(
            "It is the most that somebody could do: conditions and limits from elsewhere are not weighed.",
            "It is how things stood when the snapshot was taken; between two of them nobody looked.",
            "Where no [[access_list]] is configured, nothing is listed.",
        ),
        totals=("month", "change"),
    )


def _of_period(view: View) -> Iterator[Recorded[AccessSnapshotRecord]]:
    for one in view.entries(EntryKind.ACCESS_SNAPSHOT, AccessSnapshotRecord):
        if view.request.period.holds(one.entry.recorded_at):
            yield one


def _rows(one: Recorded[AccessSnapshotRecord]) -> Iterator[Fields]:
    body, added = one.body, frozenset(one.body.added)
    for found in body.entitlements:
        change = FIRST if body.is_first else ADDED if found in added else STAYS
        yield _row(one, found, change, one.entry.recorded_at)
    for gone in body.removed:
        yield _row(one, gone, REMOVED, one.entry.recorded_at)


def _row(one: Recorded[AccessSnapshotRecord], found: Entitlement, change: str, taken_at: datetime) -> Fields:
    return {
        "month": one.body.month,
        "access_list": one.body.access_list,
        "change": change,
        "account": found.account,
        "principal": found.principal,
        "name": found.name,
        "kind": found.kind.value,
        "has_console": found.has_console,
        "via": found.via,
        "right": found.right,
        "taken_at": format_time(taken_at),
        "ledger_seq": one.entry.seq,
        "leaf_hash": one.entry.leaf_hash.hex(),
    }
