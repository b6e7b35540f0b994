"""`drift report emergency`."""

import json

from drift.model.verdict import Disposition
from drift.store.emergencies import note_emergency
from tests.builders import NOON, a_judgement
from tests.cli.running import Drift
from tests.world import World


def test_the_register_of_a_month_is_listed(world: World, drift: Drift) -> None:
    change = world.happened(at=NOON, judged=a_judgement(Disposition.EMERGENCY))
    with world.database.transaction() as connection:
        note_emergency(connection, change, change.began_at)

    ran = drift("report", "emergency", "--month", "2026-11")

    assert ran.code == 0
    assert ran.lines[0] == "Emergency changes of 2026-11 (UTC)"
    assert change.change_id in ran.out


def test_without_a_month_it_is_the_one_of_the_clock(world: World, drift: Drift) -> None:
    world.happened(at=NOON)

    assert drift("report", "emergency").lines[0] == "Emergency changes of 2026-11 (UTC)"


def test_scripts_get_one_object(world: World, drift: Drift) -> None:
    world.happened(at=NOON)

    found = json.loads(drift("report", "emergency", "--json").out)

    assert (found["rows"], found["month"]) == ([], {"year": 2026, "month": 11})


def test_what_is_no_month_is_refused(drift: Drift) -> None:
    ran = drift("report", "emergency", "--month", "2026-13")

    assert ran.code == 2
    assert "no month: write 2026-11" in ran.err
