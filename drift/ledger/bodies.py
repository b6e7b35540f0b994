"""Reads what an entry says whose number something else keeps."""

from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from drift.ledger.log import entries_at

Body = TypeVar("Body")


def body_at(connection: Connection, seq: int | None, type_: type[Body]) -> Body | None:
    """Return what an entry says; `None` where there is none, or where nothing is left of it."""
    bodies = [
        one.body for one in entries_at(connection, [] if seq is None else [seq]) if one.body is not None
    ]
    return msgspec.json.decode(bodies[0], type=type_) if bodies else None
