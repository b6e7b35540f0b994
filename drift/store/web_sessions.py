"""Who is signed in to the pages. What a browser holds is kept as a hash: nobody signs in with the store."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update

from drift.model.visitor import Identity
from drift.store.schema import web_session as table

SEEN_EVERY = timedelta(minutes=1)
"""It is noted no more often that somebody is still there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WebSession:
    """Somebody who is signed in."""

    token: str
    """Hex SHA-256 of what the browser holds."""
    identity: Identity
    seen_at: datetime

    def is_to_note(self, now: datetime) -> bool:
        """Tell whether it is to be noted that somebody is still there."""
        return now - self.seen_at >= SEEN_EVERY


def begin(connection: Connection, identity: Identity, now: datetime, ends_at: datetime) -> str:
    """Sign somebody in; return what their browser holds from now on, which nobody knew before."""
    secret = secrets.token_urlsafe(32)
    values = {"token": hashed(secret), "began_at": now, "seen_at": now, "ends_at": ends_at}
    connection.execute(insert(table).values(**values, body=identity))
    return secret


def session_of(connection: Connection, secret: str, now: datetime, idle_for: timedelta) -> WebSession | None:
    """Return the session of a browser, if it has not ended."""
    query = select(table.c.token, table.c.seen_at, table.c.body).where(
        table.c.token == hashed(secret), table.c.ends_at > now, table.c.seen_at > now - idle_for
    )
    row = connection.execute(query).one_or_none()
    return row and WebSession(token=row.token, identity=row.body, seen_at=row.seen_at)


def note_seen(connection: Connection, token: str, now: datetime) -> None:
    """Note that somebody is still there."""
    connection.execute(update(table).where(table.c.token == token).values(seen_at=now))


def end(connection: Connection, token: str) -> None:
    """Sign somebody out."""
    connection.execute(delete(table).where(table.c.token == token))


def forget_ended(connection: Connection, now: datetime) -> None:
    """Forget the sessions that have ended."""
    connection.execute(delete(table).where(table.c.ends_at <= now))


def hashed(secret: str) -> str:
    """Return a secret as it is kept."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
