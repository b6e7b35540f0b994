"""Records who may write, with the difference to the time before."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.bodies import body_at
from drift.ledger.log import append
from drift.model.access import AccessSnapshotRecord, Entitlement, difference
from drift.model.evidence import EntryKind
from drift.store import meta


def last_snapshot(connection: Connection, access_list: str) -> AccessSnapshotRecord | None:
    """Return the last snapshot of a list; `None` before the first, and where it was erased."""
    return body_at(connection, _last(connection, access_list), AccessSnapshotRecord)


def record_access(
    connection: Connection, access_list: str, found: Sequence[Entitlement], month: str, now: datetime
) -> None:
    """Record who may write by a list in a month."""
    before, seq = last_snapshot(connection, access_list), _last(connection, access_list)
    added, removed = difference(before.entitlements, found) if before else ((), ())
    body = AccessSnapshotRecord(
        access_list=access_list,
        month=month,
        entitlements=tuple(sorted(set(found))),
        added=added,
        removed=removed,
        is_first=before is None,
    )
    kind, links = EntryKind.ACCESS_SNAPSHOT, () if before is None or seq is None else (seq,)
    entry = append(connection, kind=kind, ref=access_list, body=body, recorded_at=now, links=links)
    meta.write(connection, meta.access_of(access_list), str(entry.seq))


def _last(connection: Connection, access_list: str) -> int | None:
    seq = meta.read(connection, meta.access_of(access_list))
    return None if seq is None else int(seq)
