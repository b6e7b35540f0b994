"""How far each source was read."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, select

from drift.errors import StoreError
from drift.ports import Delivery
from drift.store.schema import delivery, source_cursor
from drift.store.upsert import insert_or_update


def cursor_of(connection: Connection, source: str) -> str | None:
    """Return the cursor that resumes after the last delivery that was read whole."""
    return connection.execute(
        select(source_cursor.c.cursor).where(source_cursor.c.source == source)
    ).scalar_one_or_none()


def position_in(connection: Connection, source: str, one: Delivery) -> int | None:
    """Return how many records were taken from a delivery, or `None` if it was read whole."""
    row = connection.execute(
        select(delivery.c.position, delivery.c.is_complete).where(_is(source, one))
    ).one_or_none()
    if row is None:
        return 0
    return None if row.is_complete else int(row.position)


def move_to(
    connection: Connection,
    source: str,
    one: Delivery,
    position: int,
    *,
    begun: int,
    is_complete: bool,
    moves_cursor: bool = True,
    settled_at: datetime | None = None,
) -> None:
    """Remember that a delivery was read from `begun` up to `position`.

    `settled_at` is given where its service drops it from then on, so that it need not be remembered long.

    Raises:
        StoreError: Another run read the same records meanwhile. Keeping both would count them twice.
    """
    if position_in(connection, source, one) != begun:
        raise StoreError(
            f"{source} is being read by another run as well",
            hint="let that one end first: only one at a time may use a store",
        )
    values = {"position": position, "is_complete": is_complete, "settled_at": settled_at}
    key = {"source": source, "name": one.name, "version": one.version}
    insert_or_update(connection, delivery, {**key, **values}, values)
    if is_complete and moves_cursor:
        cursor = {"cursor": one.cursor}
        insert_or_update(connection, source_cursor, {"source": source, **cursor}, cursor)


def forget_settled(connection: Connection, before: datetime) -> int:
    """Drop what is remembered of deliveries that a queue dropped before this time; return how many.

    Should one come again after all, its records are recognised by their ids.
    """
    gone = delete(delivery).where(delivery.c.is_complete, delivery.c.settled_at < before)
    return connection.execute(gone, execution_options={"preserve_rowcount": True}).rowcount


def _is(source: str, one: Delivery) -> ColumnElement[bool]:
    return and_(delivery.c.source == source, delivery.c.name == one.name, delivery.c.version == one.version)
