"""Looks once a month who may write, and records it with the difference to the month before."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.errors import ProviderError, only_provider_errors
from drift.ledger.log import append, entries_at
from drift.model.access import AccessSnapshotRecord, Entitlement, difference
from drift.model.evidence import EntryKind
from drift.reports.month import month_at
from drift.store import meta

_LAST = "access-list/"
"""Begins the keys under which stands which entry has the last snapshot of a list."""


def take_snapshots(have: Equipment, now: datetime) -> tuple[str, ...]:
    """Read every list that was not read this month; return what could not be read, a line each.

    One that fails is tried again at the next turn.
    """
    problems = list[str]()
    for name, access in have.access_lists.items():
        with have.database.reading() as connection:
            last = _last(connection, name)
        if last is not None and last[1].month == str(month_at(now)):
            continue
        try:
            with only_provider_errors(f"reading who may write by {name}"):
                found = access.entitlements()
        except ProviderError as error:
            problems.append(f"{name}: {error}")
            continue
        with have.database.transaction() as connection:
            _record(connection, name, found, last, now)
    return tuple(problems)


def _record(
    connection: Connection,
    name: str,
    found: Sequence[Entitlement],
    last: tuple[int, AccessSnapshotRecord] | None,
    now: datetime,
) -> None:
    added, removed = difference(last[1].entitlements, found) if last else ((), ())
    body = AccessSnapshotRecord(
        access_list=name,
        month=str(month_at(now)),
        entitlements=tuple(sorted(set(found))),
        added=added,
        removed=removed,
        is_first=last is None,
    )
    links = (last[0],) if last else ()
    kind = EntryKind.ACCESS_SNAPSHOT
    seq = append(connection, kind=kind, ref=name, body=body, recorded_at=now, links=links).seq
    meta.write(connection, f"{_LAST}{name}", str(seq))


def _last(connection: Connection, name: str) -> tuple[int, AccessSnapshotRecord] | None:
    """Return the last snapshot of a list with its entry; `None` before the first, and where it was erased."""
    seq = meta.read(connection, f"{_LAST}{name}")
    found = entries_at(connection, [int(seq)]) if seq else ()
    bodies = [entry.body for entry in found if entry.body is not None]
    if seq is None or not bodies:
        return None
    return int(seq), msgspec.json.decode(bodies[0], type=AccessSnapshotRecord)
