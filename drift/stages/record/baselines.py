"""Records each version of a state: first read, applied to, edited, replaced, or put back to what it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.alarm import STATE_WENT_BACK, Alarm
from drift.model.baseline import Declaration
from drift.model.evidence import BaselineRecord, BaselineTurn, EntryKind
from drift.model.verdict import Severity
from drift.store import meta


@dataclass(frozen=True, kw_only=True, slots=True)
class Turned:
    """Which states somebody should look into, and which no more."""

    went_back: Sequence[Alarm]
    caught_up: Sequence[str]
    """Subjects of alarms that are over: the serial is where it was, or the state another one."""


class _Last(msgspec.Struct, frozen=True):
    """What a state was when it was last read."""

    lineage: str | None
    serial: int | None
    highest: int | None = None
    """The serial that it had before it went back; `None` where it did not, or caught up."""
    sha256: str | None = None
    """`None` where a version before this one read it last."""


def record_baselines(connection: Connection, declarations: Sequence[Declaration], now: datetime) -> Turned:
    """Record the states that are others than before; return what somebody should look into.

    Each version is recorded once: from then on the state is compared as it is now.
    """
    went_back: list[Alarm] = []
    caught_up: list[str] = []
    for one in declarations:
        key = meta.baseline_of(one.name, one.origin)
        kept = meta.read(connection, key)
        last = msgspec.json.decode(kept, type=_Last) if kept else _Last(None, None)
        turn = _turn(last, one) if kept else BaselineTurn.FIRST_READ
        new = _Last(one.lineage, one.serial, _highest(last, one, turn), one.sha256)
        if turn:
            _append(connection, one, last, turn, now)
        if turn is BaselineTurn.WENT_BACK:
            went_back.append(_alarm(one, last, now))
        elif last.highest is not None and new.highest is None:
            caught_up.append(_subject(one))
        if kept is None or last != new:
            meta.write(connection, key, msgspec.json.encode(new).decode())
    return Turned(went_back=went_back, caught_up=caught_up)


def _alarm(one: Declaration, last: _Last, now: datetime) -> Alarm:
    return Alarm(
        slug=STATE_WENT_BACK,
        subject=_subject(one),
        text=f"an older state of {one.name} was put back: the serial went down from {last.serial} to"
        f" {one.serial} in {one.origin}",
        hint="Find out who did that, and why: what was applied since is declared no more.",
        severity=Severity.HIGH,
        since=now,
    )


def _subject(one: Declaration) -> str:
    return f"{one.name}: {one.origin}"


def _highest(last: _Last, new: Declaration, turn: BaselineTurn | None) -> int | None:
    """Return the serial that a state has to reach again."""
    if turn is BaselineTurn.WENT_BACK:
        return max(last.highest or 0, last.serial or 0)
    if turn is BaselineTurn.REPLACED or last.highest is None:
        return None
    return None if new.serial is not None and new.serial >= last.highest else last.highest


def _turn(last: _Last, new: Declaration) -> BaselineTurn | None:
    """Say what happened, if anything did: every apply that changes a state counts its serial up."""
    if last.lineage != new.lineage:
        return BaselineTurn.REPLACED
    if last.serial is not None and new.serial is not None and new.serial != last.serial:
        return BaselineTurn.WENT_BACK if new.serial < last.serial else BaselineTurn.APPLIED
    if last.sha256 in (None, new.sha256):
        return None
    if new.serial is None:
        return BaselineTurn.APPLIED
    return BaselineTurn.EDITED if new.serial == last.serial else None


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
        commit=one.commit,
        resources=len(one.resources),
    )
    append(connection, kind=EntryKind.BASELINE, ref=one.origin, body=body, recorded_at=now)
