"""Whose time is over? Deadlines of emergencies, of which people are reminded, and waivers."""

from drift.stages.remind.emergencies import remind
from drift.stages.remind.waivers import end_waivers, judge_again

__all__ = ["end_waivers", "judge_again", "remind"]
