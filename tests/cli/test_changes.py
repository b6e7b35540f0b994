import json
from datetime import timedelta

import pytest

from drift.cli.lines import ChangeLine
from drift.model.resource import Resource
from drift.model.ticket import Coverage
from drift.model.verdict import Channel, Confidence, Disposition
from tests.builders import NOON, a_judgement, a_match, a_standing, a_ticket, a_write, an_actor
from tests.cli.running import Drift, OnTerminal
from tests.world import World

BUCKET = Resource(type="aws_s3_bucket", id="example-logs")


def test_every_change_is_told_in_two_lines_the_newest_last(drift: Drift, world: World) -> None:
    world.happened("made public", at=NOON + timedelta(hours=1), by="bob@example.com", resource=BUCKET)
    older = world.happened(judged=a_judgement(standing=a_standing()))

    ran = drift("changes")

    assert ran.code == 0
    assert ran.lines[:2] == [
        "2026-11-16 12:00:00  high      unticketed   console     alice@example.com",
        f"    {older.change_id}  aws_security_group.web: opened tcp/22 to 0.0.0.0/0",
    ]
    assert ran.lines[2] == "2026-11-16 13:00:00            pending      console     bob@example.com"
    assert ran.lines[3].endswith("  aws_s3_bucket example-logs: made public")
    assert ran.err == "2 changes: 1 pending, 1 unticketed\n"


def test_json_has_every_key_in_every_line_and_nothing_else_on_stdout(drift: Drift, world: World) -> None:
    match = a_match(Coverage.NOT_APPROVED, "nobody approved OPS-1", ticket=a_ticket())
    judged = world.happened(judged=a_judgement(match=match))
    world.happened(resource=BUCKET, by="bob@example.com", at=NOON + timedelta(hours=1))

    ran = drift("changes", "--json")

    first, second = (json.loads(line) for line in ran.lines)
    assert list(first) == list(second) == list(ChangeLine.__struct_fields__)
    assert first["change_id"] == judged.change_id
    assert (first["disposition"], first["ticket"], first["alert"]) == ("unticketed", "OPS-1", True)
    assert first["reasons"] == ["nobody approved OPS-1"]
    assert (second["disposition"], second["severity"], second["ledger_seq"]) == ("pending", None, None)
    assert ran.err.startswith("2 changes")


def test_changes_are_chosen_by_when_they_began(drift: Drift, world: World) -> None:
    for day in range(3):
        world.happened(at=NOON + timedelta(days=day))

    ran = drift("changes", "--json", "--since", "2026-11-17", "--until", "2026-11-18T12:00Z")

    assert [json.loads(line)["began_at"] for line in ran.lines] == ["2026-11-17T12:00:00Z"]


def test_changes_are_chosen_by_how_long_ago_they_began(drift: Drift, world: World) -> None:
    """The clock of a recording stands at its newest write."""
    for day in range(3):
        world.happened(at=NOON + timedelta(days=day))

    ran = drift("changes", "--json", "--since", "36h", "--until", "1h")

    assert [json.loads(line)["began_at"] for line in ran.lines] == ["2026-11-17T12:00:00Z"]


@pytest.mark.parametrize("text", ["2 d", "-2d", "d", "2y", "999999d"])
def test_what_is_no_time_and_no_duration_is_refused(drift: Drift, text: str) -> None:
    ran = drift("changes", "--since", text)

    assert ran.code == 2
    assert "is no time" in ran.err


@pytest.mark.parametrize("confidence", [Confidence.MEDIUM, Confidence.LOW])
def test_a_doubtful_identity_is_told_with_the_doubt(
    drift: Drift, world: World, confidence: Confidence
) -> None:
    world.happened(writes=[a_write(actor=an_actor("mallory", confidence=confidence))])

    assert drift("changes").lines[0].endswith(f"  mallory ({confidence} confidence)")


def test_a_terminal_gets_lines_of_its_own_width(drift: Drift, world: World, on_terminal: OnTerminal) -> None:
    world.happened("x" * 200)

    assert max(map(len, on_terminal(80, drift, "changes"))) == 80
    assert max(map(len, on_terminal(20, drift, "changes"))) == 60
    assert max(map(len, drift("changes").lines)) == 120


def test_changes_are_chosen_by_how_they_stand_and_by_channel(drift: Drift, world: World) -> None:
    world.happened(judged=a_judgement())
    world.happened(by="bob@example.com", channel=Channel.MANUAL, judged=a_judgement())
    world.happened(by="carol@example.com", judged=a_judgement(Disposition.RETROACTIVE))
    world.happened(by="dave@example.com")

    ran = drift(
        "changes", "--json", "--disposition", "unticketed", "--disposition", "pending", "--channel", "console"
    )

    assert {json.loads(line)["actor"] for line in ran.lines} == {"alice@example.com", "dave@example.com"}


def test_exit_code_tells_whether_anything_is_listed(drift: Drift, world: World) -> None:
    assert drift("changes", "--exit-code").code == 0

    world.happened(judged=a_judgement())

    assert drift("changes", "--exit-code").code == 1
    assert drift("changes", "--exit-code", "--disposition", "waived").code == 0


def test_an_unknown_disposition_is_refused_with_those_that_exist(drift: Drift) -> None:
    ran = drift("changes", "--disposition", "unticked")

    assert ran.code == 2
    assert ran.out == ""
    assert "'unticketed'" in ran.err
    assert ran.err.count("\n") == 1


def test_names_chosen_by_an_attacker_stay_in_their_line(drift: Drift, world: World) -> None:
    hostile = "alice\x1b[2J\n2026-11-16 12:00:00  low  authorised\u202e"
    world.happened(f"tagged it {hostile}", by=hostile, resource=Resource(type=None, id=hostile * 9))

    ran = drift("changes")

    assert len(ran.lines) == 2
    assert max(map(len, ran.lines)) <= 120
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out


def test_json_says_what_an_attacker_chose_without_obeying_it(drift: Drift, world: World) -> None:
    world.happened(by="alice\x1b[2J\u202e")

    ran = drift("changes", "--json")

    assert json.loads(ran.out)["actor"] == "alice\x1b[2J\u202e"
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out


def test_nothing_to_list_is_no_error(drift: Drift) -> None:
    ran = drift("changes", "--json")

    assert (ran.code, ran.out, ran.err) == (0, "", "0 changes\n")
