"""Keeps what runs said, where the configuration wants that: in the vault, without secrets, and not endlessly.

The vault keeps each log as a document that says what it is, so that nobody takes it for a record of an
audit log. What a log says is somebody's text like any other: it goes when the vault's time is over.
"""

import hashlib
from datetime import datetime
from typing import Final

import msgspec

from drift.equipment import Vault
from drift.model.event import RawRecord, Source
from drift.model.run_log import KeepLog, KeptLog
from drift.model.ticket import Deployment
from drift.redact import redact

MOST: Final = 1_000_000
"""Characters that are kept of what a job said."""

BESIDE: Final = 50_000
"""Characters behind these that are looked at as well: a secret that the cut divides would not be seen."""

_HEAD: Final = b'{"driftledger":"run log",'


class _KeptText(msgspec.Struct, frozen=True, kw_only=True):
    driftledger: str = "run log"
    host: str
    run: str
    job: str
    text: str


def keeper(vault: Vault, host: str, one: Deployment, now: datetime) -> KeepLog:
    """Return what keeps the logs of a run. It raises `VaultError` where the vault cannot."""

    def keep(job: str, body: bytes) -> KeptLog:
        text, cut = _beginning(body.decode("utf-8", "replace"))
        document = msgspec.json.encode(_KeptText(host=host, run=one.run_url, job=job, text=text))
        sha256 = hashlib.sha256(document).hexdigest()
        vault.keep([RawRecord(document, Source(file=one.run_url, index=0, sha256=sha256))], now)
        return KeptLog(sha256=sha256, size=len(text), cut=cut)

    return keep


def is_kept_log(document: bytes) -> bool:
    """Tell whether something that a vault keeps is the log of a run, and no record of an audit log."""
    return document.startswith(_HEAD)


def _beginning(text: str) -> tuple[str, int]:
    """Return the beginning of a log without secrets, and how much is cut off behind it."""
    unseen = max(0, len(text) - MOST - BESIDE)
    clean = str(redact(text[: MOST + BESIDE]).value)
    # Where the end was not seen, a secret may be divided there; masks may have moved that nearer.
    end = min(MOST, max(0, len(clean) - BESIDE) if unseen else len(clean))
    return clean[:end], len(clean) - end + unseen
