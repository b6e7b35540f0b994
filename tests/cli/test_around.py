"""`drift around`: what was changed before an incident or a time."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from drift.cli.around import AroundLine
from drift.model.coverage import Gap, GapKind
from drift.model.resource import Resource
from drift.model.ticket import TicketKind
from drift.model.verdict import Channel, Disposition, Severity
from drift.stages.record.gaps import open_gap
from tests.builders import NOON, a_judgement, a_standing, a_ticket
from tests.cli.running import CONFIG, Drift
from tests.providers.tickets.pagerduty import PagerDuty
from tests.providers.tickets.pagerduty_system import file
from tests.providers.tickets.server import TOKEN, Answer, Server, served
from tests.world import World

BUCKET = Resource(type="aws_s3_bucket", id="example-logs")

INCIDENT = {
    "key": "example.pagerduty.com#Q1ABCDEF",
    "system": "pagerduty",
    "kind": "incident",
    "title": "Logins fail since sg-0abc was touched",
    "status": "triggered",
    "created_at": "2026-11-16T14:00:00Z",
    "updated_at": "2026-11-16T15:00:00Z",
}
ADDRESS = "https://example.pagerduty.com/incidents/Q1ABCDEF"

MORE = """
[[environment]]
name = "production"
accounts = ["111122223333"]

[[team]]
name = "network"

[[team]]
name = "platform"

[routing]
default = "platform"

[[owner]]
name = "groups"
team = "network"
resource_type = "aws_security_group"

[[tickets]]
name = "pager"
type = "recorded"
path = "tickets.json"
"""


@pytest.fixture
def drift(drift: Drift, tmp_path: Path) -> Drift:
    """The command line, where one incident is known."""
    (tmp_path / "config.toml").write_text(CONFIG + MORE)
    (tmp_path / "tickets.json").write_text(json.dumps({"tickets": [INCIDENT]}))
    return drift


@pytest.fixture
def changed(world: World) -> World:
    """By hand and by a pipeline, an hour and two before the incident; and half an hour after it."""
    deployed = a_judgement(Disposition.AUTHORISED, alert=False)
    world.happened(
        "replaced the policy",
        by="deploy",
        channel=Channel.PIPELINE,
        resource=BUCKET,
        judged=deployed,
        at=NOON + timedelta(hours=1),
    )
    world.happened(judged=a_judgement(severity=Severity.MEDIUM, standing=a_standing()))
    world.happened("tried something", by="bob@example.com", at=NOON + timedelta(hours=2, minutes=30))
    return world


@pytest.mark.parametrize("what", ["example.pagerduty.com#Q1ABCDEF", ADDRESS])
def test_what_the_incident_names_comes_first_and_each_line_says_why(
    drift: Drift, changed: World, what: str
) -> None:
    ran = drift("around", what)

    assert ran.code == 0
    assert ran.lines[0] == "2026-11-16 12:00:00  medium    unticketed   console     alice@example.com"
    assert ran.lines[1].endswith("  aws_security_group.web: opened tcp/22 to 0.0.0.0/0")
    assert ran.lines[2] == "    named in example.pagerduty.com#Q1ABCDEF, medium, 2 h before"
    assert ran.lines[3] == "2026-11-16 13:00:00  high      authorised   pipeline    deploy"
    assert ran.lines[5] == "    high, 60 min before"
    assert len(ran.lines) == 6
    assert ran.err.startswith("2 changes in the 24 h before 2026-11-16 14:00 UTC, when example.pagerduty.com")


def test_json_has_every_key_in_every_line_and_nothing_else_on_stdout(drift: Drift, changed: World) -> None:
    ran = drift("around", ADDRESS, "--json")

    first, second = (json.loads(line) for line in ran.lines)
    assert list(first) == list(second) == list(AroundLine.__struct_fields__)
    assert first["why"] == ["named in example.pagerduty.com#Q1ABCDEF", "medium", "2 h before"]
    assert (first["seconds_before"], first["weight"]) == (7200, 140)
    assert (second["channel"], second["weight"]) == ("pipeline", 70)


@pytest.mark.parametrize("what", ["2026-11-16T14:00Z", "2026-11-16T15:00+01:00", "60m"])
def test_around_a_time_or_an_age_nothing_is_asked(drift: Drift, changed: World, what: str) -> None:
    """The clock of a recording stands at what is newest in it: the incident's last update, at three."""
    ran = drift("around", what)

    assert next(line for line in ran.lines if line.startswith("2026")).endswith("pipeline    deploy")
    assert ran.err == "2 changes in the 24 h before 2026-11-16 14:00 UTC\n"


