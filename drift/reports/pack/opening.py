"""The opening register: what differed already when the watch of a baseline began, and how that shrinks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from drift.ledger.entry import format_time
from drift.model.evidence import EntryKind
from drift.model.finding import OPEN, FindingStatus
from drift.reports.month import Month, month_at
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.view import View

COLUMNS = (
    *("finding_id", "baseline", "kind", "severity", "account", "address", "resource_id"),
    *("registered_at", "owner", "due_at", "last_writer", "status", "since", "by", "reason", "is_overdue"),
    *("ledger_seq", "leaf_hash"),
)
PROGRESS_COLUMNS = ("month", "open_before", "registered", "settled", "differ_again", "open_after", "overdue")


class _Finding(msgspec.Struct):
    kind: str | None = None
    severity: str | None = None
    account: str | None = None
    address: str | None = None
    resource_id: str | None = None
    baseline: str | None = None


class _Said(msgspec.Struct):
    status: FindingStatus | None = None
    finding: _Finding = msgspec.field(default_factory=_Finding)
    by: str | None = None
    reason: str | None = None
    owner: str | None = None
    due_at: datetime | None = None
    last_writer: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Turn:
    """One time at which a row of the register was told of."""

    finding_id: str
    at: datetime
    was_open: bool | None
    """`None`: it was registered just then."""
    is_open: bool
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A finding of the register, as it stands at the end of the period."""

    finding_id: str
    registered: _Said
    registered_at: datetime
    latest: _Said
    at: datetime
    seq: int
    leaf_hash: str

    @property
    def is_open(self) -> bool:
        return self.latest.status in OPEN

    @property
    def due_at(self) -> datetime | None:
        """As it was said last."""
        return self.latest.due_at or self.registered.due_at


def opening_register(view: View) -> Iterator[Listing]:
    """Yield the register, and what became of it month by month."""
    rows, turns = _read(view)
    ends_at = min(view.request.period.until or view.sealed.made_at, view.sealed.made_at)
    yield Listing(
        path="08_baseline/opening_register",
        title="Opening register",
        lists="Each finding that was there in the first complete comparison of its baseline, by its id: who"
        " is to settle it by when, and how it stands at the end of the period.",
        columns=COLUMNS,
        rows=[_fields(row, ends_at) for _, row in sorted(rows.items())],
        totals=("baseline", "status", "is_overdue"),
        dated_by="registered_at",
        limits=("Who made these differences, and whether they may, is older than the watch.",),
    )
    yield Listing(
        path="08_baseline/opening_progress",
        title="Progress of the opening register",
        lists="Each month since something stands in the opening register: how much of it was open before"
        " and after, what was settled, what differs again, and what was overdue at its end.",
        columns=PROGRESS_COLUMNS,
        rows=list(_progress(turns, ends_at)),
    )


def _read(view: View) -> tuple[dict[str, _Row], list[_Turn]]:
    rows, turns = dict[str, _Row](), list[_Turn]()
    for one in view.entries(EntryKind.FINDING, _Said):
        entry, said = one.entry, one.body
        if not view.request.period.begins_before_its_end(entry.recorded_at):
            continue
        row = rows.get(entry.ref)
        if row is None:
            if said.status is not FindingStatus.PRE_EXISTING:
                continue
            turn = None
            row = _Row(
                finding_id=entry.ref,
                registered=said,
                registered_at=entry.recorded_at,
                latest=said,
                at=entry.recorded_at,
                seq=entry.seq,
                leaf_hash=entry.leaf_hash.hex(),
            )
        else:
            turn = row.is_open
            row = replace(
                row, latest=said, at=entry.recorded_at, seq=entry.seq, leaf_hash=entry.leaf_hash.hex()
            )
        rows[entry.ref] = row
        turns.append(
            _Turn(
                finding_id=entry.ref,
                at=entry.recorded_at,
                was_open=turn,
                is_open=row.is_open,
                due_at=row.due_at,
            )
        )
    return rows, turns


def _fields(row: _Row, ends_at: datetime) -> Fields:
    finding, registered, latest = row.latest.finding, row.registered, row.latest
    return {
        "finding_id": row.finding_id,
        "baseline": finding.baseline,
        "kind": finding.kind,
        "severity": finding.severity,
        "account": finding.account,
        "address": finding.address,
        "resource_id": finding.resource_id,
        "registered_at": format_time(row.registered_at),
        "owner": latest.owner or registered.owner,
        "due_at": format_time(row.due_at) if row.due_at else None,
        "last_writer": registered.last_writer,
        "status": latest.status,
        "since": format_time(row.at),
        "by": latest.by,
        "reason": latest.reason,
        "is_overdue": row.is_open and row.due_at is not None and row.due_at < ends_at,
        "ledger_seq": row.seq,
        "leaf_hash": row.leaf_hash,
    }


def _progress(turns: Sequence[_Turn], ends_at: datetime) -> Iterator[Fields]:
    """Yield every month from the first turn on: what falls due in a quiet one is overdue at its end too."""
    is_open, due = dict[str, bool](), dict[str, datetime | None]()
    told = defaultdict[Month, list[_Turn]](list)
    for turn in sorted(turns, key=lambda one: one.at):
        told[month_at(turn.at)].append(turn)
    month = min(told, default=None)
    while month and month.since < ends_at:
        before, of_month = sum(is_open.values()), told[month]
        for turn in of_month:
            is_open[turn.finding_id] = turn.is_open
            due[turn.finding_id] = turn.due_at
        end = min(month.until, ends_at)
        yield {
            "month": str(month),
            "open_before": before,
            "registered": sum(turn.was_open is None for turn in of_month),
            "settled": sum(turn.was_open is True and not turn.is_open for turn in of_month),
            "differ_again": sum(turn.was_open is False and turn.is_open for turn in of_month),
            "open_after": sum(is_open.values()),
            "overdue": sum(is_open[one] and at is not None and at < end for one, at in due.items()),
        }
        month = month.next
