"""Is it the same as what was recorded before?"""

from drift.ledger.entry import encode_body


def is_same(kept: object, new: object) -> bool:
    """Tell whether a value says what was kept: as JSON, since that is what was kept."""
    return encode_body(kept) == encode_body(new)
