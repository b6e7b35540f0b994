"""`drift report sign` and `drift report follow-up`."""

import json
import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import NOON
from tests.cli.running import Drift
from tests.world import World

PAGE = (Path(__file__).parents[2] / "docs" / "company.md").read_text()


def test_the_commands_of_the_page_run_as_they_stand(world: World, drift: Drift, tmp_path: Path) -> None:
    world.happened(at=NOON)
    world.happened(at=NOON + timedelta(days=60))  # so that the clock of the records is in the next year
    reviewers = next(
        text for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[reviews]" in text
    )
    with (tmp_path / "config.toml").open("a") as file:
        file.write(reviewers)
    commands = re.findall(r"^    drift (report .*)$", PAGE, re.MULTILINE)
    signer = ("--as", "erin@example.com")

    ran = [drift(*shlex.split(one), *(() if "--as" in one else signer)) for one in commands]

    assert [one.err for one in ran] == ["", "", ""]
    assert [ran[0].lines[0], *(one.lines[-1] for one in ran[1:])] == [
        "2026-W47  signed by erin@example.com: 1 change by hand",
        "2026-Q4/1  dave: put the queue into code",
        "2026-Q4/1  done, says dave@example.com",
    ]


def test_status_lists_what_is_overdue_and_what_is_open(world: World, drift: Drift, tmp_path: Path) -> None:
    world.happened(at=NOON - timedelta(days=7))
    world.happened(at=NOON)
    with (tmp_path / "config.toml").open("a") as file:
        file.write('[reviews]\nweekly = ["erin"]\nsince = 2026-11-16\n')
    drift(
        "report",
        "sign",
        "2026-W46",
        "--notes",
        "before it all began",
        "--follow-up",
        "dave: x",
        "--as",
        "erin",
    )

    printed = drift("status").out
    found = json.loads(drift("status", "--json").out)["reviews"]

    assert re.search(r"^reviews   .*follow-up open: 2026-W46/1 \(dave\)", printed, re.MULTILINE)
    assert found["open_follow_ups"] == ["2026-W46/1"]


def test_the_weekly_report_says_what_nobody_signed(world: World, drift: Drift, tmp_path: Path) -> None:
    world.happened(at=NOON)
    world.happened(at=NOON + timedelta(days=16))
    with (tmp_path / "config.toml").open("a") as file:
        file.write('[reviews]\nweekly = ["erin"]\n')

    printed = " ".join(drift("report", "weekly").out.split())

    assert "Reviews: 1 review overdue: 2026-W47 (was due 30 Nov)" in printed


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("2026-W99",), "write 2026-W47 or 2026-Q4"),
        (("2026-W46", "--follow-up", "nobody in particular"), "names nobody"),
        (("2026-W47",), "2026-W47 is not over"),
        (("2026-W46", "--as", "mallory"), "none of those who review a week"),
        (("2026-W45", "--as", "erin"), "nothing is known of 2026-W45: the watch began at 2026-11-"),
        (("2026-W46", "--as", "erin", "--due", "14d"), "--due says by when, and nothing what"),
        (
            ("2026-W46", "--as", "erin", "--follow-up", "dave: x", "--due", "2026-11-01"),
            "2026-11-01 00:00 UTC is over",
        ),
    ],
)
def test_what_cannot_be_signed_is_said(
    world: World, drift: Drift, tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    world.happened(at=NOON)
    with (tmp_path / "config.toml").open("a") as file:
        file.write('[reviews]\nweekly = ["erin"]\n')

    ran = drift("report", "sign", *arguments, "--notes", "all rows were read")

    assert ran.code == 2
    assert why in ran.err
    assert len(ran.err.splitlines()) == 1


def test_whoever_signs_late_is_told(world: World, drift: Drift, tmp_path: Path) -> None:
    """
    The pack says so as well, and an auditor reads it there.
    """
    world.happened(at=NOON)
    world.happened(at=NOON + timedelta(days=16))
    with (tmp_path / "config.toml").open("a") as file:
        file.write('[reviews]\nweekly = ["erin"]\n')

    ran = drift("report", "sign", "2026-W47", "--notes", "all rows were read", "--as", "erin")

    assert ran.lines == [
        "2026-W47  signed by erin: 1 change by hand",
        "late: it was due by 2026-11-30 00:00 UTC",
    ]
