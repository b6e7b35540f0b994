"""Proves of one entry that it is in a signed ledger, and of a ledger that it only grew.

The proofs are those of RFC 6962, sections 2.1.1 and 2.1.2. Whoever checks one needs the file, the key, and
no database; see "A proof of one entry" in docs/ledger-format.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from drift.errors import LedgerIntegrityError, UsageError
from drift.ledger.checkpoint import checkpoint_at, latest_checkpoint, refuse_other_root
from drift.ledger.entry import StoredEntry
from drift.ledger.log import entries, entries_at, node_reader, size_of, written
from drift.ledger.merkle import NodeReader, consistency_proof, inclusion_proof
from drift.ledger.tables import ledger
from drift.model.evidence import Checkpoint, EntryKind

FORMAT_VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """The checkpoint that somebody holds, by its size, and by its root where they hold that as well."""

    size: int
    root: str | None = None
    """Base64."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Consistency:
    """That the ledger of one checkpoint begins with that of an older one."""

    older: Checkpoint
    newer: Checkpoint
    path: Sequence[bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """That one key handed over to the next: the entry that says so, and the checkpoint that ends with it."""

    entry: StoredEntry
    checkpoint: Checkpoint
    path: Sequence[bytes]
    """That the entry is in it."""
    to_newest: Sequence[bytes]
    """That the newest ledger begins with that of the checkpoint."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """That an entry is in the ledger of a checkpoint."""

    entry: StoredEntry
    checkpoint: Checkpoint
    path: Sequence[bytes]
    consistency: Consistency | None
    """From the checkpoint that somebody holds to the newest one, where these are two."""
    handovers: Sequence[Handover]
    """In their order: whoever trusts one of the keys can follow to the others."""

    def as_json(self, verifier_keys: Sequence[str]) -> dict[str, Any]:
        """Return the proof as its file has it, with the keys that signed."""
        between = self.consistency
        return {
            "v": FORMAT_VERSION,
            "entry": _entry(self.entry),
            "inclusion": {"checkpoint": self.checkpoint.note, "path": _in_hex(self.path)},
            "consistency": None
            if between is None
            else {
                "older": between.older.note,
                "newer": between.newer.note,
                "path": _in_hex(between.path),
            },
            "keys": [{"verifier_key": key} for key in verifier_keys],
            "handovers": [
                {
                    "entry": _entry(one.entry),
                    "checkpoint": one.checkpoint.note,
                    "path": _in_hex(one.path),
                    "to_newest": _in_hex(one.to_newest),
                }
                for one in self.handovers
            ],
        }


def prove(connection: Connection, seq: int, held: Held | None) -> Proof:
    """Prove that an entry is in the checkpoint that somebody holds, or where that is older, in the newest.

    From the one that is held a proof leads to the newest.

    Raises:
        UsageError: There is no such entry or checkpoint, or the entry is not sealed yet.
        LedgerIntegrityError: The ledger is not the one that was sealed, or not the one that is held.
    """
    newest = latest_checkpoint(connection)
    if seq >= (size := size_of(connection)):
        raise UsageError(
            f"there is no entry {seq}: the ledger has {size}, numbered from 0",
            hint="give a number as `ledger_seq` in a pack, or the id of a change or finding",
        )
    if newest is None or seq >= newest.size:
        raise UsageError(f"entry {seq} is not sealed yet", hint="run: drift run --once")
    given = newest if held is None else _checkpoint_held(connection, held)
    for one in {given.size: given, newest.size: newest}.values():
        refuse_other_root(connection, one)
    [entry] = entries_at(connection, [seq])
    chosen = given if seq < given.size else newest
    read = node_reader(connection)
    return Proof(
        entry=entry,
        checkpoint=chosen,
        path=inclusion_proof(seq, chosen.size, read),
        consistency=None
        if given.size == newest.size
        else Consistency(older=given, newer=newest, path=consistency_proof(given.size, newest.size, read)),
        handovers=list(_handovers(connection, newest, read)),
    )


def _handovers(connection: Connection, newest: Checkpoint, read: NodeReader) -> Iterator[Handover]:
    """Yield the handovers that the newest checkpoint covers; each was sealed at once, by both keys."""
    for entry in entries(connection, to_seq=newest.size, kind=EntryKind.KEY_ROTATION):
        size = entry.seq + 1
        sealed = checkpoint_at(connection, size)
        if sealed is not None:
            yield Handover(
                entry=entry,
                checkpoint=sealed,
                path=inclusion_proof(entry.seq, size, read),
                to_newest=[] if size == newest.size else consistency_proof(size, newest.size, read),
            )


def latest_about(connection: Connection, ref: str) -> int | None:
    """Return the number of the latest entry that says how a change or finding stands, if there is one."""
    kinds = (EntryKind.DISPOSITION.value, EntryKind.FINDING.value)
    query = select(func.max(ledger.c.seq)).where(ledger.c.ref == ref, ledger.c.kind.in_(kinds))
    seq: int | None = written(connection).execute(query).scalar_one()
    return seq


def _checkpoint_held(connection: Connection, held: Held) -> Checkpoint:
    found = checkpoint_at(connection, held.size)
    if found is None:
        raise UsageError(
            f"no checkpoint of {held.size} entries was ever made",
            hint="name one that stands in a mail, a pack or with an anchor",
        )
    if held.root is not None and held.root != found.root:
        raise LedgerIntegrityError(
            f"the checkpoint of {held.size} entries that you hold has another root than this ledger had",
            hint="it is of another ledger, or this one was rewritten: keep both as they are",
        )
    return found


def _entry(entry: StoredEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "leaf": entry.leaf.decode(),
        "leaf_hash": entry.leaf_hash.hex(),
        "salt": (entry.salt or b"").hex(),
        "body": "" if entry.is_erased else (entry.body or b"").decode(),
    }


def _in_hex(hashes: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in hashes]
