"""Which keys have signed the ledger, one after the other."""

from collections.abc import Sequence
from typing import Any

import msgspec

from drift.ledger.entry import StoredEntry
from drift.ledger.note import SigningKey
from drift.model.evidence import KeyRotationRecord


def key_chain(rotations: Sequence[StoredEntry], key: SigningKey) -> list[dict[str, Any]]:
    """Return the row of each key in `keys.json`: the first, and each with the entry that made it the next."""
    said = [_decoder.decode(entry.body or b"{}") for entry in rotations]
    first = said[0].old if said else key.verifier_key
    return [
        {"verifier_key": first},
        *(
            {"verifier_key": one.new, "entry": entry.seq, "old_key": one.old_key.value}
            for entry, one in zip(rotations, said, strict=True)
        ),
    ]


_decoder = msgspec.json.Decoder(KeyRotationRecord)
