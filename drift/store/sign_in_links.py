"""Links that sign somebody in once: whoever can write to the store could do as much."""

import secrets
from datetime import datetime

from sqlalchemy import Connection, delete, insert

from drift.store.schema import sign_in_link as table
from drift.store.web_sessions import hashed


def make_link(connection: Connection, name: str, ends_at: datetime) -> str:
    """Make a link for somebody; return the secret in it, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    connection.execute(insert(table).values(token=hashed(secret), name=name, ends_at=ends_at))
    return secret


def use_link(connection: Connection, secret: str, now: datetime) -> str | None:
    """Return whom a link signs in, which then works no more; `None` if it does not work."""
    connection.execute(delete(table).where(table.c.ends_at <= now))
    query = delete(table).where(table.c.token == hashed(secret)).returning(table.c.name)
    name: str | None = connection.execute(query).scalar_one_or_none()
    return name
