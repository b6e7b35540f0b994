"""How an alarm reads in Slack, while it stands and once it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model.alarm import Alarm, ToldAlarm
from drift.model.alert import Alert
from drift.model.verdict import Severity
from providers.slack.blocks import render
from providers.slack.plain_text import plain_text
from tests.providers.slack.builders import BEGAN_AT, an_alert
from tests.providers.slack.slack_rules import broken_rules
from tests.providers.slack.test_blocks import _TEXTS, _TIMES, HOSTILE, SOME_ALERTS

SILENT = Alarm(
    slug="silent-account",
    subject="trail: account 111122223333",
    text="account 111122223333 is silent: nothing of it since 2026-11-20 02:11 UTC, 3 h ago",
    hint="Look whether its trail or sink still delivers, and whether somebody changed it.",
    severity=Severity.HIGH,
    since=BEGAN_AT,
)

ALARMS = st.builds(
    Alarm,
    slug=_TEXTS,
    subject=_TEXTS,
    text=_TEXTS,
    hint=_TEXTS,
    severity=st.sampled_from(Severity),
    since=_TIMES,
)


def told(alarm: Alarm = SILENT, *, after: timedelta | None = None) -> Alert:
    """The message about an alarm, which is over after so long."""
    ended_at = None if after is None else alarm.since + after
    return replace(
        an_alert(changes=(), session_id="alm-1c52d08b", severity=alarm.severity),
        headline=alarm.text if after is None else f"over: {alarm.text}",
        call_to_action=alarm.hint if after is None else "Nothing to do: it is over.",
        alarm=ToldAlarm(alarm=alarm, ended_at=ended_at, ledger_seq=42),
    )


def test_an_alarm_says_what_is_wrong_and_what_to_do() -> None:
    assert plain_text(render(told())) == (
        "🟠 HIGH: account 111122223333 is silent: nothing of it since 2026-11-20 02:11 UTC, 3 h ago\n"
        "Look whether its trail or sink still delivers, and whether somebody changed it.\n"
        "\n"
        "What: account 111122223333 is silent: nothing of it since 2026-11-20 02:11 UTC, 3 h ago\n"
        "Alarm: silent-account · trail: account 111122223333\n"
        "Since: 2026-11-20 02:11:12 UTC\n"
        "Ref: alm-1c52d08b · ledger entry 42\n"
    )


def test_one_that_is_over_says_so_first() -> None:
    text = plain_text(render(told(after=timedelta(hours=5))))

    assert text.startswith("✅ over: account 111122223333 is silent")
    assert "\nNothing to do: it is over.\n" in text
    assert "\nOver: 2026-11-20 07:11:12 UTC, after 5 h\n" in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_strangers_chose_stays_text(hostile: str) -> None:
    alarm = replace(SILENT, subject=hostile, text=hostile, hint=hostile)

    message = render(told(alarm))

    assert broken_rules(message.blocks) == []


@SOME_ALERTS
@given(alarm=ALARMS, lasted=st.none() | st.timedeltas(timedelta(), timedelta(days=900)))
def test_whatever_an_alarm_says_slack_takes_it(alarm: Alarm, lasted: timedelta | None) -> None:
    assert broken_rules(render(told(alarm, after=lasted)).blocks) == []