def test_it_looks_back_no_further_than_is_said(drift: Drift, changed: World) -> None:
    ran = drift("around", "2026-11-16T14:00Z", "--hours", "1", "--json")

    assert [json.loads(line)["actor"] for line in ran.lines] == ["deploy"]


@pytest.mark.parametrize(
    ("scope", "actors"),
    [
        ("team:network", ["alice@example.com"]),
        ("team:platform", ["deploy"]),
        ("address:aws_security_group.*", ["alice@example.com"]),
        ("resource:example-*", ["deploy"]),
        ("environment:production", ["deploy", "alice@example.com"]),
        ("account:999900001111", []),
    ],
)
def test_only_what_lies_in_the_scope_is_listed(
    drift: Drift, changed: World, scope: str, actors: list[str]
) -> None:
    ran = drift("around", "2026-11-16T14:00Z", "--scope", scope, "--json")

    assert [json.loads(line)["actor"] for line in ran.lines] == actors


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("2026-13-01",), '"2026-13-01" is no time; write 2026-11-16T09:30Z'),
        (("OPS-8",), "there is no ticket OPS-8"),
        (("2h", "--hours", "0"), "0 h cannot be looked back at"),
        (("2h", "--scope", "team:netwrk"), 'there is no team "netwrk"; did you mean "network"?'),
        (("acme#1",), "there is no ticket acme#1"),
    ],
)
def test_what_cannot_be_looked_around_is_refused_in_one_line(
    drift: Drift, arguments: tuple[str, ...], says: str
) -> None:
    ran = drift("around", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_hours_in_which_something_was_not_seen_are_said_to_be_so(drift: Drift, world: World) -> None:
    lost = Gap(kind=GapKind.LOST, source="trail", error="expired", owner=None, opened_at=NOON, to_at=NOON)
    world.happened()
    with world.database.transaction() as connection:
        open_gap(connection, "gap-1", lost, NOON)

    assert "not all was seen: 1 gap in these hours" in drift("around", "2026-11-16T14:00Z").err
    assert "not all was seen" not in drift("around", "2026-11-16T10:00Z").err
    assert "not all was seen" not in drift("around", "2026-11-18T14:00Z").err


@pytest.mark.parametrize("what", ["0001-01-01", "99999d"])
def test_before_anything_was_logged_there_is_nothing(drift: Drift, changed: World, what: str) -> None:
    ran = drift("around", what)

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("0 changes")


PAGERDUTY = """
[[tickets]]
name = "pagerduty"
type = "pagerduty-incidents"
site = "example.pagerduty.com"
token_env = "PAGERDUTY_TOKEN"
base_url = "{url}"
"""


@pytest.fixture
def pagerduty(drift: Drift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A PagerDuty in which an incident began at two, and which the command line may ask."""
    monkeypatch.setenv("PAGERDUTY_TOKEN", TOKEN)
    service = PagerDuty()
    began_at = NOON + timedelta(hours=2)
    incident = a_ticket("example.pagerduty.com#Q1ABCDEF", kind=TicketKind.INCIDENT, created_at=began_at)
    file(service, incident)
    with served(service) as server:
        (tmp_path / "config.toml").write_text(CONFIG + PAGERDUTY.format(url=server.url))
        yield server


@pytest.mark.parametrize("what", ["example.pagerduty.com#Q1ABCDEF", ADDRESS])
def test_pagerduty_is_asked_when_its_incident_began(
    drift: Drift, changed: World, pagerduty: Server, what: str
) -> None:
    ran = drift("around", what, "--json")

    assert [json.loads(line)["actor"] for line in ran.lines] == ["deploy", "alice@example.com"]
    assert "before 2026-11-16 14:00 UTC, when example.pagerduty.com#Q1ABCDEF was opened" in ran.err
    assert pagerduty.refused == []


def test_a_time_asks_nobody_and_needs_no_secret(
    drift: Drift, changed: World, pagerduty: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAGERDUTY_TOKEN")

    assert len(drift("around", "2026-11-16T14:00Z", "--json").lines) == 2
    assert pagerduty.asked == []
    assert "PAGERDUTY_TOKEN" in drift("around", ADDRESS).err


def test_a_system_that_does_not_answer_is_no_empty_list(
    drift: Drift, changed: World, pagerduty: Server
) -> None:
    pagerduty.fault = lambda _: Answer(status=503, body=b"")

    ran = drift("around", ADDRESS)

    assert (ran.code, ran.out) == (2, "")
    assert "503" in ran.err
    assert TOKEN not in ran.err
