"""`drift enrol`: what alerts, by whose wish, and never by half."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest

from drift.ledger.log import entries
from drift.model.enrolment import EnrolmentRules, Mode, Opening
from drift.model.evidence import EntryKind
from drift.store.database import Database
from drift.store.enrolment import enrolled
from tests.builders import ACCOUNT, NOON, a_finding
from tests.cli.running import Drift
from tests.world import World

ROOT = Path(__file__).parents[2]

OPENING = Opening(
    baselines=frozenset({"prod"}),
    rules=EnrolmentRules(mode=Mode.OBSERVE, owner="platform@example.com"),
    writers={"f-old": "bob@example.com"},
)


@pytest.fixture
def drift(drift: Drift, tmp_path: Path) -> Drift:
    """The command line where the configuration says nothing about enrolment."""
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace('mode = "enforce"\n', ""))
    return drift


@pytest.fixture
def old_and_new(world: World) -> World:
    """An estate with a change, a finding of the opening register and one that came later."""
    world.happened(at=NOON)
    world.compared(a_finding("f-old"), opening=OPENING, at=NOON)
    world.compared(a_finding("f-old"), a_finding("f-new"), at=NOON + timedelta(hours=1))
    return world


def lines_of(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_enrolling_an_account_says_what_it_does_and_whose_wish_it_was(
    old_and_new: World, drift: Drift
) -> None:
    ran = drift("enrol", f"account:{ACCOUNT}", "--by", "alice@example.com")

    first, second = ran.lines
    assert first.startswith(f"account:{ACCOUNT}  enforce since 2026-11-16 12:00 by alice@example.com, as ")
    assert second == "changes from now on alert; what was changed before, and the opening register, do not"
    assert (ran.code, ran.err) == (0, "")


def test_enrolling_again_changes_nothing_and_says_so(old_and_new: World, drift: Drift) -> None:
    drift("enrol", "everything")
    before = evidence(old_and_new.database)

    ran = drift("enrol", "everything", "--by", "somebody else")

    [line] = ran.lines
    assert line.endswith(": nothing is changed")
    assert "somebody else" not in line
    assert evidence(old_and_new.database) == before


def test_the_list_says_of_every_scope_how_it_is_treated(old_and_new: World, drift: Drift) -> None:
    drift("enrol", f"account:{ACCOUNT}", "--by", "alice")

    everything, account = lines_of(drift("enrol", "--list", "--json").out)
    assert everything == {
        "scope": "everything",
        "mode": "observe",
        "since": None,
        "by": None,
        "is_own": False,
        "register_open": 1,
    }
    assert (account["scope"], account["mode"], account["is_own"]) == (f"account:{ACCOUNT}", "enforce", True)
    assert account["since"] == "2026-11-16T12:00:00Z"
    assert account["register_open"] == 1


def test_the_list_reads_well(old_and_new: World, drift: Drift) -> None:
    assert drift("enrol", "--list").lines == [
        "everything            observe       1 pre-existing  by the configuration",
        f"account:{ACCOUNT}  observe       1 pre-existing  by the configuration",
    ]


def test_observing_again_leaves_what_is_narrower_and_says_so(old_and_new: World, drift: Drift) -> None:
    drift("enrol", f"account:{ACCOUNT}")
    drift("enrol", "everything")

    ran = drift("enrol", "everything", "--observe")

    assert ran.lines[0].startswith("everything  observe since")
    assert ran.err == f"note: account:{ACCOUNT} stays as it is, since it is narrower\n"


def test_a_check_says_that_it_is_only_observed(old_and_new: World, drift: Drift) -> None:
    before = drift("check").lines
    drift("enrol", f"account:{ACCOUNT}")
    some = drift("check").lines
    drift("enrol", "everything")
    everything = drift("check").lines

    assert "note    only observed: nothing alerts before drift enrol" in "\n".join(before)
    assert "note    1 scope enrolled, the rest is only observed: see drift enrol --list" in some
    assert "note    everything alerts, but for what drift enrol --list says" in everything


def test_an_account_that_nothing_was_read_of_yet_may_be_enrolled(world: World, drift: Drift) -> None:
    ran = drift("enrol", "account:444455556666")

    assert (ran.code, ran.err) == (0, "note: nothing was read of account:444455556666 yet\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["enrol"], "name a scope, or --list; a scope is account:ID"),
        (["enrol", "--list", "everything"], "name a scope, or --list"),
        (["enrol", "acount:1"], '"acount:1" is no scope; write account:ID'),
        (["enrol", "account:"], '"account:" is no scope'),
        (["enrol", "environment:prod"], 'no environment "prod"; none is known yet'),
        (["enrol", "state:nowhere"], 'no state or baseline "nowhere"; did you mean'),
    ],
)
def test_a_scope_that_is_none_is_refused_with_the_next_step(
    old_and_new: World, drift: Drift, arguments: list[str], said: str
) -> None:
    ran = drift(*arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err or said.replace("; did you mean", "; there are") in ran.err
    assert evidence(old_and_new.database) == []


def test_a_state_is_enrolled_by_its_path(old_and_new: World, drift: Drift) -> None:
    assert drift("enrol", "state:prod.tfstate").lines[0].startswith("state:prod.tfstate  enforce since")


def test_findings_count_the_opening_register_apart(old_and_new: World, drift: Drift) -> None:
    ran = drift("findings")

    new, _, _, old, life, _ = ran.lines
    assert new.startswith("high")
    assert old.startswith("high")
    assert life.strip().startswith("f-old  found 2026-11-16 12:00, pre-existing, owner platform@example.com")
    assert "due 2026-12-16" in life
    assert ran.err == "1 finding: 1 drifted; and 1 in the opening register: 1 drifted\n"


def test_a_finding_of_the_register_shows_whose_it_is_and_until_when(old_and_new: World, drift: Drift) -> None:
    said = " ".join(drift("show", "f-old").out.split())

    assert "Register was there before the watch; due 2026-12-16 owner: platform@example.com" in said
    assert "was there before the watch began: it differs from the code" in said


@pytest.mark.parametrize(
    ("option", "listed", "said"),
    [
        ("--new", ["f-new"], "1 finding: 1 drifted\nnot listed: 1 finding in the opening register\n"),
        (
            "--register",
            ["f-old"],
            """0 findings; and 1 in the opening register: 1 drifted
