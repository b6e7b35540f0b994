"""Which auditors may read for a while."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from drift.model.visitor import Invitation
from drift.store.columns import as_key
from drift.store.schema import invitation as table
from drift.store.upsert import insert_or_update


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """An invitation, and the entry that tells of it."""

    invitation: Invitation
    ledger_seq: int


def keep_invitation(connection: Connection, one: Invitation, ledger_seq: int) -> None:
    """Keep an invitation, in the place of an earlier one of the same person."""
    values = {"expires_at": one.expires_at, "ledger_seq": ledger_seq, "body": one}
    insert_or_update(connection, table, {"name": one.name.lower(), **values}, values)


def invitation_of(connection: Connection, names: Collection[str], now: datetime) -> Invitation | None:
    """Return the invitation of somebody under any of these names, if it still holds."""
    keys = [as_key(name.lower()) for name in names]
    query = select(table.c.body).where(table.c.name.in_(keys), table.c.expires_at > now)
    return connection.execute(query.order_by(table.c.expires_at.desc()).limit(1)).scalar_one_or_none()


def kept_invitation(connection: Connection, name: str) -> Kept | None:
    """Return the invitation of a name, also one that has expired."""
    query = select(table.c.body, table.c.ledger_seq).where(table.c.name == name.lower())
    row = connection.execute(query).one_or_none()
    return row and Kept(invitation=row.body, ledger_seq=row.ledger_seq)


def invitations(connection: Connection) -> Sequence[Invitation]:
    """Return every invitation, also those that have expired, the longest first."""
    return list(connection.execute(select(table.c.body).order_by(table.c.expires_at.desc())).scalars())


def remove_invitation(connection: Connection, name: str) -> None:
    """Let an invitation hold no more."""
    connection.execute(delete(table).where(table.c.name == name.lower()))
