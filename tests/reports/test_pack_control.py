"""What a pack says of the change control: the eight tests, corrections, and every action."""

import csv
import json
from dataclasses import replace
from pathlib import Path

from drift.ledger.verify import verify_pack
from drift.model.action import CorrectedActor
from drift.model.approval import ActionRules
from drift.model.control_test import Assessed, ControlTest, Result
from drift.model.person import People
from drift.stages.act import act
from drift.store.database import Database
from tests.acting import a_request
from tests.builders import NOON, a_judgement
from tests.reports.packs import a_pack
from tests.world import KEY, World

FAILED = Assessed(
    test=ControlTest.REVIEWER_IS_NOT_AUTHOR,
    result=Result.FAIL,
    reason="nobody else reviewed it",
    compensated_by="two of us: read within a day (erin)",
)


def a_corrected_change(database: Database) -> None:
    world = World(database=database)
    change = world.happened(judged=a_judgement())
    deed = CorrectedActor(actor="bob@example.com", reason="he shared her screen")
    with database.transaction() as connection:
        act(connection, a_request(deed, change.change_id), ActionRules(), People(), (), NOON)
    world.judged(change, replace(a_judgement(), tests=(FAILED,), corrected_actor="bob@example.com"))
    world.sealed()


def test_the_population_has_the_tests_as_columns_and_whom_a_correction_names(
    sqlite_database: Database, tmp_path: Path
) -> None:
    a_corrected_change(sqlite_database)

    a_pack(sqlite_database, tmp_path / "pack", key=KEY)

    with (tmp_path / "pack/02_population/changes.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["actor"], row["corrected_actor"]) == ("alice@example.com", "bob@example.com")
    assert [row[f"t{number}"] for number in range(1, 9)] == ["", "fail", "", "", "", "", "", ""]
    assert row["tests"] == (
        "t2: fail, nobody else reviewed it; compensated by two of us: read within a day (erin)"
    )
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_every_action_is_in_the_ledger_of_the_pack(sqlite_database: Database, tmp_path: Path) -> None:
    a_corrected_change(sqlite_database)

    a_pack(sqlite_database, tmp_path / "pack", key=KEY)

    lines = (tmp_path / "pack/ledger/entries.jsonl").read_text().splitlines()
    bodies = [json.loads(json.loads(line)["body"]) for line in lines]
    [action] = [body for body in bodies if "deed" in body]
    assert action["action"] == "correct"
    assert action["deed"]["actor"] == "bob@example.com"
