"""What is waived is judged with it, and once more when the waiver has ended."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.model.action import Waived
from drift.store import changes
from drift.store.actions import waivers
from drift.store.emergencies import note_reminder
from drift.store.findings import FindingRow
from drift.store.lookup import change_ids, finding_called, finding_ids
from drift.store.written import names_of, subject_of

JUDGED_AGAIN_FOR = timedelta(days=31)
"""Older changes to what a finding is about stay as they were judged: a resource may be changed daily."""

_ENDED, _WHOLE = "waiver until", 100


def end_waivers(connection: Connection, now: datetime) -> None:
    """Have what was waived judged again, once for each waiver that has ended."""
    for ref, action in waivers(connection).items():
        deed = action.deed
        if not isinstance(deed, Waived) or deed.counts(now):
            continue
        if not note_reminder(connection, ref, f"{_ENDED} {deed.expires_at.isoformat()}", _WHOLE, now):
            continue
        if change_ids(connection, ref, 1) == [ref]:
            changes.judge_once_more(connection, ref)
        elif finding_ids(connection, ref, 1) == [ref]:
            judge_again(connection, finding_called(connection, ref), now)


def judge_again(connection: Connection, row: FindingRow, now: datetime) -> None:
    """Have the changes judged again to what a finding is about."""
    names = names_of(connection, [subject_of(row.finding)])
    texts = {name.text for some in names.values() for name in some}
    changes.judge_again(connection, texts, now - JUDGED_AGAIN_FOR)
