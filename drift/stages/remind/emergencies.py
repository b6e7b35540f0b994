"""Of what must people be reminded? Each step that an emergency asks for, at half of its time and at its end.

At the end whoever is named for that is told too, and the change is judged again: the miss is on record.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from drift.model.alert import Alert, page_of_change
from drift.model.approval import ActionRules
from drift.model.emergency import Due, Emergency, emergency_of
from drift.model.person import People, makers_of
from drift.model.verdict import Disposition, Severity
from drift.store import outbox
from drift.store.changes import ChangeRow, judge_once_more
from drift.store.emergencies import close_emergency, note_reminder, open_emergencies
from drift.terminal import shown

HALF, WHOLE = 50, 100

NOT_ASKED = (Disposition.EXPLAINED, Disposition.BEFORE_ENROLMENT)
"""A later record may tell that nobody has to answer for it."""

_SESSION = "emergency-"
"""Begins what stands in place of a change session in these messages."""


def remind(
    connection: Connection, notifiers: Iterable[str], rules: ActionRules, people: People, now: datetime
) -> None:
    """Queue the reminders that are due, each once, and let go of the emergencies of which all is done."""
    names = list(notifiers)
    for one in open_emergencies(connection):
        row = one.row
        if row.judgement is None:
            continue
        emergency = _emergency(row, rules, people)
        if not emergency.open_steps or row.judgement.decision.disposition in NOT_ASKED:
            close_emergency(connection, row.change.change_id, now)
            continue
        for percent, steps in _due(emergency, one.noted_at, now).items():
            new = [
                step
                for step in steps
                if note_reminder(connection, row.change.change_id, step.step, percent, now)
            ]
            if new:
                to = _told(names, rules.emergency.escalate_to, percent)
                outbox.queue(connection, to, _message(row, new, percent, now), now)
                judge_once_more(connection, row.change.change_id)


def _emergency(row: ChangeRow, rules: ActionRules, people: People) -> Emergency:
    assert row.judgement  # noqa: S101 - asked for before
    match, standing = row.judgement.match, row.judgement.standing
    makers = makers_of(row.change, match.deployment, people)
    return emergency_of(row.change, match, standing, rules, people, makers)


def _due(emergency: Emergency, noted_at: datetime, now: datetime) -> dict[int, list[Due]]:
    """Return the steps of which people are to be reminded by now: late ones are late, not half-way.

    What was late when the emergency was noted, its alert told: nobody is reminded in the same moment.
    """
    late = [one for one in emergency.open_steps if noted_at <= one.at < now]
    half = [one for one in emergency.open_steps if noted_at <= one.half_at <= now <= one.at]
    return {WHOLE: late, HALF: half}


def _told(notifiers: Sequence[str], escalate_to: str | None, percent: int) -> list[str]:
    """Return who is told: whom it is escalated to, only when the time is over or there is nobody else."""
    if percent == WHOLE:
        return list(notifiers)
    return [name for name in notifiers if name != escalate_to] or list(notifiers)


def _message(row: ChangeRow, steps: Sequence[Due], percent: int, now: datetime) -> Alert:
    change = row.change
    lacks = " and ".join(one.step.asks for one in steps)
    due = min(one.at for one in steps)
    by = f"by {due:%a %d %b %H:%M} UTC" if percent == HALF else f"and was due {due:%a %d %b %H:%M} UTC"
    headline = f"Emergency change {change.change_id} still lacks {lacks}, {by}"
    owners = ", ".join(dict.fromkeys(one.by for one in steps if one.by))
    action = f"See drift show {change.change_id}" + (f"; owner: {shown(owners, 100)}" if owners else "")
    return Alert(
        client_id="",
        session_id=f"{_SESSION}{change.change_id}-{due:%Y%m%dT%H%MZ}-{percent}",
        severity=Severity.HIGH if percent == HALF else Severity.CRITICAL,
        headline=headline,
        call_to_action=action,
        actor=None,
        identity="",
        channel="",
        account=change.first.event.call.account or "unknown account",
        environment=row.judgement.decision.environment if row.judgement else None,
        began_at=change.began_at,
        detected_at=now,
        changes=(),
        fallback_text=f"{headline}. {action}",
        notice=(f"{headline}.", f"{action}."),
        page=page_of_change(change.change_id),
    )
