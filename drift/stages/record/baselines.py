"""Records that a state is another one than before: replaced, or put back to what it was earlier."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.baseline import Declaration
from drift.model.evidence import BaselineRecord, BaselineTurn, EntryKind
from drift.store import meta


class _Last(msgspec.Struct, frozen=True):
    """What a state was when it was last read."""

    lineage: str | None
    serial: int | None


def record_baselines(
    connection: Connection, declarations: Sequence[Declaration], now: datetime
) -> Sequence[str]:
    """Record what no apply does to a state; return what somebody should look into, a line each.

    Each is recorded and told once: from then on the state is compared as it is now.
    """
    alarms: list[str] = []
    for one in declarations:
        key = meta.baseline_of(one.name, one.origin)
        new, kept = _Last(one.lineage, one.serial), meta.read(connection, key)
        last = msgspec.json.decode(kept, type=_Last) if kept else new
        if turn := _turn(last, new):
            _append(connection, one, last, turn, now)
            if turn is BaselineTurn.WENT_BACK:
                alarms.append(
                    f"{one.name}: the serial of {one.origin} went down from {last.serial} to {new.serial}:"
                    " an older state was put back (find out who did that, and why)"
                )
        if kept is None or last != new:
            meta.write(connection, key, msgspec.json.encode(new).decode())
    return alarms


def _turn(last: _Last, new: _Last) -> BaselineTurn | None:
    """Say what happened, if it is no usual apply: every write of a state counts its serial up."""
    if last.lineage != new.lineage:
        return BaselineTurn.REPLACED
    if last.serial is not None and new.serial is not None and new.serial < last.serial:
        return BaselineTurn.WENT_BACK
    return None


def _append(connection: Connection, one: Declaration, last: _Last, turn: BaselineTurn, now: datetime) -> None:
    body = BaselineRecord(
        turn=turn,
        baseline=one.name,
        origin=one.origin,
        lineage=one.lineage,
        serial=one.serial,
        sha256=one.sha256,
        lineage_before=last.lineage,
        serial_before=last.serial,
    )
    append(connection, kind=EntryKind.BASELINE, ref=one.origin, body=body, recorded_at=now)
