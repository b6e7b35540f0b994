"""What one job of a run said, as its hash and, on wish, kept."""

import hashlib

from drift.model.run_log import KeepLog, LogDigest


def digest_of(job: str, body: bytes, keep: KeepLog | None) -> LogDigest:
    """Return the hash of what a job said; `keep`, where there is one, is handed the log itself."""
    return LogDigest(
        name=job,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        kept=keep(job, body) if keep else None,
    )
