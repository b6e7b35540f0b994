"""Records how much drift the rules of the configuration hide."""

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


def record_ignored(connection: Connection, ignored: Iterable[Ignored], now: datetime) -> None:
    """Record each rule that hides more or less than before, and one that hides nothing any more."""
    before = _recorded(connection)
    hiding = {one.rule.name: _body(one) for one in ignored}
    idle = {name: replace(body, count=0) for name, body in before.items() if name not in hiding}
    for name, body in (idle | hiding).items():
        if body != before.get(name):
            append(connection, kind=EntryKind.IGNORED, ref=name, body=body, recorded_at=now)
    if hiding != before:
        meta.write(connection, KEPT, msgspec.json.encode(hiding).decode())


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
