"""To which change, and to which change session, does a write belong?

Writes of one actor to one resource that are less than 15 minutes apart are one change;
the actor's changes in one account, with the same gaps, are one session.
"""

import hashlib
from datetime import datetime

from sqlalchemy import Connection

from drift.model.change import Span, Write
from drift.model.resource import Resource
from drift.store import changes


def group(connection: Connection, write: Write) -> None:
    """Add a write to the change of each resource it touched, beginning what is not begun."""
    event, at = write.event, write.event.occurred_at
    if at is None:
        raise ValueError("a write without a time belongs to no change")
    actor, account = f"{write.actor.kind}:{write.actor.name}", event.account or ""
    near = changes.near_session(connection, actor, account, at)
    session_id = _span_id("ses", at, near, actor, account)
    changes.extend_session(connection, session_id, actor, account, at)
    for resource in event.resources or (_unmapped(write),):
        near = changes.near_change(connection, actor, account, resource, at)
        change_id = _span_id("chg", at, near, actor, account, resource.type, resource.id)
        changes.extend_change(
            connection, change_id, session_id, write, resource, actor=actor, account=account, at=at
        )


def _unmapped(write: Write) -> Resource:
    """Stand in for the resource of a call that no row maps: such changes are judged all the same."""
    return Resource(type=None, id=f"{write.event.service}:{write.event.action}")


def _span_id(prefix: str, at: datetime, near: Span | None, *identity: str | None) -> str:
    """Return the id of the span that a write at `at` belongs to: that of `near`, or a new one.

    A new id starts with the time, so that it sorts and its index stays dense, and is
    derived from `identity`, so that a repeated run gives the same id.
    """
    if near is not None and near.reaches(at):
        return near.id
    digest = hashlib.sha256(
        "\x1f".join([prefix, at.isoformat(), *(part or "" for part in identity)]).encode()
    )
    return f"{prefix}-{at:%Y%m%dT%H%M%S}-{digest.hexdigest()[:8]}"
