"""Has checkpoints held outside, where nobody who runs the program can alter them; records the receipts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.errors import ProviderError, ProviderUnavailableError, only_provider_errors
from drift.ledger.checkpoint import latest_checkpoint
from drift.ledger.log import append
from drift.model.anchor import Receipt
from drift.model.evidence import AnchorRecord, Checkpoint, EntryKind
from drift.ports import Anchor
from drift.redact import redact
from drift.store import anchors
from drift.store.anchors import AnchorRow
from drift.store.database import Database

FIRST_WAIT = timedelta(minutes=1)
"""Before an attempt that failed is made again. It doubles each time, up to the anchor's own pace."""

LONGEST_WAIT = timedelta(hours=2)
"""Whatever the holder asks for: one wrong header must not end it."""

_MOST_DOUBLINGS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class AnchorRules:
    """When an anchor is given a checkpoint."""

    every: timedelta
    """At most so often; never the same one twice."""


def hold_checkpoint(
    database: Database, name: str, anchor: Anchor, rules: AnchorRules, now: datetime
) -> str | None:
    """Have an anchor hold the latest checkpoint, if it is due; return what went wrong.

    Should the program be stopped before the receipt is recorded, the checkpoint is held again.
    """
    with database.reading() as connection:
        sealed, before = latest_checkpoint(connection), anchors.anchor_row(connection, name)
    if sealed is None or sealed.size <= before.size or now < _due_at(before, rules, now):
        return None
    try:
        with only_provider_errors("having a checkpoint held"):
            receipt = anchor.hold(sealed, now)
    except ProviderError as error:
        _note_failure(database, before, error, rules, now)
        return f"{name}: {error}"
    _record(database, name, sealed, receipt, now)
    return None


def _due_at(before: AnchorRow, rules: AnchorRules, now: datetime) -> datetime:
    if before.next_attempt_at is not None:
        return before.next_attempt_at
    return now if before.held_at is None else before.held_at + rules.every


def _record(database: Database, name: str, sealed: Checkpoint, receipt: Receipt, now: datetime) -> None:
    body = AnchorRecord(anchor=name, size=sealed.size, root=sealed.root, note=sealed.note, receipt=receipt)
    with database.transaction() as connection:
        entry = append(connection, kind=EntryKind.ANCHOR, ref=name, body=body, recorded_at=now)
        anchors.note_held(connection, name, sealed.size, entry.seq, now)


def _note_failure(
    database: Database, before: AnchorRow, error: ProviderError, rules: AnchorRules, now: datetime
) -> None:
    what, hint = str(redact(error.what).value), str(redact(error.hint).value)
    next_attempt_at = now + _wait(before.failures, error, rules)
    with database.transaction() as connection:
        anchors.note_not_held(connection, before, what, hint, now, next_attempt_at)


def _wait(failures: int, error: ProviderError, rules: AnchorRules) -> timedelta:
    if isinstance(error, ProviderUnavailableError) and error.retry_after is not None:
        return min(error.retry_after, LONGEST_WAIT)
    return min(FIRST_WAIT * (1 << min(failures, _MOST_DOUBLINGS)), max(rules.every, FIRST_WAIT))
