"""Who is told of what, through which notifier, when, and who is mentioned."""

import json
import re
from dataclasses import replace
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from drift.config.routing import shipped_rows
from drift.model.event import ChangeEvent, Risk
from drift.model.resource import Resource
from drift.model.routing import Hours, Team, Urgency
from drift.model.verdict import Severity
from drift.stages.route import OwnerRule, RouteRow, RoutingRules
from drift.store.database import Database
from tests.builders import SECURITY_GROUP, an_event
from tests.cli.running import run
from tests.scenarios.cloud import ALICE, Board, Watch
from tests.scenarios.world import lay_out

BUCKET = Resource(type="aws_s3_bucket", id="example-logs")

ROOT = Risk(slug="root-user", text="the root user acted")

NIGHT = Hours(zone=ZoneInfo("UTC"), days=frozenset(range(7)), begin=time(13), end=time(20))
"""They come an hour after noon."""

NETWORK = Team(
    name="network",
    notifiers=("network",),
    page=("pager",),
    channel="C0NETWORK",
    mention="alice@example.com",
    secondary="S0SECOND",
    hours=NIGHT,
)

RULES = RoutingRules(
    teams={"network": NETWORK, "platform": Team(name="platform")},
    owners=(OwnerRule(name="groups", team="network", resource_type=re.compile("aws_security_group")),),
    default="platform",
    rows=shipped_rows(),
    names={"alice@example.com": "alice"},
)


@pytest.fixture
def watch(sqlite_database: Database) -> Watch:
    return Watch(database=sqlite_database, routing=RULES, boards={"network": Board(), "pager": Board()})


def a_write_to(resource: Resource, event_id: str = "e-1", *, is_root: bool = False) -> ChangeEvent:
    risks = (ROOT,) if is_root else ()
    return an_event(event_id=event_id, principal=ALICE, resources=(resource,), risks=risks)


def shown_on(watch: Watch) -> dict[str, int]:
    boards = {"board": watch.board, **watch.boards}
    return {name: len(board.messages) for name, board in boards.items()}


def test_a_message_goes_to_the_team_that_owns_the_resource(watch: Watch) -> None:
    watch.told(a_write_to(SECURITY_GROUP))

    [alert] = watch.boards["network"].messages.values()
    assert shown_on(watch) == {"board": 0, "network": 1, "pager": 0}
    assert (alert.team, alert.to, alert.mention) == ("network", "C0NETWORK", None)


def test_what_nobody_owns_goes_to_the_default_and_calls_nobody(watch: Watch) -> None:
    watch.told(a_write_to(BUCKET))

    assert shown_on(watch) == {"board": 1, "network": 1, "pager": 0}
    [alert] = watch.board.messages.values()
    assert alert.team == "platform"


def test_what_is_critical_calls_whoever_is_on_call_and_never_mentions_who_did_it(watch: Watch) -> None:
    watch.told(a_write_to(SECURITY_GROUP, is_root=True))

    [alert] = watch.boards["pager"].messages.values()
    assert alert.severity is Severity.CRITICAL
    assert alert.mention == "S0SECOND"
    assert shown_on(watch) == {"board": 0, "network": 1, "pager": 1}


def test_what_may_wait_is_told_when_the_team_is_there(sqlite_database: Database) -> None:
    digest = RouteRow(name="all", urgency=Urgency.DIGEST)
    rules = replace(RULES, rows=(digest,))
    watch = Watch(database=sqlite_database, routing=rules, boards={"network": Board()})

    watch.told(a_write_to(SECURITY_GROUP), minute=1)
    before = shown_on(watch)
    watch.cycle(minute=59)
    still = shown_on(watch)
    watch.cycle(minute=25 * 60 + 1)

    assert (before["network"], still["network"], shown_on(watch)["network"]) == (0, 0, 1)


def test_what_is_only_recorded_tells_nobody_and_is_judged_all_the_same(sqlite_database: Database) -> None:
    rules = replace(RULES, rows=(RouteRow(name="all", urgency=Urgency.RECORD),))
    watch = Watch(database=sqlite_database, routing=rules)

    watch.told(a_write_to(SECURITY_GROUP))

    assert shown_on(watch) == {"board": 0}
    assert watch.change().judgement is not None


def test_without_teams_everybody_is_told(sqlite_database: Database) -> None:
    watch = Watch(database=sqlite_database, boards={"other": Board()})

    watch.told(a_write_to(SECURITY_GROUP))

    assert shown_on(watch) == {"board": 1, "other": 1}
    assert [one.team for one in watch.board.messages.values()] == [None]


@pytest.mark.parametrize("rule", ['code_owner = "@example/network"', 'tag = "team=storefront"'])
def test_codeowners_and_tags_lead_a_change_and_its_finding_to_their_team(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rule: str
) -> None:
    story = "console-open-security-group"
    config = lay_out(tmp_path, [story])
    (tmp_path / story / "CODEOWNERS").write_text("* @example/all\nmain.tf @example/network\n")
    teams = f'[[team]]\nname = "network"\n\n[[owner]]\nname = "theirs"\nteam = "network"\n{rule}\n'
    baseline = 'state = "*/terraform.tfstate"\n'
    text = config.read_text().replace(baseline, f'{baseline}code = "{story}"\n')
    config.write_text(f"{text}\n{teams}")

    assert run(capsys, tmp_path, "run", "--once").code == 0

    change, finding = (
        json.loads(run(capsys, tmp_path, listed, "--json").out.splitlines()[0])[id_]
        for listed, id_ in (("changes", "change_id"), ("findings", "id"))
    )
    for id_ in (change, finding):
        assert "Owner       network (theirs)" in run(capsys, tmp_path, "show", id_).lines
