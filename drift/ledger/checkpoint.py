"""Seals the ledger: signs its size and root, so that a copy held elsewhere fixes every entry before it.

The text is C2SP's tlog-checkpoint: origin, size and root, a line each. https://c2sp.org/tlog-checkpoint
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, insert, select

from drift.errors import LedgerIntegrityError, UsageError
from drift.ledger.entry import StoredEntry, commit, format_time
from drift.ledger.log import entries, lock, node_reader, size_of, written
from drift.ledger.merkle import Frontier, hash_leaf, root
from drift.ledger.note import SigningKey, VerifierKey, signed
from drift.ledger.tables import checkpoint, ledger
from drift.model.evidence import Checkpoint, EntryKind
from drift.store.database import Database
from drift.store.meta import LEDGER_KEY, write

_ABOUT_CHECKPOINTS = (EntryKind.EXPORT.value, EntryKind.ANCHOR.value, EntryKind.PUSH.value)
"""What is recorded because of a checkpoint, and alone is no reason for another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A checkpoint that nobody has signed yet."""

    origin: str
    size: int
    root: str
    """Base64 of the Merkle root."""
    after: int
    """Size of the checkpoint before it; 0 for the first."""

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{self.root}\n"


def seal(connection: Connection, key: SigningKey, now: datetime) -> Checkpoint | None:
    """Sign the ledger as it is now, if it has grown since the last checkpoint, in this transaction.

    The record of an export alone does not count as growth: otherwise a pack that is
    made twice could never be the same. Nor does the receipt of an anchor: each checkpoint
    would call for the next one.

    Raises:
        LedgerIntegrityError: What the last checkpoint fixed was altered since, or another key made it.
        ProviderError: The service that keeps the key does not sign; the entries wait for the next time.
    """
    lock(connection)
    drafted = draft_growth(connection, key)
    return None if drafted is None else keep(connection, drafted, [key], now)


def sign_apart(database: Database, drafted: Draft, key: SigningKey, now: datetime) -> Checkpoint | None:
    """Sign what was drafted in a transaction that is kept, and keep the checkpoint.

    Where somebody else seals meanwhile, or the key hands over, theirs stands.

    Raises:
        ProviderError: The service that keeps the key does not sign; the entries wait for the next time.
    """
    note = signed(drafted.text, [key])
    with database.transaction() as connection:
        lock(connection)
        last = latest_checkpoint(connection)
        if (0 if last is None else last.size) != drafted.after:
            return None
        return _kept(connection, drafted, note, key, now)


def draft_growth(connection: Connection, key: SigningKey) -> Draft | None:
    """Return what is to be signed, if the ledger has grown.

    Raises:
        LedgerIntegrityError: What the last checkpoint fixed was altered since, or another key made it.
    """
    last = latest_checkpoint(connection)
    if last is not None:
        refuse_rewritten(connection, last, key.verifier)
    if not _has_grown(connection, 0 if last is None else last.size):
        return None
    return draft(connection, key.name)


def draft(connection: Connection, origin: str) -> Draft:
    """Return what would be signed of the ledger as it is now."""
    size, last = size_of(connection), latest_checkpoint(connection)
    return Draft(
        origin=origin,
        size=size,
        root=_encoded_root(connection, size),
        after=0 if last is None else last.size,
    )


def keep(connection: Connection, drafted: Draft, keys: list[SigningKey], now: datetime) -> Checkpoint:
    """Sign a draft with these keys, of which the last is the one that signs from now on, and keep it.

    Raises:
        ProviderError: The service that keeps a key does not sign.
    """
    return _kept(connection, drafted, signed(drafted.text, keys), keys[-1], now)


def _kept(connection: Connection, drafted: Draft, note: str, key: SigningKey, now: datetime) -> Checkpoint:
    size, encoded_root = drafted.size, drafted.root
    connection.execute(
        insert(checkpoint),
        {"size": size, "root": encoded_root, "note": note, "made_at": format_time(now)},
    )
    write(connection, LEDGER_KEY, key.verifier_key)
    return Checkpoint(size=size, root=encoded_root, note=note, made_at=now.astimezone(UTC))


def latest_checkpoint(connection: Connection) -> Checkpoint | None:
    """Return the newest checkpoint, or `None` before the first."""
    row = connection.execute(select(checkpoint).order_by(checkpoint.c.size.desc()).limit(1)).one_or_none()
    return None if row is None else _from_row(row)


def last_sealed(connection: Connection) -> Checkpoint:
    """Return the newest checkpoint, for what cannot be done without one.

    Raises:
        UsageError: Nothing is sealed yet.
    """
    sealed = latest_checkpoint(connection)
    if sealed is None:
        raise UsageError("there is no sealed evidence yet", hint="run: drift run --once")
    return sealed


def checkpoint_at(connection: Connection, size: int) -> Checkpoint | None:
    """Return the checkpoint of so many entries, if there is one."""
    row = connection.execute(select(checkpoint).where(checkpoint.c.size == size)).one_or_none()
    return None if row is None else _from_row(row)


def refuse_other_root(connection: Connection, sealed: Checkpoint) -> None:
    """Hold the ledger against a checkpoint of it.

    Raises:
        LedgerIntegrityError: What the checkpoint fixed was altered since.
    """
    if size_of(connection) < sealed.size or _encoded_root(connection, sealed.size) != sealed.root:
        raise _altered(f"the ledger is not the one that was sealed at {sealed.size} entries")


def first_checkpoint_since(connection: Connection, time: datetime) -> Checkpoint | None:
    """Return the oldest checkpoint that was made at `time` or later, if there is one."""
    later = select(checkpoint).where(checkpoint.c.made_at >= format_time(time))
    row = connection.execute(later.order_by(checkpoint.c.size).limit(1)).one_or_none()
    return None if row is None else _from_row(row)


def grown_since(connection: Connection, size: int) -> datetime | None:
    """Return when the first entry after these was recorded that has to be sealed, if there is one."""
    news = (ledger.c.seq >= size, ledger.c.kind.not_in(_ABOUT_CHECKPOINTS))
    first = select(ledger.c.recorded_at).where(*news).order_by(ledger.c.seq).limit(1)
    time: str | None = written(connection).execute(first).scalar_one_or_none()
    return None if time is None else datetime.fromisoformat(time)


def latest_checkpoints(connection: Connection, most: int) -> Sequence[Checkpoint]:
    """Return the last checkpoints, the newest first."""
    query = select(checkpoint).order_by(checkpoint.c.size.desc()).limit(most)
    return [_from_row(row) for row in connection.execute(query)]


def checkpoints(connection: Connection) -> Sequence[Checkpoint]:
    """Return every checkpoint, the oldest first."""
    return [_from_row(row) for row in connection.execute(select(checkpoint).order_by(checkpoint.c.size))]


def daily_checkpoints(connection: Connection, sealed: Checkpoint) -> list[Checkpoint]:
    """Return the last checkpoint of each day up to `sealed`, which comes last.

    One a day is enough: there may be many, and whoever has the entries can compute the root at any size.
    """
    every = (one for one in checkpoints(connection) if one.size <= sealed.size)
    return sorted({one.made_at.date(): one for one in every}.values(), key=lambda one: one.size)


def sealed_entries(connection: Connection, sealed: Checkpoint) -> Iterator[StoredEntry]:
    """Yield the entries that a checkpoint covers, holding all of them against it.

    Raises:
        LedgerIntegrityError: They are not the entries that were sealed; said at the latest after the last.
    """
    frontier = Frontier()
    for entry in entries(connection, to_seq=sealed.size):
        leaf_hash = hash_leaf(entry.leaf)
        if entry.seq != frontier.size or leaf_hash != entry.leaf_hash or not _is_body_sound(entry):
            raise _altered(f"entry {frontier.size} of the ledger was altered or is missing")
        frontier.add(leaf_hash)
        yield entry
    if frontier.size != sealed.size or _encode(frontier.root()) != sealed.root:
        raise _altered(f"the ledger is not the one that was sealed at {sealed.size} entries")


def _is_body_sound(entry: StoredEntry) -> bool:
    """Tell whether the body is the one that was recorded, or was erased by the rules."""
    if entry.body is None:
        return False
    return entry.salt is None or commit(entry.salt, entry.body) == entry.commitment


def refuse_rewritten(connection: Connection, last: Checkpoint, key: VerifierKey) -> None:
    """Raise unless the last checkpoint was made by this key, over the ledger that is there.

    Raises:
        LedgerIntegrityError: What it fixed was altered since, or another key made it.
    """
    if not key.has_signed(last.note):
        raise LedgerIntegrityError(
            f"the last checkpoint, at {last.size} entries, was not made by the key {key}",
            hint="use the key that has sealed it so far, or let that hand over: drift evidence rotate-key",
        )
    refuse_other_root(connection, last)


def _has_grown(connection: Connection, size: int) -> bool:
    return grown_since(connection, size) is not None


def _encoded_root(connection: Connection, size: int) -> str:
    return _encode(root(size, node_reader(connection)))


def _encode(root_hash: bytes) -> str:
    return base64.b64encode(root_hash).decode()


def _altered(what: str) -> LedgerIntegrityError:
    return LedgerIntegrityError(
        what, hint="keep the database as it is for an investigation, and restore a backup beside it"
    )


def _from_row(row: Row[tuple[int, str, str, str]]) -> Checkpoint:
    return Checkpoint(
        size=row.size, root=row.root, note=row.note, made_at=datetime.fromisoformat(row.made_at)
    )
