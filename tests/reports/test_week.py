from datetime import UTC, datetime, timedelta, timezone

import pytest

from drift.reports.week import Week, week_at, week_called


def test_a_week_goes_from_monday_to_monday_in_utc() -> None:
    week = week_called("2026-W47")

    assert week.since == datetime(2026, 11, 16, tzinfo=UTC)
    assert week.until == datetime(2026, 11, 23, tzinfo=UTC)
    assert str(week) == "2026-W47"


def test_a_time_belongs_to_the_week_that_it_has_in_utc() -> None:
    """Monday morning in Auckland is Sunday in UTC."""
    monday_in_auckland = datetime(2026, 11, 16, 9, 0, tzinfo=timezone(timedelta(hours=13)))

    assert week_at(monday_in_auckland) == Week(year=2026, number=46)


def test_the_first_days_of_january_may_belong_to_the_last_week_of_december() -> None:
    assert week_at(datetime(2027, 1, 1, tzinfo=UTC)) == Week(year=2026, number=53)
    assert week_called("2027-W01").previous == Week(year=2026, number=53)


@pytest.mark.parametrize(
    "name", ["", "47", "2026-47", "2026-W54", "2025-W53", "2026-W00", "0001-W01", "2026-W4７"]
)
def test_what_is_no_week_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"week|Week"):
        week_called(name)
