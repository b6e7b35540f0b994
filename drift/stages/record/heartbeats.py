"""Records that the service ran."""

from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.evidence import EntryKind
from drift.model.heartbeat import Heartbeat


def record_heartbeat(connection: Connection, body: Heartbeat, now: datetime) -> None:
    """Record that the service ran without a break, and what its jobs did."""
    append(connection, kind=EntryKind.HEARTBEAT, ref="service", body=body, recorded_at=now)
