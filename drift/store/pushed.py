"""Which parcels of a pack have arrived where, until all have."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from drift.store.schema import pushed as table
from drift.store.upsert import insert_or_update


def arrived(connection: Connection, sink: str, pack: str) -> dict[str, str]:
    """Return by what each parcel of a pack is found that has arrived at a sink."""
    query = select(table.c.parcel, table.c.reference).where(table.c.sink == sink, table.c.pack == pack)
    return {row.parcel: row.reference for row in connection.execute(query)}


def note_arrived(
    connection: Connection, sink: str, pack: str, parcel: str, reference: str, now: datetime
) -> None:
    """Note that a parcel has arrived."""
    values = {"reference": reference, "at": now}
    insert_or_update(connection, table, {"sink": sink, "pack": pack, "parcel": parcel, **values}, values)


def forget_other_packs(connection: Connection, sink: str, pack: str) -> None:
    """Forget what arrived of other packs, once all of this one has."""
    connection.execute(delete(table).where(table.c.sink == sink, table.c.pack != pack))


def last_arrival(connection: Connection, sink: str) -> datetime | None:
    """Return when something arrived at a sink last."""
    at: datetime | None = connection.execute(
        select(func.max(table.c.at)).where(table.c.sink == sink)
    ).scalar_one()
    return at
