"""Draws the message about an alarm: what is wrong with the watch itself, and what to do about it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from drift.model.alarm import ToldAlarm
from drift.model.alert import Alert
from providers import wording
from providers.slack import elements
from providers.slack.elements import LINE, NAME, PARAGRAPH, SENTENCE, Block
from providers.visible import shortened

OVER = "✅"


def alarm_blocks(alert: Alert, told: ToldAlarm) -> list[Block]:
    """Return the blocks of an alarm, which say once it is over that it is."""
    light = OVER if told.ended_at else f"{wording.LIGHTS[alert.severity]} {alert.severity.upper()}:"
    return [
        elements.header(f"{light} {alert.headline}"),
        elements.rich_text(
            elements.section([[elements.literal(alert.call_to_action, SENTENCE, style="bold")]])
        ),
        elements.rich_text(elements.section(_facts(told))),
        *elements.page(alert.link),
        elements.context(f"Ref: {shortened(alert.session_id, NAME)} · ledger entry {told.ledger_seq}"),
    ]


def _facts(told: ToldAlarm) -> Iterator[list[Block]]:
    alarm = told.alarm
    yield [*elements.label("What"), elements.literal(alarm.text, PARAGRAPH)]
    yield [*elements.label("Alarm"), elements.literal(f"{alarm.slug} · {alarm.subject}", LINE)]
    yield [*elements.label("Since"), elements.literal(_moment(alarm.since), LINE)]
    if told.ended_at:
        lasted = wording.duration(told.ended_at - alarm.since)
        yield [*elements.label("Over"), elements.literal(f"{_moment(told.ended_at)}, after {lasted}", LINE)]


def _moment(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
