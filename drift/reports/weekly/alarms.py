"""The alarms about the watch itself in the weekly report: a quiet week counts only if somebody watched."""

from collections.abc import Iterator, Sequence

from drift.reports.weekly.facts import WeeklyFacts
from drift.reports.weekly.report import AlarmSeen
from drift.reports.wording import counted, moment

MOST_NAMED = 10


def alarms_seen(facts: WeeklyFacts) -> list[AlarmSeen]:
    """Return the alarms that stood at some time of the week, those that still stand first."""
    found = [
        AlarmSeen(
            slug=row.alarm.slug,
            text=row.alarm.text,
            since=row.raised_at,
            ended_at=row.ended_at if row.ended_at is not None and row.ended_at <= facts.as_of else None,
        )
        for row in facts.alarms
        if row.raised_at <= facts.as_of and (row.ended_at is None or row.ended_at >= facts.week.since)
    ]
    return sorted(found, key=lambda one: (one.ended_at is not None, one.since))


def alarm_lines(alarms: Sequence[AlarmSeen]) -> Iterator[tuple[str, bool]]:
    """Say of each alarm what was wrong and since when, and whether it stands."""
    for one in alarms[:MOST_NAMED]:
        if one.ended_at is None:
            yield f"Alarm since {moment(one.since)}, stands: {one.text}", True
        else:
            yield f"Alarm of {moment(one.since)}, over since {moment(one.ended_at)}: {one.text}", False
    more = len(alarms) - MOST_NAMED
    if more > 0:
        yield f"{counted(more, 'more alarm')}: drift alarms --all lists them", True
