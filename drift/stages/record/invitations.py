"""Records who was invited to read for a while, and whose invitation was withdrawn."""

from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.action import Doer
from drift.model.evidence import EntryKind
from drift.model.visitor import Invitation, InvitationRecord, InvitationTurn
from drift.store.invitations import Kept, keep_invitation, remove_invitation


def record_invitation(
    connection: Connection, one: Invitation, by: Doer, before: Kept | None, now: datetime
) -> None:
    """Record an invitation, and let it hold from now on in the place of the one before."""
    seq = _append(connection, InvitationTurn.INVITED, one, by, before, now)
    keep_invitation(connection, one, seq)


def record_withdrawal(connection: Connection, kept: Kept, by: Doer, now: datetime) -> None:
    """Record that an invitation holds no more, and let it."""
    _append(connection, InvitationTurn.WITHDRAWN, kept.invitation, by, kept, now)
    remove_invitation(connection, kept.invitation.name)


def _append(
    connection: Connection,
    turn: InvitationTurn,
    one: Invitation,
    by: Doer,
    before: Kept | None,
    now: datetime,
) -> int:
    body = InvitationRecord(turn=turn, invitation=one, by=by, at=now)
    links = (before.ledger_seq,) if before else ()
    # Its name must not stand in the leaf: it could not be erased there.
    kind, ref = EntryKind.INVITATION, one.id
    return append(connection, kind=kind, ref=ref, body=body, recorded_at=now, links=links).seq
