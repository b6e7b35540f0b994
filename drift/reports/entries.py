"""Finds entries of the ledger by what they are about."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, TextClause, func, select

from drift.errors import LedgerIntegrityError
from drift.ledger.entry import clean_text, decode_leaf, format_time
from drift.ledger.log import restated_body, written
from drift.ledger.tables import IS_ABOUT_SOMETHING, IS_SELDOM, evidence_body, ledger
from drift.model.evidence import AttestationRecord, EntryKind, GapRecord, GapStatus
from drift.store.columns import as_key
from drift.store.schema import write
from drift.store.upsert import in_chunks

Body = TypeVar("Body")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry, with its body as it was recorded."""

    seq: int
    recorded_at: datetime
    kind: EntryKind
    ref: str
    body: bytes | None
    """What is said again in its place where it was erased."""

    def read_as(self, type_: type[Body]) -> Body | None:
        """Return the body as what an entry of this kind holds, or `None` if it was erased.

        Raises:
            LedgerIntegrityError: It holds something else.
        """
        try:
            return None if self.body is None else msgspec.json.decode(self.body, type=type_)
        except msgspec.MsgspecError as error:
            raise LedgerIntegrityError(
                f"entry {self.seq} of the ledger cannot be read: {error}",
                hint="its row was altered, or a newer version wrote it: compare with a backup",
            ) from error


def entries_about(connection: Connection, refs: Collection[str]) -> list[Entry]:
    """Return the entries about any of `refs`, in their order."""
    wanted = {clean_text(ref) for ref in refs}
    found = [entry for some in in_chunks(wanted) for entry in _entries(connection, ledger.c.ref.in_(some))]
    return sorted(found, key=lambda entry: entry.seq)


def entries_of(connection: Connection, refs: Collection[str], write_keys: Collection[str]) -> list[Entry]:
    """Return the entries about any of `refs`, and those about these writes, in their order.

    An index finds them, and the writes name theirs: the ledger is not gone through.
    """
    wanted = {clean_text(ref) for ref in refs}
    found = [
        entry
        for some in in_chunks(wanted)
        for entry in _entries(connection, ledger.c.ref.in_(some), IS_ABOUT_SOMETHING)
    ]
    return sorted([*found, *_about_writes(connection, write_keys)], key=lambda entry: entry.seq)


def _about_writes(connection: Connection, keys: Collection[str]) -> Iterator[Entry]:
    """Yield the latest entry about each write, and those that it amended."""
    seqs: set[int] = set()
    for some in in_chunks({as_key(key) for key in keys}):
        seqs.update(connection.execute(select(write.c.ledger_seq).where(write.c.key.in_(some))).scalars())
    while seqs:
        found = [one for some in in_chunks(seqs) for one in _entries(connection, ledger.c.seq.in_(some))]
        yield from found
        amending = [one.seq for one in found if one.kind is EntryKind.AMENDMENT]
        seqs = set(_rests_on(connection, amending))


def _rests_on(connection: Connection, seqs: Collection[int]) -> Iterator[int]:
    for some in in_chunks(seqs):
        for leaf in connection.execute(select(ledger.c.leaf).where(ledger.c.seq.in_(some))).scalars():
            yield from decode_leaf(leaf).links


def gaps_recorded(connection: Connection, since: datetime, until: datetime) -> list[GapRecord | None]:
    """Return the gaps that were recorded in a span, not that they are filled; `None`: its body was erased."""
    inside = (ledger.c.recorded_at >= format_time(since), ledger.c.recorded_at < format_time(until))
    gaps = _entries(connection, ledger.c.kind == EntryKind.GAP.value, IS_SELDOM, *inside)
    bodies = [gap.read_as(GapRecord) for gap in gaps]
    return [body for body in bodies if body is None or body.status is GapStatus.OPEN]


def gaps_accepted(connection: Connection, since: datetime, until: datetime) -> list[GapRecord]:
    """Return the gaps of which somebody accepted, in a span, that they can never be filled."""
    inside = (ledger.c.recorded_at >= format_time(since), ledger.c.recorded_at < format_time(until))
    gaps = _entries(connection, ledger.c.kind == EntryKind.GAP.value, IS_SELDOM, *inside)
    bodies = (gap.read_as(GapRecord) for gap in gaps)
    return [body for body in bodies if body is not None and body.status is GapStatus.ACCEPTED]


def files_verified(connection: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """Return how many files fit what the cloud signed, by source, as it was recorded in a span."""
    inside = (ledger.c.recorded_at >= format_time(since), ledger.c.recorded_at < format_time(until))
    found: Counter[str] = Counter()
    for entry in _entries(connection, ledger.c.kind == EntryKind.ATTESTATION.value, IS_SELDOM, *inside):
        if (body := entry.read_as(AttestationRecord)) is not None:
            found[body.source] += sum(span.files for span in body.spans)
    return dict(found)


def entries_numbered(connection: Connection, seqs: Collection[int]) -> list[Entry]:
    """Return the entries with these numbers, in their order."""
    return [
        entry for some in in_chunks(sorted(seqs)) for entry in _entries(connection, ledger.c.seq.in_(some))
    ]


def entries_of_kind(connection: Connection, kind: EntryKind) -> list[Entry]:
    """Return all entries of a kind of which there are few, in their order."""
    return _entries(connection, ledger.c.kind == kind.value, *_by_index(kind))


def count_recorded(
    connection: Connection, since: datetime | None, until: datetime | None, to_seq: int
) -> dict[EntryKind, int]:
    """Return how many entries of each kind were recorded in a span, of the first `to_seq` of the ledger."""
    inside = [ledger.c.seq < to_seq]
    if since is not None:
        inside.append(ledger.c.recorded_at >= format_time(since))
    if until is not None:
        inside.append(ledger.c.recorded_at < format_time(until))
    query = select(ledger.c.kind, func.count()).where(*inside).group_by(ledger.c.kind)
    return {EntryKind(kind): count for kind, count in written(connection).execute(query)}


def last_of_kind(connection: Connection, kind: EntryKind) -> Entry | None:
    """Return the newest entry of a kind, if there is one."""
    newest = select(func.max(ledger.c.seq)).where(ledger.c.kind == kind.value, *_by_index(kind))
    seq = written(connection).execute(newest)
    found = entries_numbered(connection, [one for one in seq.scalars() if one is not None])
    return found[0] if found else None


def _by_index(kind: EntryKind) -> tuple[TextClause, ...]:
    """Return what has to be said besides, so that an index is used, of a kind that one holds."""
    return () if f"'{kind}'" in IS_SELDOM.text else (IS_SELDOM,)


def _entries(connection: Connection, *where: ColumnElement[bool] | TextClause) -> list[Entry]:
    rows = written(connection).execute(
        select(ledger.c.seq, ledger.c.recorded_at, ledger.c.kind, ledger.c.ref)
        .add_columns(evidence_body.c.salt, evidence_body.c.body)
        .select_from(ledger.outerjoin(evidence_body, evidence_body.c.seq == ledger.c.seq))
        .where(*where)
        .order_by(ledger.c.seq)
    )
    return [
        Entry(
            seq=row.seq,
            recorded_at=datetime.fromisoformat(row.recorded_at),
            kind=EntryKind(row.kind),
            ref=row.ref,
            body=restated_body(connection, row.seq) if row.salt is None else row.body,
        )
        for row in rows
    ]
