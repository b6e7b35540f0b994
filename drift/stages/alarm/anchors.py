"""Does every anchor hold the ledger? What none holds, whoever has the key can rewrite unseen."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from drift.model.alarm import ANCHOR_FAILS, Alarm
from drift.model.verdict import Severity
from drift.stages.alarm.wording import moment
from drift.store.anchors import AnchorRow, anchor_rows

FAILURES = 2
"""In a row, the second a minute after the first: one answer that did not come wakes nobody."""


def find_failing_anchors(connection: Connection, anchors: Iterable[str]) -> Sequence[Alarm]:
    """Return an alarm for each anchor that could not hold a checkpoint, tried again too."""
    failing = (row for row in anchor_rows(connection, anchors) if row.failures >= FAILURES)
    return [_alarm(row, row.failed_since) for row in failing if row.failed_since is not None]


def _alarm(row: AnchorRow, since: datetime) -> Alarm:
    held = f"nothing newer than {row.size:,} entries, of {moment(row.held_at)}" if row.held_at else "nothing"
    return Alarm(
        slug=ANCHOR_FAILS,
        subject=row.name,
        text=f"the anchor {row.name} holds {held}: {row.error}",
        hint=f"{row.hint}; `drift check` tries it, and `drift status` says how far it holds the ledger.",
        severity=Severity.MEDIUM,
        since=since,
    )
