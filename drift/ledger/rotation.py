"""Hands the ledger over from the key that signed so far to another.

The entry that says so and the checkpoint over it are kept together. Both keys sign that checkpoint:
the old one vouches for the new one, and whoever trusts the old one may follow.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from drift.errors import ConfigError, UsageError
from drift.ledger.checkpoint import draft, keep, latest_checkpoint, refuse_rewritten
from drift.ledger.log import append, entries, lock
from drift.ledger.note import SigningKey, VerifierKey, verifier_key_of
from drift.ledger.order import append_order
from drift.model.evidence import Checkpoint, EntryKind, KeyRotationRecord, OldKey, OrderRecord
from drift.store.meta import LEDGER_KEY, read


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotation:
    """Another key that is to sign from now on, and who wants it."""

    new: SigningKey
    old: SigningKey | None
    """The one that signed so far; `None` if it is lost."""
    by: str
    reason: str | None


def rotate(connection: Connection, rotation: Rotation, now: datetime) -> Checkpoint:
    """Record that another key signs from now on, and sign that with both, or, without the old one, with it.

    Raises:
        UsageError: Nothing was sealed yet, or the key signs already.
        ConfigError: The public half of a key that is lost is not known.
        LedgerIntegrityError: The old key is not the one that signed so far, or what it signed was altered.
        ProviderError: The service that keeps a key does not sign.
    """
    lock(connection)
    last, new = latest_checkpoint(connection), rotation.new
    if last is None:
        raise UsageError("nothing was sealed yet, so any key may begin", hint="run: drift run --once")
    old = rotation.old.verifier if rotation.old else _lost(connection)
    if old == new.verifier or read(connection, LEDGER_KEY) == new.verifier_key:
        raise UsageError(
            f"the key {new.verifier} signs already",
            hint="nothing is left to do; for yet another key, name that in [ledger] first",
        )
    refuse_rewritten(connection, last, old)
    ref, order = new.verifier.key_id.hex(), OrderRecord(by=rotation.by, reason=rotation.reason)
    wanted = append_order(connection, ref, order, now)
    body = KeyRotationRecord(
        old=str(old), new=new.verifier_key, old_key=OldKey.SIGNED if rotation.old else OldKey.LOST
    )
    append(
        connection,
        kind=EntryKind.KEY_ROTATION,
        ref=ref,
        body=body,
        recorded_at=now,
        links=(wanted.seq,),
    )
    return keep(connection, draft(connection, new.name), [rotation.old, new] if rotation.old else [new], now)


def keys_so_far(connection: Connection, key: SigningKey) -> list[str]:
    """Return every key that has signed the ledger, the oldest first; the last is the one that signs now."""
    rotations = entries(connection, kind=EntryKind.KEY_ROTATION)
    return [*(_decoder.decode(one.body or b"{}").old for one in rotations), key.verifier_key]


_decoder = msgspec.json.Decoder(KeyRotationRecord)


def _lost(connection: Connection) -> VerifierKey:
    """Return the public half of the key that made the last checkpoint, as it was kept then."""
    kept = read(connection, LEDGER_KEY)
    if kept is None:
        raise ConfigError(
            "the store does not know the public half of the lost key: an older version sealed the ledger",
            hint="bring the key back from a backup",
        )
    return verifier_key_of(kept)
