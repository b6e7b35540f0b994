"""Records who ordered what becomes of the ledger itself, a new key or an erasure, and why."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.evidence import EntryKind, EvidenceEntry, OrderRecord
from drift.redact import redact


def append_order(connection: Connection, ref: str, order: OrderRecord, now: datetime) -> EvidenceEntry:
    """Record an order about `ref`, without the secrets that people write into a reason."""
    clean = replace(order, by=redact(order.by).value, reason=redact(order.reason).value)
    return append(connection, kind=EntryKind.ORDER, ref=ref, body=clean, recorded_at=now)
