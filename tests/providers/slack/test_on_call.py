"""Whoever is on call in PagerDuty is mentioned in Slack; both are stand-ins that speak their protocols."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from drift.config.routing import shipped_rows
from drift.model.event import Risk
from drift.model.routing import Team
from drift.model.secret import Secret
from drift.stages.route import RoutingRules
from drift.store.database import Database
from providers.pagerduty.on_call import PagerDutyOnCall, PagerDutyOnCallSettings
from providers.slack.web_api import Slack, SlackSettings
from tests.builders import an_event
from tests.providers.pagerduty.rota import Rota
from tests.providers.slack.fake_slack import CHANNEL_ID, TOKEN, FakeSlack, fake_slack
from tests.providers.tickets.server import TOKEN as KEY
from tests.providers.tickets.server import Answer, Server, served
from tests.scenarios.cloud import ALICE, Watch

ROOT = Risk(slug="root-user", text="the root user acted")

TEAM = Team(
    name="platform", mention="S0PLATFORM", secondary="S0SECOND", on_call=("pagerduty", "policy/PPOLICY1")
)

RULES = RoutingRules(teams={"platform": TEAM}, default="platform", rows=shipped_rows())


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with fake_slack() as slack:
        slack.addresses |= {"U0ALICE1": "alice@example.com", "U0BOB001": "bob@example.com"}
        yield slack


@pytest.fixture
def rota() -> Rota:
    return Rota()


@pytest.fixture
def pagerduty(rota: Rota) -> Iterator[Server]:
    with served(rota) as server:
        yield server


@pytest.fixture
def watch(sqlite_database: Database, slack: FakeSlack, pagerduty: Server) -> Watch:
    settings = SlackSettings(channel=CHANNEL_ID, token=Secret(TOKEN), base_url=slack.base_url)
    on_call = PagerDutyOnCall(PagerDutyOnCallSettings(token=Secret(KEY), base_url=pagerduty.url))
    return Watch(
        database=sqlite_database,
        channel=Slack(settings),
        routing=RULES,
        on_call={"pagerduty": on_call},
    )


def told(watch: Watch, *, is_critical: bool = True) -> tuple[str, ...]:
    """Alice does something; return what could not be done about it."""
    watch.deliver(an_event(principal=ALICE, risks=(ROOT,) if is_critical else ()))
    return watch.problems(minute=1)


def mentioned(slack: FakeSlack) -> set[str]:
    """Return who is mentioned in the only message."""
    [message] = slack.messages
    said = str(message.content["blocks"])
    return {one for one in ("U0ALICE1", "U0BOB001", "S0PLATFORM", "S0SECOND") if one in said}


def test_whoever_is_on_call_is_mentioned_when_somebody_must_act_now(
    watch: Watch, slack: FakeSlack, rota: Rota
) -> None:
    rota.put("PPOLICY1", "bob@example.com", 1)

    assert told(watch) == ()
    assert mentioned(slack) == {"U0BOB001"}


def test_nobody_is_mentioned_about_their_own_change_but_who_is_called_next(
    watch: Watch, slack: FakeSlack, rota: Rota
) -> None:
    rota.put("PPOLICY1", "alice@example.com", 1)
    rota.put("PPOLICY1", "bob@example.com", 2)

    assert told(watch) == ()
    assert mentioned(slack) == {"U0BOB001"}


def test_where_only_who_did_it_is_on_call_the_secondary_is_mentioned(
    watch: Watch, slack: FakeSlack, rota: Rota
) -> None:
    rota.put("PPOLICY1", "alice@example.com", 1)

    assert told(watch) == ()
    assert mentioned(slack) == {"S0SECOND"}


def test_who_is_on_call_under_another_of_their_names_is_not_mentioned_about_their_own_change(
    watch: Watch, slack: FakeSlack, rota: Rota
) -> None:
    names = {"alice@example.com": "alice@example.com", "a.pager@example.com": "alice@example.com"}
    rota.put("PPOLICY1", "A.Pager@example.com", 1)

    assert told(replace(watch, routing=replace(RULES, names=names))) == ()
    assert mentioned(slack) == {"S0SECOND"}


def test_where_pagerduty_cannot_be_asked_the_team_is_mentioned_and_that_is_told(
    watch: Watch, slack: FakeSlack, pagerduty: Server
) -> None:
    pagerduty.fault = lambda _: Answer(status=503, body={})

    [problem] = told(watch)

    assert "whoever is on call is not mentioned" in problem
    assert mentioned(slack) == {"S0PLATFORM"}


@pytest.mark.parametrize("address", ["stranger@example.com", None])
def test_where_nobody_is_on_call_whom_slack_knows_the_team_is_mentioned_and_that_is_told(
    watch: Watch, slack: FakeSlack, rota: Rota, address: str | None
) -> None:
    if address:
        rota.put("PPOLICY1", address, 1)

    [problem] = told(watch)

    assert "nobody can be mentioned of who is on call by pagerduty:policy/PPOLICY1" in problem
    assert mentioned(slack) == {"S0PLATFORM"}


def test_nobody_is_mentioned_and_pagerduty_is_not_asked_where_nobody_must_act_now(
    watch: Watch, slack: FakeSlack, rota: Rota, pagerduty: Server
) -> None:
    rota.put("PPOLICY1", "bob@example.com", 1)

    assert told(watch, is_critical=False) == ()
    assert mentioned(slack) == set()
    assert pagerduty.asked == []
