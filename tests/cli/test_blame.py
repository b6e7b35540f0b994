import json
from dataclasses import replace
from datetime import timedelta

from drift.cli.blame_json import BlamedLine, BlameObject, MakerLine
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind
from drift.model.resource import Resource
from tests.builders import NOON, a_finding, a_judgement, a_match, a_ticket
from tests.cli.running import Drift
from tests.world import World

ADDRESS = "aws_security_group.declared[0]"
GROUP = Resource(type="aws_security_group", id="sg-declared-0")
HOUR = timedelta(hours=1)


def a_drift(*attributes: AttributeDrift) -> DriftFinding:
    """The declared group differs."""
    return replace(a_finding(resource=GROUP, address=ADDRESS, attributes=attributes), state="prod.tfstate")


def explained(world: World) -> str:
    """Bob opened a port, with a ticket; returns the key of the write that explains it."""
    judged = a_judgement(match=a_match(ticket=a_ticket()))
    change = world.happened(by="bob@example.com", resource=GROUP, judged=judged)
    key = change.first.event.key
    ingress = AttributeDrift(path="ingress", declared=[], live=[22], explained_by=(key,), is_explained=True)
    tags = AttributeDrift(path="tags.team", declared="a", live="b")
    world.compared(a_drift(ingress, tags), at=NOON + HOUR)
    return change.change_id


def test_each_attribute_names_the_write_that_made_it_so(drift: Drift, world: World) -> None:
    change_id = explained(world)

    ran = drift("blame", ADDRESS)

    write = "2026-11-16 12:00 bob@example.com, console, OPS-1, unticketed: AuthorizeSecurityGroupIngress"
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines == [
        f"{ADDRESS}  aws_security_group sg-declared-0",
        "declared in prod.tfstate",
        "compared 2026-11-16 13:00: differs from the code (f-1)",
        "",
        "  ingress: [] -> [22]",
        f"      {write}",
        f"        ({change_id})",
        "",
        '  tags.team: "a" -> "b"',
        "      no known write explains it",
        "",
        "last writes to it",
        f"  {write}",
        f"    ({change_id})",
    ]


def test_json_is_one_object_with_every_key(drift: Drift, world: World) -> None:
    change_id = explained(world)

    ran = drift("blame", ADDRESS, "--json")

    [line] = ran.lines
    told = json.loads(line)
    assert list(told) == list(BlameObject.__struct_fields__)
    ingress, tags = told["attributes"]
    assert list(ingress) == list(tags) == list(BlamedLine.__struct_fields__)
    [write] = ingress["writes"]
    assert list(write) == list(MakerLine.__struct_fields__)
    assert (write["actor"], write["channel"], write["ticket"], write["change_id"]) == (
        "bob@example.com",
        "console",
        "OPS-1",
        change_id,
    )
    assert (tags["writes"], tags["is_explained"]) == ([], False)
    assert (told["stands"], told["findings"], told["compared_at"]) == (
        "differs",
        ["f-1"],
        "2026-11-16T13:00:00Z",
    )


def test_what_is_as_declared_names_its_last_writes(drift: Drift, world: World) -> None:
    world.happened(by="bob@example.com", resource=GROUP)
    world.compared(at=NOON + HOUR)

    ran = drift("blame", ADDRESS)

    assert ran.lines[2:5] == ["compared 2026-11-16 13:00: as declared", "", "last writes to it"]
    assert "bob@example.com" in ran.lines[5]
    assert json.loads(drift("blame", ADDRESS, "--json").out)["stands"] == "as_declared"


def test_what_could_not_be_compared_says_so(drift: Drift, world: World) -> None:
    world.compared(not_compared=1)

    assert drift("blame", ADDRESS).lines[2:] == ["not compared", "", "no write to it is known"]
    assert json.loads(drift("blame", ADDRESS, "--json").out)["stands"] == "not_compared"


def test_what_is_gone_names_who_removed_it(drift: Drift, world: World) -> None:
    key = world.happened("deleted it", resource=GROUP).first.event.key
    gone = replace(a_drift(), kind=FindingKind.MISSING, explained_by=(key,))
    world.compared(gone, at=NOON + HOUR)

    told = json.loads(drift("blame", ADDRESS, "--json").out)

    assert told["stands"] == "missing"
    assert [one["event"] for one in told["removed_by"]] == [key]
    assert "is declared, but does not exist (f-1)" in drift("blame", ADDRESS).lines[2]


def test_an_unknown_address_names_the_nearest(drift: Drift, world: World) -> None:
    world.compared(declared=2)

    ran = drift("blame", "aws_security_group.declared")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "drift: nothing is declared at aws_security_group.declared; did you mean "
        "aws_security_group.declared[1] or aws_security_group.declared[0]?\n"
    )


def test_before_anything_was_compared_the_next_step_is_to_compare(drift: Drift) -> None:
    ran = drift("blame", ADDRESS)

    assert (ran.code, "compare first: `drift run --once`" in ran.err) == (2, True)


def test_an_address_of_another_state_is_not_taken_for_it(drift: Drift, world: World) -> None:
    world.compared()

    assert drift("blame", ADDRESS, "--state", "prod.tfstate").code == 0
    ran = drift("blame", ADDRESS, "--state", "other.tfstate")
    assert (ran.code, f"nothing is declared at {ADDRESS} in other.tfstate" in ran.err) == (2, True)


def test_a_hidden_value_stays_hidden(drift: Drift, world: World) -> None:
    hidden = AttributeDrift(path="password", declared="(sensitive)", live="(sensitive)", sensitive=True)
    world.compared(a_drift(hidden))

    assert "  password: (sensitive) -> (sensitive)" in drift("blame", ADDRESS).lines
