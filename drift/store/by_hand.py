"""What was written by hand, week for week: as little of each write as that takes."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

import msgspec
from sqlalchemy import Connection, LargeBinary, Row, or_, select, type_coerce

from drift.model.verdict import Channel, Disposition
from drift.store.late import in_time
from drift.store.schema import change, change_kind, change_line, change_write, write


class _Classification(msgspec.Struct, frozen=True):
    channel: Channel


class _Write(msgspec.Struct, frozen=True):
    """All the rest is skipped: a quarter may have a million of them."""

    classification: _Classification


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A change that somebody began."""

    began_at: datetime
    disposition: Disposition
    channels: frozenset[Channel]
    writes: frozenset[str]
    """Keys of its writes."""


def changes_begun(
    connection: Connection, since: datetime, until: datetime, channels: Collection[Channel]
) -> Iterator[Begun]:
    """Yield the changes that began in a span, in order of their first write.

    Of those that were judged, only what came through one of these channels, or is unticketed: nothing is
    opened of what pipelines did, which is most.
    """
    matters = or_(
        change_kind.c.channel.is_(None),
        change_kind.c.channel.in_(channels),
        change.c.disposition == Disposition.UNTICKETED,
    )
    rows = in_time(connection).execute(
        select(change.c.change_id, change.c.began_at, change.c.disposition)
        .add_columns(change_write.c.write_key, change_write.c.left_because)
        .add_columns(type_coerce(write.c.body, LargeBinary).label("body"))
        .join(change_write, change_write.c.change_id == change.c.change_id)
        .join(write, write.c.key == change_write.c.write_key)
        .outerjoin(change_line, change_line.c.change_id == change.c.change_id)
        .outerjoin(change_kind, change_kind.c.number == change_line.c.kind)
        .where(change.c.began_at >= since, change.c.began_at < until, matters)
        .order_by(change.c.began_at, change.c.change_id)
        .execution_options(yield_per=1000)
    )
    for _, group in groupby(rows, attrgetter("change_id")):
        yield _begun(list(group))


def _begun(rows: list[Row[tuple[object, ...]]]) -> Begun:
    # Those that left a change count only where none stayed: then it was theirs.
    staying = [row for row in rows if row.left_because is None] or rows
    return Begun(
        began_at=rows[0].began_at,
        disposition=Disposition(rows[0].disposition or Disposition.PENDING),
        channels=frozenset(_decoder.decode(row.body).classification.channel for row in staying),
        writes=frozenset(row.write_key for row in staying),
    )


_decoder = msgspec.json.Decoder(_Write)
