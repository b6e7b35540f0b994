"""What a message about an alarm says."""

from datetime import datetime, timedelta

from drift.model.alarm import COMPROMISE, ToldAlarm
from drift.model.alert import Alert, AlertState, page_of_change
from drift.terminal import shown

HEADLINE_CHARS = 300
"""Names from outside stand in it: it stays one line, and a short one."""

OVER = "Nothing to do: it is over."

_THE_WATCH = "/health"
"""The page that says whether the watch itself works."""


def message(alarm_id: str, told: ToldAlarm, now: datetime) -> Alert:
    """Return the message about an alarm. Its client id is given when it is queued."""
    alarm = told.alarm
    headline = shown(alarm.text if told.ended_at is None else f"over: {alarm.text}", HEADLINE_CHARS)
    action = alarm.hint if told.ended_at is None else OVER
    return Alert(
        client_id="",
        session_id=alarm_id,
        severity=alarm.severity,
        headline=headline,
        call_to_action=action,
        actor=None,
        identity="seen by the watch itself",
        channel="the watch",
        account=alarm.subject,
        environment=None,
        began_at=alarm.since,
        detected_at=now,
        changes=(),
        fallback_text=f"{headline} {action}",
        alarm=told,
        state=AlertState.OPEN if told.ended_at is None else AlertState.SETTLED,
        page=page_of_change(alarm.subject) if alarm.slug == COMPROMISE else _THE_WATCH,
    )


def lasting(length: timedelta) -> str:
    """Say a duration in the largest unit of which it has at least two: `90 min`, `36 h`, `3 days`."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def moment(time: datetime) -> str:
    """Say when something was."""
    return f"{time:%Y-%m-%d %H:%M} UTC"
