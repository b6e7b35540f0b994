"""Records who signed in to the pages, and how often somebody tried in vain."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.evidence import EntryKind
from drift.model.visit import VisitRecord, VisitTurn
from drift.model.visitor import SignedInBy, Visitor


def record_visit(connection: Connection, turn: VisitTurn, visitor: Visitor, now: datetime) -> None:
    """Record that somebody signed in or out."""
    body = VisitRecord(
        turn=turn,
        at=now,
        by=visitor.identity.by,
        name=visitor.name,
        roles=tuple(sorted(visitor.roles)),
    )
    _append(connection, body)


def record_refused(connection: Connection, by: SignedInBy, refused: Mapping[str, int], now: datetime) -> None:
    """Record how often somebody was refused, and why."""
    _append(
        connection, VisitRecord(turn=VisitTurn.REFUSED, at=now, by=by, refused=dict(sorted(refused.items())))
    )


def _append(connection: Connection, body: VisitRecord) -> None:
    append(connection, kind=EntryKind.VISIT, ref="pages", body=body, recorded_at=body.at)
