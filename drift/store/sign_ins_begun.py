"""Who went to the provider to sign in. Each may come back once, and soon; what they hold is a hash here."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert

from drift.store.schema import sign_in_begun as table
from drift.store.web_sessions import hashed

BACK_WITHIN = timedelta(minutes=10)


def begin_sign_in(connection: Connection, back: str, now: datetime) -> str:
    """Note that somebody goes; return the secret that their browser holds meanwhile."""
    connection.execute(delete(table).where(table.c.ends_at <= now))
    secret = secrets.token_urlsafe(32)
    values = {"token": hashed(secret), "ends_at": now + BACK_WITHIN, "next": back}
    connection.execute(insert(table).values(values))
    return secret


def end_sign_in(connection: Connection, secret: str, now: datetime) -> str | None:
    """Return the page that somebody came for who is back; `None` if they never went, or are back already."""
    query = (
        delete(table).where(table.c.token == hashed(secret), table.c.ends_at > now).returning(table.c.next)
    )
    back: str | None = connection.execute(query).scalar_one_or_none()
    return back
