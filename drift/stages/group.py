"""To which change, and to which change session, does a write belong?

Writes of one actor in one account that are less than 15 minutes apart are one session; those
of a session to one resource, with the same gaps, are one change. A late record stretches the
one that lies nearest; two that it would bridge stay two, since both may be judged and told by then.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from drift.model.change import Write
from drift.model.event import Outcome
from drift.model.resource import Resource
from drift.store.changes import join_change, leave_changes
from drift.store.grouping import (
    WantedChange,
    WantedSession,
    begin_change,
    begin_session,
    expect_changes,
    expect_sessions,
    near_change,
    near_session,
    stretch_change,
    stretch_session,
)


def group(connection: Connection, write: Write, *, is_history: bool = False) -> None:
    """Add a write to the change of each resource it touched, beginning what is not begun."""
    group_all(connection, [write], is_history=is_history)


def group_all(connection: Connection, writes: Sequence[Write], *, is_history: bool = False) -> None:
    """Add writes to their changes, in this order; together they cost a fraction."""
    expect_sessions(connection, [_wanted_session(write) for write in writes])
    joining = [(write, wanted) for write in writes for wanted in _wanted_changes(connection, write)]
    expect_changes(connection, [wanted for _, wanted in joining])
    for write, wanted in joining:
        join_change(connection, _change(connection, wanted, is_history=is_history), write)


def regroup(connection: Connection, write: Write, *, belongs: bool, is_history: bool = False) -> None:
    """Lead an amended write to the changes it belongs to now, if to any, and out of all others."""
    wanted = _wanted_changes(connection, write) if belongs else ()
    joined = [_change(connection, one, is_history=is_history) for one in wanted]
    for change_id in joined:
        join_change(connection, change_id, write)
    leave_changes(connection, write, joined, _why_it_leaves(write))


def _wanted_session(write: Write) -> WantedSession:
    event, at = write.event, write.event.occurred_at
    if at is None:
        raise ValueError("a write without a time belongs to no change")
    return WantedSession(actor=_actor(write), account=event.call.account or "", at=at)


def _wanted_changes(connection: Connection, write: Write) -> list[WantedChange]:
    """Return the changes that a write belongs to, in the session that it belongs to."""
    session = _wanted_session(write)
    session_id = _session(connection, session)
    return [
        WantedChange(
            session_id=session_id,
            resource=one,
            at=session.at,
            id=next(_ids_of_change(session_id, one, session.at)),
        )
        for one in write.event.resources or (_unmapped(write),)
    ]


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


def _session(connection: Connection, wanted: WantedSession) -> str:
    near = near_session(connection, wanted)
    if near is not None:
        stretch_session(connection, near, wanted.at)
        return near.id
    ids = _ids("ses", wanted.at, wanted.actor, wanted.account)
    return next(one for one in ids if begin_session(connection, one, wanted))


def _change(connection: Connection, wanted: WantedChange, *, is_history: bool) -> str:
    near = near_change(connection, wanted)
    if near is not None:
        stretch_change(connection, near, wanted.at, is_history=is_history)
        return near.id
    ids = _ids_of_change(wanted.session_id, wanted.resource, wanted.at)
    begun = (replace(wanted, id=one) for one in ids)
    return next(one.id for one in begun if begin_change(connection, one, is_history=is_history))


def _ids_of_change(session_id: str, resource: Resource, at: datetime) -> Iterator[str]:
    return _ids("chg", at, session_id, resource.type or "", resource.id)


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
