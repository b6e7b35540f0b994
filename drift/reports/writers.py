"""Which change made a resource differ from its declaration?"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from drift.model.change import Change
from drift.store.changes import ChangeRow
from drift.store.findings import FindingRow


def last_writers(findings: Iterable[FindingRow], changes: Iterable[ChangeRow]) -> Mapping[str, Change]:
    """Return, by finding, the last change to its resource before it was seen to differ, if one is known."""
    by_key = {write.event.key: row.change for row in changes for write in row.change.writes}
    found: dict[str, Change] = {}
    for row in findings:
        known = (by_key[key] for key in row.finding.explained_by if key in by_key)
        before = [change for change in known if change.began_at <= row.first_seen_at]
        if before:
            found[row.finding.finding_id] = max(before, key=lambda change: change.ended_at)
    return found


def drift_since(row: FindingRow, last: Change | None) -> datetime:
    """Return since when something differs: the last change before it was seen, else our first sight of it."""
    return last.began_at if last else row.first_seen_at
