"""Which change made a resource differ from its declaration?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from drift.model.change import Change
from drift.store.changes import ChangeRow
from drift.store.findings import FindingRow
from drift.store.written import changes_to, subject_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Writer:
    """The last change to a resource that differs, as far as it may have made it so."""

    change: Change
    is_explanation: bool
    """What it set is what is there. Else it is only the last one before the difference was seen."""


def last_writers(connection: Connection, findings: Sequence[FindingRow]) -> Mapping[str, Writer]:
    """Return the writer of each finding by its id, where one is known."""
    changes = changes_to(connection, [subject_of(row.finding) for row in findings])
    found = {row.finding.finding_id: _writer(row, changes[row.finding.finding_id]) for row in findings}
    return {finding_id: writer for finding_id, writer in found.items() if writer is not None}


def drift_since(row: FindingRow, last: Change | None) -> datetime:
    """Return since when something differs: the last change before it was seen, else our first sight of it."""
    return last.began_at if last else row.first_seen_at


def _writer(row: FindingRow, changes: Iterable[ChangeRow]) -> Writer | None:
    before = [one.change for one in changes if one.change.began_at <= row.last_seen_at]
    keys = set(row.finding.explained_by)
    explaining = [one for one in before if keys & {write.event.key for write in one.writes}]
    known = explaining or [one for one in before if one.began_at <= row.first_seen_at]
    if not known:
        return None
    last = max(known, key=lambda change: change.ended_at)
    return Writer(change=last, is_explanation=bool(explaining))
