"""Did what differs change again, though it is hidden?

A plain hash of a password is as good as the password for whoever tries the usual ones, so the hash is
keyed, and the key stays with the installation.
"""

import hmac
import json
from collections.abc import Iterable

from drift.model.finding import AttributeDrift


def fingerprint(drifts: Iterable[AttributeDrift], key: bytes) -> str | None:
    """Return the hex HMAC-SHA-256 of what differs, or nothing where there is no key."""
    if not key:
        return None
    said = json.dumps([(one.path, one.declared, one.live) for one in drifts], sort_keys=True, default=str)
    return hmac.new(key, said.encode(), "sha256").hexdigest()