not listed: 1 finding outside the opening register
""",
        ),
    ],
)
def test_findings_are_listed_with_or_without_the_register(
    old_and_new: World, drift: Drift, option: str, listed: list[str], said: str
) -> None:
    ran = drift("findings", option, "--json")

    assert [line["id"] for line in lines_of(ran.out)] == listed
    assert ran.err == said


def test_what_is_in_the_register_alone_is_nothing_new(world: World, drift: Drift) -> None:
    world.compared(a_finding("f-old"), opening=OPENING)

    assert drift("findings", "--new", "--exit-code").code == 0
    assert drift("findings", "--exit-code").code == 1


def test_the_weekly_report_counts_the_register_apart(old_and_new: World, drift: Drift) -> None:
    old_and_new.happened(at=NOON + timedelta(hours=2))

    said = " ".join(drift("report", "weekly", "--week", "2026-W47").out.split())

    assert "Opening register: 1 finding from before the watch, 1 of them critical or high" in said
    assert "Open drift 1 the oldest for" in said


def test_a_kill_in_the_middle_of_enrolling_changes_nothing(
    old_and_new: World, drift: Drift, tmp_path: Path
) -> None:
    """
    A real SIGKILL, between the entry of the ledger and the row that it speaks of.
    """
    code = """
        import os, signal, sys
        from drift.store import enrolment
        enrolment.keep_enrolled = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        from drift.cli import main
        main(sys.argv[1:])
    """
    command = [sys.executable, "-c", textwrap.dedent(code), "enrol", "everything", "--config"]
    killed = subprocess.run(
        [*command, str(tmp_path / "config.toml")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
    )

    assert killed.returncode == -signal.SIGKILL
    assert evidence(old_and_new.database) == []
    assert drift("enrol", "everything").code == 0
    assert evidence(old_and_new.database) == ["everything"]


def evidence(database: Database) -> list[str]:
    """Which scopes the ledger speaks of; those are the very ones that are enrolled."""
    with database.reading() as connection:
        told = [entry.ref for entry in entries(connection) if entry.kind is EntryKind.ENROLMENT]
        assert {str(one.scope) for one in enrolled(connection)} == set(told)
    return told
