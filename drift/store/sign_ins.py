"""Which sign-ins are recorded: a record may be delivered twice, or by two sources."""

from datetime import datetime

from sqlalchemy import Connection

from drift.store.schema import sign_in
from drift.store.upsert import insert_new


def remember_sign_in(connection: Connection, key: str, at: datetime) -> bool:
    """Note a sign-in by the key of its record; tell whether it was new."""
    return insert_new(connection, sign_in, {"event_key": key, "recorded_at": at})
