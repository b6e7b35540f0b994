"""Alarms: what is wrong with the watch itself. Each is told once, and its end is told."""

from drift.stages.alarm.anchors import find_failing_anchors
from drift.stages.alarm.gaps import find_broken_logs, find_old_gaps
from drift.stages.alarm.given_up import find_given_up
from drift.stages.alarm.raising import end_alarm, only_these, raise_alarm
from drift.stages.alarm.report_mails import find_failing_mails
from drift.stages.alarm.silence import find_silence
from drift.stages.alarm.vault import find_vault_failures

__all__ = [
    "end_alarm",
    "find_broken_logs",
    "find_failing_anchors",
    "find_failing_mails",
    "find_given_up",
    "find_old_gaps",
    "find_silence",
    "find_vault_failures",
    "only_these",
    "raise_alarm",
]
