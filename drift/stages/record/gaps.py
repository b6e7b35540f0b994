"""Records what was not seen, with who sees to it, until it is filled."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.errors import BudgetSpentError, ProviderError
from drift.ledger.log import append
from drift.model.coverage import Acceptance, Gap, GapKind
from drift.model.event import UnreadableRecord
from drift.model.evidence import EntryKind, GapRecord, GapStatus
from drift.model.unread import Unread
from drift.redact import redact
from drift.store import gaps, meta, quarantine
from drift.store.covered import source_read_of
from drift.store.gaps import GapRow, gap_id_of
from drift.store.quarantine import key_of

OTHER_REASON_EVERY = timedelta(hours=1)


def open_gap(connection: Connection, gap_id: str, gap: Gap, now: datetime) -> None:
    """Record that a gap is there, or is known otherwise than before."""
    body = _record(gap_id, gap, GapStatus.OPEN)
    entry = append(connection, kind=EntryKind.GAP, ref=gap.name or gap.source, body=body, recorded_at=now)
    gaps.keep_gap(connection, GapRow(gap_id=gap_id, gap=gap, recorded_at=now, ledger_seq=entry.seq))


def close_gap(connection: Connection, row: GapRow, to_at: datetime | None, now: datetime) -> None:
    """Record that what was missing up to `to_at` is read now."""
    gap = replace(row.gap, to_at=to_at or row.gap.to_at)
    _append_closed(connection, _record(row.gap_id, gap, GapStatus.CLOSED), row.ledger_seq, now)
    gaps.forget_gap(connection, row.gap_id)


def accept_gap(connection: Connection, row: GapRow, by: str, reason: str, now: datetime) -> GapRow:
    """Record that somebody accepts of a gap that it can never be filled. It is covered no more for that."""
    accepted = Acceptance(by=by, reason=redact(reason).value, at=now)
    body = replace(_record(row.gap_id, row.gap, GapStatus.ACCEPTED), by=accepted.by, reason=accepted.reason)
    ref, links = row.gap.name or row.gap.source, (row.ledger_seq,)
    entry = append(connection, kind=EntryKind.GAP, ref=ref, body=body, recorded_at=now, links=links)
    one = replace(row, gap=replace(row.gap, accepted=accepted), recorded_at=now, ledger_seq=entry.seq)
    gaps.keep_gap(connection, one)
    return one


def record_source_outage(
    connection: Connection, source: str, error: ProviderError, owner: str | None, now: datetime
) -> None:
    """Record that a source of records could not be read: once, until it can be read again.

    Another reason is recorded too, but not every minute: some errors bear the id of the request.
    """
    what = redact(error.what).value
    kind = GapKind.BUDGET if isinstance(error, BudgetSpentError) else GapKind.OUTAGE
    known = outage_of(connection, source)
    meta.write(connection, meta.outage_of(source), what)
    is_recent = known is not None and now - known.recorded_at < OTHER_REASON_EVERY
    if known is not None and known.gap.kind is kind and (known.gap.error == what or is_recent):
        return
    read = source_read_of(connection, source)
    opened_at = known.gap.opened_at if known else now
    gap_id = known.gap_id if known else gap_id_of(GapKind.OUTAGE, source, opened_at.isoformat())
    gap = Gap(
        kind=kind,
        source=source,
        error=what,
        owner=owner,
        opened_at=opened_at,
        from_at=read.up_to if read else None,
    )
    open_gap(connection, gap_id, gap, now)


def outage_of(connection: Connection, source: str) -> GapRow | None:
    """Return the gap that is open since a source cannot be read, or may not, if there is one."""
    unread = (GapKind.OUTAGE, GapKind.BUDGET)
    return next((row for row in gaps.open_gaps(connection, source) if row.gap.kind in unread), None)


def record_set_aside(connection: Connection, source: str, owner: str | None, now: datetime) -> None:
    """Record of deliveries that failed often enough that they are tried no more: each is a gap of its own.

    From then on they hold up nothing: the source is read on past them.
    """
    for one in quarantine.deliveries_unread(connection, source):
        if one.is_spent(now):
            _set_aside(connection, one, owner, now)


def _set_aside(connection: Connection, one: Unread, owner: str | None, now: datetime) -> None:
    quarantine.keep_delivery(connection, replace(one, next_attempt_at=None))
    gap = Gap(
        kind=GapKind.DELIVERY,
        source=one.source,
        error=one.error,
        owner=owner,
        opened_at=one.first_at,
        name=one.name,
    )
    open_gap(connection, _gap_of_delivery(one), gap, now)


def record_delivery_read(connection: Connection, one: Unread, now: datetime) -> None:
    """Record that a delivery is read that was set aside."""
    quarantine.release(connection, one)
    gap_id = _gap_of_delivery(one)
    for row in gaps.open_gaps(connection, one.source, GapKind.DELIVERY, with_accepted=True):
        if row.gap_id == gap_id:
            close_gap(connection, row, None, now)


def record_unreadable(
    connection: Connection,
    source: str,
    version: str,
    unreadable: UnreadableRecord,
    owner: str | None,
    now: datetime,
) -> None:
    """Record, once, that a record was delivered that could not be read, and set it aside."""
    where, error = unreadable.source, redact(unreadable.error).value
    one = Unread(
        source=source,
        name=where.file,
        version=version,
        index=where.index,
        sha256=where.sha256,
        error=error,
        attempts=1,
        first_at=now,
        last_at=now,
        next_attempt_at=None,
    )
    if quarantine.keep_record(connection, one):
        body = _record_of(one, owner, GapStatus.OPEN)
        append(connection, kind=EntryKind.GAP, ref=where.file, body=body, recorded_at=now)


def record_record_read(connection: Connection, one: Unread, owner: str | None, now: datetime) -> None:
    """Record that a record is read that was set aside."""
    quarantine.release(connection, one)
    body = _record_of(one, owner, GapStatus.CLOSED)
    append(connection, kind=EntryKind.GAP, ref=one.name, body=body, recorded_at=now)


def _append_closed(connection: Connection, body: GapRecord, opened_in: int, now: datetime) -> None:
    ref = body.file or body.source
    append(connection, kind=EntryKind.GAP, ref=ref, body=body, recorded_at=now, links=(opened_in,))


def _gap_of_delivery(one: Unread) -> str:
    return gap_id_of(GapKind.DELIVERY, one.source, *key_of(one.name, one.version))


def _record(gap_id: str, gap: Gap, status: GapStatus) -> GapRecord:
    return GapRecord(
        source=gap.source,
        file=gap.name,
        index=None,
        sha256=None,
        error=gap.error,
        gap_id=gap_id,
        status=status,
        owner=gap.owner,
        account=gap.account,
        region=gap.region,
        from_at=gap.from_at,
        to_at=gap.to_at,
    )


def _record_of(one: Unread, owner: str | None, status: GapStatus) -> GapRecord:
    return GapRecord(
        source=one.source,
        file=one.name,
        index=one.index,
        sha256=one.sha256,
        error=one.error,
        gap_id=gap_id_of("record", one.source, key_of(one.name, one.version)[0], one.sha256 or ""),
        status=status,
        owner=owner,
    )
