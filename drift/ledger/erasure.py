"""Erases what the ledger says of a person. The tree stays as it is, and every proof still holds.

The body of an entry that names the person goes, with its salt. What it said of everything else is said again
in a `restatement`, with a pseudonym in place of the names, and is read in its place from then on. An entry
lists what was erased: a body that is missing without that is tampering.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from drift.ledger.entry import NewEntry
from drift.ledger.log import append, append_all, entries_at, written
from drift.ledger.order import append_order
from drift.ledger.tables import erased_entry, evidence_body, ledger
from drift.model.erasure import Forgotten
from drift.model.evidence import EntryKind, OrderRecord, PersonErasureRecord
from drift.store.upsert import in_chunks

_READ_AHEAD = 1000

_WITHOUT_NAMES = frozenset({EntryKind.PERSON_ERASURE, EntryKind.KEY_ROTATION})
"""Kinds whose bodies every verification needs, and that hold no text of anybody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasedBodies:
    """What was erased of the ledger."""

    entries: int
    refs_kept: int
    """Entries whose public part names the person, as the URL of a run may: it is in the tree, and stays."""


def erase_bodies(
    connection: Connection, person: Forgotten, order: OrderRecord, now: datetime
) -> ErasedBodies:
    """Erase the bodies that name a person, and record that, and what they said of everything else."""
    seqs = naming(connection, person)
    wanted = append_order(connection, person.pseudonym, order, now)
    told = append(
        connection,
        kind=EntryKind.PERSON_ERASURE,
        ref=person.pseudonym,
        body=PersonErasureRecord(person=person.pseudonym, entries=tuple(seqs)),
        recorded_at=now,
        links=(wanted.seq,),
    )
    for some in in_chunks(seqs):
        _erase(connection, some, person, told.seq, now)
    return ErasedBodies(entries=len(seqs), refs_kept=_refs_naming(connection, person))


def naming(connection: Connection, person: Forgotten) -> list[int]:
    """Return the numbers of the entries whose bodies name a person."""
    rows = written(connection).execute(
        select(evidence_body.c.seq, evidence_body.c.body)
        .join(ledger, ledger.c.seq == evidence_body.c.seq)
        .where(evidence_body.c.body.is_not(None), ledger.c.kind.not_in([one.value for one in _WITHOUT_NAMES]))
        .order_by(evidence_body.c.seq)
        .execution_options(yield_per=_READ_AHEAD)
    )
    return [seq for seq, body in rows if person.is_in(body)]


def _refs_naming(connection: Connection, person: Forgotten) -> int:
    refs = written(connection).execute(select(ledger.c.ref).execution_options(yield_per=_READ_AHEAD))
    return sum(person.is_in(ref) for (ref,) in refs)


def _erase(connection: Connection, seqs: list[int], person: Forgotten, told: int, now: datetime) -> None:
    restated = [
        NewEntry(
            kind=EntryKind.RESTATEMENT,
            ref=str(entry.seq),
            body=person.out_of_json(json.loads(entry.body or b"{}")),
            recorded_at=now,
            links=(entry.seq, told),
        )
        for entry in entries_at(connection, seqs)
    ]
    made = append_all(connection, restated)
    rows = [{"seq": seq, "restated_seq": one.seq} for seq, one in zip(seqs, made, strict=True)]
    written(connection).execute(insert(erased_entry), rows)
    gone = update(evidence_body).where(evidence_body.c.seq.in_(seqs)).values(salt=None, body=None)
    connection.execute(gone)
