"""Who answers for a change, a finding and a week: as `drift show` and the weekly report name them."""

import json
from pathlib import Path

import pytest

from drift.model.resource import Resource
from tests.builders import NOON, a_finding, a_judgement
from tests.cli.running import CONFIG, Drift
from tests.world import World

BUCKET = Resource(type="aws_s3_bucket", id="example-logs")

TEAMS = """
[[environment]]
name = "production"
accounts = ["111122223333"]

[routing]
default = "platform"

[[team]]
name = "platform"

[[team]]
name = "network"

[[owner]]
name = "groups in production"
team = "network"
resource_type = "aws_security_group"
environment = "production"
"""


@pytest.fixture
def drift(drift: Drift, tmp_path: Path) -> Drift:
    """The command line, where one team answers for security groups."""
    (tmp_path / "config.toml").write_text(CONFIG + TEAMS)
    return drift


def test_a_change_and_a_finding_name_their_team_and_the_rule(drift: Drift, world: World) -> None:
    change = world.happened(judged=a_judgement())
    world.compared(a_finding("f00d"))

    for id_ in (change.change_id, "f00d"):
        assert "Owner       network (groups in production)" in drift("show", id_).lines


def test_what_nobody_owns_names_the_default_and_that_no_rule_does(drift: Drift, world: World) -> None:
    change = world.happened(resource=BUCKET, judged=a_judgement())
    world.compared(a_finding("f00d", resource=BUCKET))

    for id_ in (change.change_id, "f00d"):
        assert "Owner       platform (no rule names it)" in drift("show", id_).lines


def test_json_names_the_team_and_the_rule(drift: Drift, world: World) -> None:
    change = world.happened(judged=a_judgement())
    world.compared(a_finding("f00d"))

    owner = {"team": "network", "rule": "groups in production"}
    assert json.loads(drift("show", "--json", change.change_id).out)["owner"] == owner
    assert json.loads(drift("show", "--json", "f00d").out)["owned_by"] == owner


def test_the_weekly_report_counts_what_nobody_owns(drift: Drift, world: World) -> None:
    world.happened(at=NOON, judged=a_judgement())
    world.happened(at=NOON, resource=BUCKET, judged=a_judgement())

    printed = " ".join(drift("report", "weekly", "--week", "2026-W47").out.split())

    assert "Owners: 1 of 2 changes went to the default team platform" in printed
    assert "most often account 111122223333 (1)" in printed
