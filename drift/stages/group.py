"""To which change, and to which change session, does a write belong?

Writes of one actor in one account that are less than 15 minutes apart are one session; those
of a session to one resource, with the same gaps, are one change. A late record stretches the
one that lies nearest; two that it would bridge stay two, since both may be judged and told by then.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from drift.model.change import Write
from drift.model.event import Outcome
from drift.model.resource import Resource
from drift.store import changes


def group(connection: Connection, write: Write, *, is_history: bool = False) -> None:
    """Add a write to the change of each resource it touched, beginning what is not begun."""
    _join(connection, write, is_history=is_history)


def regroup(connection: Connection, write: Write, *, belongs: bool, is_history: bool = False) -> None:
    """Lead an amended write to the changes it belongs to now, if to any, and out of all others."""
    joined = _join(connection, write, is_history=is_history) if belongs else ()
    changes.leave_changes(connection, write, joined, _why_it_leaves(write))


def _join(connection: Connection, write: Write, *, is_history: bool) -> tuple[str, ...]:
    event, at = write.event, write.event.occurred_at
    if at is None:
        raise ValueError("a write without a time belongs to no change")
    session_id = _session(connection, _actor(write), event.call.account or "", at)
    resources = event.resources or (_unmapped(write),)
    joined = tuple(
        _change(connection, session_id, resource, at, is_history=is_history) for resource in resources
    )
    for change_id in joined:
        changes.join_change(connection, change_id, write)
    return joined


def _why_it_leaves(write: Write) -> str:
    if write.event.outcome is Outcome.FAILURE:
        return "the call failed after all"
    if write.classification.exclusion is not None:
        return f"the policy leaves it out: {write.classification.exclusion}"
    return "it belongs to another change, as a later record says"


def _actor(write: Write) -> str:
    """Tell actors apart: two runs of one pipeline are two, since each has a review of its own."""
    run = f":{write.classification.run_id}" if write.classification.run_id else ""
    return f"{write.actor.kind}:{write.actor.name}{run}"


def _unmapped(write: Write) -> Resource:
    """Stand in for the resource of a call that no row maps: such changes are judged all the same."""
    return Resource(type=None, id=f"{write.event.call.service}:{write.event.call.action}")


def _session(connection: Connection, actor: str, account: str, at: datetime) -> str:
    near = changes.near_session(connection, actor, account, at)
    if near is not None:
        changes.stretch_session(connection, near, at)
        return near.id
    ids = _ids("ses", at, actor, account)
    return next(one for one in ids if changes.begin_session(connection, one, actor, account, at))


def _change(
    connection: Connection, session_id: str, resource: Resource, at: datetime, *, is_history: bool
) -> str:
    near = changes.near_change(connection, session_id, resource, at)
    if near is not None:
        changes.stretch_change(connection, near, at, is_history=is_history)
        return near.id
    ids = _ids("chg", at, session_id, resource.type or "", resource.id)
    begin = partial(changes.begin_change, connection, is_history=is_history)
    return next(one for one in ids if begin(one, session_id, resource, at))


def _ids(prefix: str, at: datetime, *identity: str) -> Iterator[str]:
    """Yield the id of what begins at `at`, and a longer one in case that is taken.

    It starts with the time, so that it sorts and its index stays dense, and is derived from
    `identity`, so that a repeated run gives the same. Whoever chooses names can find two with
    the same short hash; they must not become one change.
    """
    facts = "\x1f".join([prefix, at.isoformat(), *identity])
    digest = hashlib.sha256(facts.encode(errors="backslashreplace")).hexdigest()
    yield f"{prefix}-{at:%Y%m%dT%H%M%S}-{digest[:8]}"
    yield f"{prefix}-{at:%Y%m%dT%H%M%S}-{digest}"
