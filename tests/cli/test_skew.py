"""How far our clock is from those of the services that answered."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from drift.cli.skew import skew_of
from drift.ports import AnswerTime

OURS = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def apart(**seconds: float) -> Mapping[str, AnswerTime]:
    return {
        host: AnswerTime(theirs=OURS + timedelta(seconds=some), ours=OURS) for host, some in seconds.items()
    }


def test_where_nobody_answered_nothing_is_said() -> None:
    skew = skew_of({})

    assert (skew.fits, skew.notes, skew.problems) == (None, (), ())


def test_clocks_that_agree_are_one_line() -> None:
    skew = skew_of(apart(sqs=-0.4, s3=2.2))

    assert skew.fits == "within 2 s of 2 services that answered"
    assert (skew.notes, skew.problems) == ((), ())


@pytest.mark.parametrize("seconds", [30, -30, 299])
def test_from_half_a_minute_on_it_is_worth_a_note_that_names_both_times(seconds: int) -> None:
    skew = skew_of(apart(sqs=seconds))

    [note] = skew.notes
    theirs = f"{OURS + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S} UTC"
    assert note.startswith(
        f"sqs says that it is {theirs}, and this machine 2026-11-30 12:00:00 UTC: {abs(seconds)} s apart; "
    )
    assert (skew.fits, skew.problems) == (None, ())


@pytest.mark.parametrize("seconds", [300, -300, 86_400])
def test_from_five_minutes_on_it_is_a_problem(seconds: int) -> None:
    skew = skew_of(apart(sqs=seconds, s3=1))

    [problem] = skew.problems
    assert "12:00:00 UTC" in problem
    assert skew.notes == ()
    assert skew.fits == "within 1 s of 1 service that answered"


def test_just_under_is_well() -> None:
    assert skew_of(apart(sqs=29.9)).notes == ()
