"""What a replay prints."""

from collections.abc import Mapping

import msgspec

from drift.cli.lines import encoded
from drift.cli.words import width
from drift.model.history import TimeSpan
from drift.model.resource import Resource
from drift.replay.backfill import Taken
from drift.replay.compare import Difference, Stand
from drift.reports.wording import counted
from drift.terminal import shown

NO_CHANGE = "left out"
"""How a change stands by rules by which it is none."""


class _Stand(msgspec.Struct, frozen=True, kw_only=True):
    disposition: str | None
    reasons: tuple[str, ...]


class _Changed(msgspec.Struct, frozen=True, kw_only=True):
    change_id: str
    began_at: str
    account: str | None
    resource: Resource
    actor: str
    before: _Stand
    after: _Stand


class _Taken(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    since: str | None
    until: str | None
    records: int
    became: Mapping[str, int]
    outside: int
    sessions: int
    complete: bool


def changed_text(one: Difference) -> str:
    """Say in two lines how a change stands, how it would, and why."""
    before, after = (each.disposition or NO_CHANGE for each in (one.before, one.after))
    what = f"{one.resource.type or ''} {one.resource.id}".strip()
    head = f"{one.began_at:%Y-%m-%d %H:%M:%S}  {one.change_id}  {before} -> {after}"
    new = [reason for reason in one.after.reasons if reason not in one.before.reasons]
    why = "; ".join(new or one.after.reasons)
    return (
        f"{shown(head, width())}\n    {shown(f'{one.actor}, {what}', width() - 4)}\n"
        f"    {shown(why, width() - 4)}"
    )


def changed_json(one: Difference) -> str:
    """Say the same as one JSON object."""
    return encoded(
        _Changed(
            change_id=one.change_id,
            began_at=f"{one.began_at:%Y-%m-%dT%H:%M:%SZ}",
            account=one.account,
            resource=one.resource,
            actor=one.actor,
            before=_stand(one.before),
            after=_stand(one.after),
        )
    )


def taken_text(name: str, span: TimeSpan, taken: Taken, became: Mapping[str, int]) -> str:
    """Say what was taken in."""
    outside = _outside(taken, became)
    parts = [f"{count:,} {rule}" for rule, count in became.items()]
    parts += [f"{outside:,} of another time"] if outside else []
    kinds = ", ".join(parts) or "nothing new"
    when = "" if span == TimeSpan() else f" ({span})"
    return shown(
        f"{name}{when}: {counted(taken.records, 'record')} read: {kinds}; "
        f"{counted(taken.sessions, 'session')} judged, and nobody was told",
        limit=1000,
    )


def taken_json(name: str, span: TimeSpan, taken: Taken, became: Mapping[str, int]) -> str:
    """Say the same as one JSON object."""
    since, until = (f"{one:%Y-%m-%dT%H:%M:%SZ}" if one else None for one in (span.since, span.until))
    return encoded(
        _Taken(
            source=name,
            since=since,
            until=until,
            records=taken.records,
            became=dict(became),
            outside=_outside(taken, became),
            sessions=taken.sessions,
            complete=not taken.problems,
        )
    )


def _outside(taken: Taken, became: Mapping[str, int]) -> int:
    """Count the records that were read and not wanted: each one that is wanted is counted once."""
    return taken.records - sum(became.values())


def _stand(one: Stand) -> _Stand:
    return _Stand(disposition=one.disposition, reasons=one.reasons)
