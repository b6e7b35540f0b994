"""Gathers the records that tell of one call, and lets those wait that say too little alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from drift.model.event import CHANGING, ChangeEvent, Effect, Fate
from drift.redacted import redact_event, redact_opened
from drift.stages.merge.calls import Merged, held_until, merge, must_wait, told_of_opening
from drift.stages.merge.operations import in_order
from drift.store import writes
from drift.store.sessions import remember_session, writes_in

_FATES = {Effect.READ: Fate.READ, Effect.AUTH: Fate.AUTH, Effect.DATA: Fate.DATA}


def gather(connection: Connection, source: str, event: ChangeEvent, now: datetime) -> Merged | Fate:
    """Return what a record says of a write together with earlier ones, or else what becomes of it.

    Calls that change nothing are not kept.
    """
    if event.intended not in CHANGING:
        return _FATES[event.intended]
    earlier = writes.earlier(connection, event)
    if earlier.is_repeated:
        return Fate.DUPLICATE
    if must_wait(event, earlier):
        writes.hold(connection, source, redact_event(event), held_until(event, now))
        return Fate.PART
    return merge(event, earlier)


def gather_opened(connection: Connection, event: ChangeEvent, now: datetime) -> Iterator[Merged]:
    """Remember the session that a record opens; yield what was told of the writes made in it before."""
    if event.opens is None:
        return
    opened = redact_opened(event.opens)
    if not remember_session(connection, opened, event.occurred_at or now):
        return
    for known in writes_in(connection, opened.key):
        yield told_of_opening(known, event)


def gather_overdue(connection: Connection, now: datetime) -> Iterator[tuple[str, Merged]]:
    """Take out what waited long enough; yield what it says, each with the source that delivered it.

    Each must be recorded before the next is asked for.
    """
    for held in writes.overdue(connection, now):
        event, *others = in_order(one.event for one in held)
        earlier = writes.earlier_of_overdue(connection, event)
        merged = merge(event, replace(earlier, held=tuple(others)))
        sources = {one.event.key: one.source for one in held}
        yield sources.get(merged.event.key, held[0].source), merged
