"""`drift evidence self-sample`: what is to be read of a month, and what somebody saw."""

import pytest

from drift.model.self_sample import SelfSample
from tests.builders import NOON, a_judgement
from tests.cli.running import Drift
from tests.test_read_checks import DRAWN_AT, drawn
from tests.world import World


@pytest.fixture
def sample(world: World) -> SelfSample:
    """Alice's one change of the month, which Erin is to read."""
    world.happened(at=NOON, judged=a_judgement())
    world.sealed(at=DRAWN_AT)
    return drawn(world, "erin@example.com")


def test_what_is_to_be_read_is_listed_with_who_and_when(drift: Drift, sample: SelfSample) -> None:
    lines = drift("evidence", "self-sample").lines

    assert lines[0].startswith("2026-11: 1 of 1 drawn, ")
    assert lines[0].endswith("reader erin@example.com, due 2026-12-12")
    assert lines[1].strip() == f"{sample.to_read[0]}  to be read"


def test_what_somebody_saw_is_recorded_without_secrets(drift: Drift, sample: SelfSample) -> None:
    saw = (
        "--result",
        "otherwise",
        "--notes",
        "password=hunter2hunter2 stood there",
        "--as",
        "erin@example.com",
    )

    ran = drift("evidence", "self-sample", sample.to_read[0], *saw, "--as", "erin@example.com")

    assert ran.code == 0, ran.err
    assert "otherwise, read by erin@example.com (ledger entry " in ran.out
    listed = drift("evidence", "self-sample").out
    assert "otherwise, erin@example.com: password=" in listed
    assert "hunter2" not in listed


def test_a_result_without_notes_is_refused(drift: Drift, sample: SelfSample) -> None:
    ran = drift("evidence", "self-sample", sample.to_read[0], "--result", "as-recorded")

    assert ran.code == 2
    assert "--result and --notes are missing" in ran.err


def test_a_result_of_no_change_is_refused(drift: Drift, sample: SelfSample) -> None:
    ran = drift("evidence", "self-sample", "--result", "as-recorded", "--notes", "all as it is told")

    assert (ran.code, ran.out) == (2, "")
    assert "CHANGE is missing" in ran.err


def test_without_a_sample_there_is_nothing_to_read(drift: Drift) -> None:
    ran = drift("evidence", "self-sample")

    assert ran.code == 2
    assert "no sample was drawn yet" in ran.err
