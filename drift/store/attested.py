"""Up to when the cloud vouches for each trail of a source."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from drift.model.coverage import Trail
from drift.store.schema import attested, coverage
from drift.store.upsert import insert_new, insert_or_update


def attested_trails(connection: Connection, source: str) -> Mapping[Trail, datetime]:
    """Return up to when the cloud vouches for each trail of which it ever did."""
    rows = connection.execute(select(attested).where(attested.c.source == source))
    return {Trail(account=row.account, region=row.region, name=row.trail): row.up_to for row in rows}


def keep_attested(connection: Connection, source: str, trail: Trail, up_to: datetime) -> None:
    """Note up to when the cloud vouches for a trail. Its place is known from then on, if it was not yet."""
    place = {"source": source, "account": trail.account, "region": trail.region}
    insert_new(connection, coverage, {**place, "records": 0, "unreadable": 0})
    insert_or_update(connection, attested, {**place, "trail": trail.name, "up_to": up_to}, {"up_to": up_to})
