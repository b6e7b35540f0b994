"""What people do about a change from the command line: who, once, and with which words it is refused."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from drift.cli.scopes import account_of_system
from drift.model.control_test import Assessed, ControlTest, Result
from drift.model.verdict import Disposition
from drift.store.database import Database
from tests.builders import NOON, a_finding, a_judgement
from tests.cli.running import CONFIG, Drift
from tests.world import World

RULES = """
[approvals]
approvers = ["erin@example.com"]

[[person]]
name = "alice@example.com"
aliases = ["alice-gh"]

[[tickets]]
name = "desk"
type = "recorded"
path = "tickets.json"
"""

TICKET = {
    "key": "OPS-7",
    "system": "jira",
    "kind": "change",
    "title": "Open the port",
    "status": "Approved",
    "created_at": "2026-11-16T10:00:00Z",
    "updated_at": "2026-11-16T10:00:00Z",
}

WORDS = ("--because", "The site was down for everybody.")


@pytest.fixture
def drift(drift: Drift, tmp_path: Path) -> Drift:
    """The command line, where erin may approve and one ticket exists."""
    (tmp_path / "config.toml").write_text(CONFIG + RULES)
    (tmp_path / "tickets.json").write_text(json.dumps({"tickets": [TICKET]}))
    return drift


@pytest.fixture
def change(world: World) -> str:
    """Alice's change."""
    return world.happened(judged=a_judgement()).change_id


def shown(drift: Drift, id_: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(drift("show", id_, "--json").out)
    return found


def test_a_link_names_the_ticket_and_its_entry(drift: Drift, change: str) -> None:
    ran = drift("link", change, "OPS-7", "--as", "alice@example.com")

    first, again, ticket = ran.lines
    assert first.startswith(f"{change}  linked to OPS-7 by alice@example.com (ledger entry ")
    assert again == "it is judged again in the next cycle"
    assert ticket == "OPS-7 (Approved): Open the port"
    assert (ran.code, ran.err) == (0, "")


def test_who_acts_is_recorded_with_the_account_of_the_machine_and_as_their_own_word(
    drift: Drift, change: str
) -> None:
    drift("emergency", change, *WORDS, "--as", "alice@example.com")

    [action] = shown(drift, change)["actions"]  # type: ignore[misc]
    assert action["by"] == {
        "name": "alice@example.com",
        "origin": "cli",
        "account": account_of_system(),
        "is_self_asserted": True,
    }


def test_without_as_it_is_the_operator_of_the_configuration_or_else_the_account(
    drift: Drift, change: str, tmp_path: Path
) -> None:
    drift("emergency", change, *WORDS)
    with (tmp_path / "config.toml").open("a") as file:
        file.write('[operator]\nname = "dave@example.com"\n')
    drift("emergency", change, *WORDS)

    actions = shown(drift, change)["actions"]
    assert [one["by"]["name"] for one in actions] == [account_of_system(), "dave@example.com"]  # type: ignore[attr-defined]


def test_the_time_line_tells_what_people_did(drift: Drift, change: str) -> None:
    drift("emergency", change, *WORDS, "--incident", "INC-1", "--as", "alice@example.com")
    drift("approve", change, "--as", "erin@example.com")

    text = drift("show", change).out

    assert "alice@example.com declared an emergency (INC-1): The site was down" in text
    assert "erin@example.com approved it after it was made" in text
    assert f"through cli as {account_of_system()}, self-asserted" in text


def test_a_correction_shows_in_every_list_beside_what_was_recorded(drift: Drift, change: str) -> None:
    drift("correct", change, "--actor", "bob@example.com", "--because", "he shared her screen")

    said = "bob@example.com (corrected from alice@example.com)"
    assert said in drift("changes").out
    assert said in " ".join(drift("show", change).out.split())
    line = json.loads(drift("changes", "--json").out)
    assert (line["actor"], line["corrected_actor"]) == ("alice@example.com", "bob@example.com")


def test_saying_it_twice_changes_nothing_and_says_so(drift: Drift, change: str) -> None:
    drift("approve", change, "--as", "erin@example.com")

    ran = drift("approve", change, "--as", "erin@example.com")

    [line] = ran.lines
    assert "nothing is changed: approved by erin@example.com before" in line
    assert ran.code == 0


def test_a_key_makes_a_repeated_call_harmless(drift: Drift, change: str) -> None:
    drift("acknowledge", change, "--because", "one", "--key", "k")

    drift("acknowledge", change, "--because", "two", "--key", "k")

    assert len(shown(drift, change)["actions"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("approve", "--as", "alice-gh"),
            "alice-gh made this change, and nobody may approve their own; ask erin@example.com",
        ),
        (("approve", "--as", "mallory"), "mallory is not among those who may approve"),
        (("emergency", "--because", "urgent"), "the justification says too little"),
        (("link", "OPS-8"), "there is no ticket OPS-8"),
        (("disown", "--as", "bob"), "is not recorded under bob"),
        (("review", "--notes", "We looked at it.", "--then", "nothing"), "was no emergency"),
    ],
    ids=["own", "no approver", "no justification", "no ticket", "not recorded", "no emergency"],
)
def test_a_refusal_leaves_with_2_and_says_in_one_line_why(
    drift: Drift, change: str, arguments: tuple[str, ...], said: str
) -> None:
    name, *rest = arguments

    ran = drift(name, change, *rest)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err


