"""Do the reports arrive that people wait for? Who gets none takes that for a quiet week."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.model.alarm import REPORT_FAILS, Alarm
from drift.model.verdict import Severity
from drift.store.report_mails import MailRow, MailStatus, failing

FAILURES = 3
"""In a row: a server that is away for some minutes wakes nobody."""

STANDS_FOR = timedelta(days=14)
"""Then the next one tells more than this one would."""


def find_failing_mails(connection: Connection, now: datetime) -> Sequence[Alarm]:
    """Return an alarm for each mail that some address did not take, tried again too."""
    worst: dict[str, MailRow] = {}
    for row in failing(connection, FAILURES, now - STANDS_FOR):
        worst.setdefault(f"{row.mail}, {row.period}", row)
    return [_alarm(subject, row) for subject, row in worst.items()]


def _alarm(subject: str, row: MailRow) -> Alarm:
    ends = "was given up" if row.status is MailStatus.DEAD else f"failed {row.attempts} times"
    return Alarm(
        slug=REPORT_FAILS,
        subject=subject,
        text=f"the report {subject} did not reach every address: sending it {ends}: {row.error}",
        hint=f"{row.hint}; `drift check` tries the mail server, `drift report weekly --send` sends it again.",
        severity=Severity.MEDIUM,
        since=row.created_at,
    )
