"""Lets auditors in for a while: whom, to see which period, until when. Each invitation is evidence."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from drift.errors import RefusedError
from drift.model.action import Doer
from drift.model.visitor import LONGEST_NAME, Invitation
from drift.stages.record import record_invitation, record_withdrawal
from drift.store.database import Database
from drift.store.invitations import kept_invitation

MOST_DAYS = 366
"""For how long somebody may be invited: as long as the longest period that is audited at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Whom an admin wants to invite, and for what."""

    name: str
    """As whoever vouches for them calls them."""
    since: datetime
    until: datetime
    expires_at: datetime


def invite(database: Database, wish: Wish, by: Doer, *, now: datetime, at: datetime) -> Invitation:
    """Invite somebody, in the place of an earlier invitation of theirs.

    It counts by the clock on the wall, `now`, and is recorded `at` a time of the clock of the records.

    Raises:
        RefusedError: Nobody can be invited so.
    """
    name = wish.name.strip()
    _check(wish, name, now)
    one = Invitation(
        id=f"invitation-{uuid4().hex}",
        name=name,
        since=wish.since,
        until=wish.until,
        expires_at=wish.expires_at,
        by=by.name,
        invited_at=now,
    )
    with database.transaction() as connection:
        record_invitation(connection, one, by, kept_invitation(connection, name), at)
    return one


def withdraw(database: Database, name: str, by: Doer, at: datetime) -> None:
    """Let an invitation hold no more, from this moment on.

    Raises:
        RefusedError: Nobody of that name is invited.
    """
    with database.transaction() as connection:
        kept = kept_invitation(connection, name)
        if kept is None:
            raise RefusedError("Nobody of that name is invited.", hint="Look at the list of invitations.")
        record_withdrawal(connection, kept, by, at)


def _check(wish: Wish, name: str, now: datetime) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or any(map(str.isspace, name)):
        raise RefusedError(
            "That is nobody's name.", hint="Give the address or the name that they sign in with."
        )
    if wish.since >= wish.until:
        raise RefusedError("The period ends before it begins.", hint="Give a later day as its end.")
    if wish.expires_at <= now:
        raise RefusedError("The invitation would have ended already.", hint="Give a day to come.")
    if wish.expires_at - now > timedelta(days=MOST_DAYS):
        raise RefusedError(
            f"Nobody is invited for longer than {MOST_DAYS} days.",
            hint="Give an earlier day, and invite anew then.",
        )