def test_an_id_that_fits_nothing_names_the_next_step(drift: Drift, change: str) -> None:
    ran = drift("approve", "chg-nope", "--as", "erin@example.com")

    assert ran.code == 2
    assert 'no change has an id that begins with "chg-nope"; `drift changes` lists them' in ran.err


def test_a_waived_finding_stays_listed_with_its_waiver(world: World, drift: Drift) -> None:
    world.happened(at=NOON)
    world.compared(a_finding("f-1"))
    why = ("--because", "until the move", "--owner", "dave@example.com")

    ran = drift("waive", "f-1", *why, "--until", "30d", "--as", "erin@example.com")

    assert ran.lines[0].startswith("f-1  waived by erin@example.com")
    assert ran.lines[1].startswith("until 2026-12-16 12:00 UTC")
    assert (
        "waived until 2026-12-16 12:00 by erin@example.com, owner dave@example.com: until the move"
        in drift("findings").out
    )
    line = json.loads(drift("findings", "--json").out)
    assert (line["waiver"]["counts"], line["waiver"]["owner"]) == (True, "dave@example.com")


def test_a_waiver_that_ended_is_told_and_counts_no_more(world: World, drift: Drift) -> None:
    world.happened(at=NOON)
    world.compared(a_finding("f-1"))
    why = ("--because", "until the move", "--owner", "dave@example.com")
    drift("waive", "f-1", *why, "--until", "1h", "--as", "erin@example.com")

    world.happened(at=NOON + timedelta(hours=2), by="frank@example.com")  # the clock is that of the records

    assert "its waiver ended 2026-11-16 13:00" in drift("findings").out
    assert json.loads(drift("findings", "--json").out)["waiver"]["counts"] is False


def test_a_review_says_what_has_to_become_of_the_change(world: World, drift: Drift) -> None:
    change = world.happened(judged=a_judgement(Disposition.EMERGENCY)).change_id
    notes = ("--notes", "The rule is needed, and belongs into the code.")

    ran = drift("review", change, *notes, "--then", "needs_codify", "--owner", "dave", "--due", "2026-11-20")

    assert ran.code == 0
    text = " ".join(drift("show", change).out.split())
    assert "reviewed it, needs_codify, owner dave, due 2026-11-20 00:00: The rule is needed" in text


def test_two_commands_at_once_both_count(
    drift: Drift, change: str, tmp_path: Path, sqlite_database: Database
) -> None:
    """
    So do a command and the daemon: whoever writes waits for the other.
    """
    code = "from drift.cli import main; import sys; main(sys.argv[1:])"
    calls = [
        [sys.executable, "-c", code, "acknowledge", change, "--because", f"seen {number}"]
        for number in range(3)
    ]
    running = [
        subprocess.Popen([*call, "--config", str(tmp_path / "config.toml")], stdout=subprocess.DEVNULL)
        for call in calls
    ]

    assert [one.wait(timeout=60) for one in running] == [0, 0, 0]
    assert len(shown(drift, change)["actions"]) == 3  # type: ignore[arg-type]


def test_show_tells_what_the_eight_tests_found_and_why(world: World, drift: Drift) -> None:
    failed = Assessed(
        test=ControlTest.REVIEWER_IS_NOT_AUTHOR,
        result=Result.FAIL,
        reason="nobody else reviewed it",
        compensated_by="two of us: read within a day (erin)",
    )
    later = Assessed(test=ControlTest.CONVERGED, result=Result.NOT_EVALUABLE, reason="not compared")
    change = world.happened(judged=replace(a_judgement(), tests=(failed, later))).change_id

    text = " ".join(drift("show", change).out.split())
    found = shown(drift, change)["tests"]

    assert (
        "t2 fail: reviewed by somebody who did not make it? nobody else reviewed it; instead: two of" in text
    )
    assert "t8 not evaluable: the live configuration is as declared? not compared" in text
    assert found == [
        {
            "test": "t2",
            "result": "fail",
            "reason": "nobody else reviewed it",
            "compensated_by": "two of us: read within a day (erin)",
        },
        {"test": "t8", "result": "not_evaluable", "reason": "not compared", "compensated_by": None},
    ]
