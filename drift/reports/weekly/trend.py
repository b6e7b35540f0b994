"""The bars of twelve weeks: heights and what stands above them."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil

from drift.reports.week import week_at
from drift.reports.weekly.counts import WeekCount
from drift.reports.weekly.layout import TALLEST, Bar, Chart

NOT_WATCHED = "–"


def charts(weeks: Sequence[WeekCount]) -> tuple[Chart, ...]:
    """Return a chart of each count; none where only this week was watched, since one bar is no trend."""
    if not any(one.is_watched for one in weeks[:-1]):
        return ()
    return (
        _chart("Manual writes a week", weeks, [one.manual_writes for one in weeks]),
        _chart("Unticketed changes a week", weeks, [one.unticketed for one in weeks]),
    )


def _chart(title: str, weeks: Sequence[WeekCount], numbers: Sequence[int]) -> Chart:
    most = max(numbers)
    bars = (_bar(week, number, most) for week, number in zip(weeks, numbers, strict=True))
    return Chart(title=title, bars=tuple(bars))


def _bar(week: WeekCount, number: int, most: int) -> Bar:
    is_known = week.is_watched or number > 0
    return Bar(
        week=_name(week.since),
        value=_short(number) if is_known else NOT_WATCHED,
        height=ceil(number / most * TALLEST) if most else 0,
    )


def _name(since: datetime) -> str:
    return f"{week_at(since).number:02}"


def _short(number: int) -> str:
    """Write a number in four characters: `999`, `9.9k`, `12k`, `3M`."""
    if number < 1000:
        return str(number)
    if number < 10_000:
        return f"{number // 100 / 10:g}k"
    return f"{number // 1000}k" if number < 1_000_000 else f"{number // 1_000_000}M"
