"""Records how much drift the rules of the configuration hide."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.evidence import EntryKind, IgnoredRecord
from drift.model.ignore import Ignored
from drift.store import meta

KEPT = "ignored"
"""Key of what was recorded last of the rules that hide something."""


PARTS = "ignored/parts"
"""Key of how much each rule hid of the baselines that are compared apart from others."""


class _Part(msgspec.Struct, frozen=True):
    """Baselines that were compared together, and how much each rule hid of them."""

    baselines: tuple[str, ...]
    counts: dict[str, int]


def record_ignored(
    connection: Connection,
    ignored: Iterable[Ignored],
    now: datetime,
    of: frozenset[str] | None = None,
) -> None:
    """Record each rule that hides more or less than before, and one that hides nothing any more.

    Where a comparison is only `of` some baselines, what was hidden of the others counts as it was.
    """
    before = _recorded(connection)
    hiding = {one.rule.name: _body(one) for one in ignored}
    if of is not None:
        hiding = _with_others(connection, hiding, before, of)
    idle = {name: replace(body, count=0) for name, body in before.items() if name not in hiding}
    for name, body in (idle | hiding).items():
        if body != before.get(name):
            append(connection, kind=EntryKind.IGNORED, ref=name, body=body, recorded_at=now)
    if hiding != before:
        meta.write(connection, KEPT, msgspec.json.encode(hiding).decode())


def _with_others(
    connection: Connection,
    hiding: Mapping[str, IgnoredRecord],
    before: Mapping[str, IgnoredRecord],
    of: frozenset[str],
) -> dict[str, IgnoredRecord]:
    """Keep how much is hidden of these baselines; return how much is of all."""
    kept = meta.read(connection, PARTS)
    parts = msgspec.json.decode(kept, type=list[_Part]) if kept else []
    this = _Part(tuple(sorted(of)), {name: body.count for name, body in hiding.items()})
    parts = [*(part for part in parts if of.isdisjoint(part.baselines)), this]
    meta.write(connection, PARTS, msgspec.json.encode(parts).decode())
    totals = Counter[str]()
    for part in parts:
        totals.update(part.counts)
    bodies = {**before, **hiding}
    return {name: replace(bodies[name], count=totals[name]) for name in sorted(totals) if name in bodies}


def _recorded(connection: Connection) -> Mapping[str, IgnoredRecord]:
    kept = meta.read(connection, KEPT)
    return msgspec.json.decode(kept, type=dict[str, IgnoredRecord]) if kept else {}


def _body(one: Ignored) -> IgnoredRecord:
    rule = one.rule
    return IgnoredRecord(
        rule=rule.name,
        reason=rule.reason,
        owner=rule.owner,
        expires_at=rule.expires_at,
        count=one.count,
    )
