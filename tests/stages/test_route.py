"""Who answers for a change, and how urgently they are told."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from drift.config.routing import shipped_rows
from drift.model.finding import Standing
from drift.model.judgement import Judged
from drift.model.routing import EVERYBODY, Hours, Owner, Route, Team, Urgency
from drift.model.verdict import Channel, Disposition, Lane, Severity
from drift.stages.route import (
    OwnerRule,
    RouteRow,
    RoutingRules,
    mention_of,
    owner_of,
    owner_of_finding,
    recipients,
    route,
)
from tests.builders import a_change, a_classification, a_finding, a_judgement, a_write, an_event

NETWORK = Team(name="network", notifiers=("network-slack",), page=("pagerduty",), mention="S0NETWORK")
PLATFORM = Team(name="platform")
TEAMS = {team.name: team for team in (NETWORK, PLATFORM)}

IN_CODE = Standing(
    source="infra/network/main.tf:12",
    code_owners=("@example/platform", "@example/network"),
    tags=("team=network", "tier=1"),
    unit="Root/Workloads/Production",
)
"""Where a resource is declared, and what is known of it there."""

BERLIN = Hours(zone=ZoneInfo("Europe/Berlin"), days=frozenset(range(5)), begin=time(9), end=time(17))
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)


def rules(*owners: OwnerRule, rows: tuple[RouteRow, ...] = ()) -> RoutingRules:
    return RoutingRules(teams=TEAMS, owners=owners, default="platform", rows=(*rows, *shipped_rows()))


def an_owner_rule(**globs: str) -> OwnerRule:
    given = {key: re.compile(text) for key, text in globs.items()}
    return OwnerRule(name="network", team="network", **given)


@pytest.mark.parametrize(
    "rule",
    [
        an_owner_rule(address=r"module\.network\..*"),
        an_owner_rule(source=r"infra/network/.*"),
        an_owner_rule(account="111122223333"),
        an_owner_rule(resource="sg-.*"),
        an_owner_rule(resource_type="aws_security_group"),
        an_owner_rule(code_owner="@example/network"),
        an_owner_rule(tag="team=net.*"),
        an_owner_rule(unit="Root/Workloads/.*"),
        an_owner_rule(address=r"module\.network\..*", account="111122223333", tag="tier=1"),
    ],
)
def test_a_change_belongs_to_the_team_whose_rule_fits_whole(rule: OwnerRule) -> None:
    standing = replace(IN_CODE, address="module.network.aws_security_group.web")

    owner = owner_of(a_change(), standing, "production", rules(rule))

    assert (owner.team, owner.rule, owner.is_default) == (NETWORK, "network", False)


@pytest.mark.parametrize(
    "rule",
    [
        an_owner_rule(address=r"aws_security_group\.web"),
        an_owner_rule(state="prod.*"),
        an_owner_rule(source=r"main\.tf"),
        an_owner_rule(account="111122223333"),
        an_owner_rule(resource="sg-.*"),
        an_owner_rule(resource_type="aws_security_group"),
        an_owner_rule(code_owner="@example/network"),
        an_owner_rule(tag="tier=1"),
        an_owner_rule(unit="Root/Workloads/Production"),
        OwnerRule(name="network", team="network", environment="production"),
    ],
)
def test_a_finding_belongs_to_the_team_whose_rule_fits_whole(rule: OwnerRule) -> None:
    finding = replace(a_finding(), state="prod.tfstate")
    elsewhere = OwnerRule(name="test", team="platform", environment="test")

    owner = owner_of_finding(finding, IN_CODE, "production", rules(elsewhere, rule))

    assert (owner.team, owner.rule, owner.is_default) == (NETWORK, "network", False)


def test_a_finding_that_nobody_owns_goes_to_the_default_and_says_so() -> None:
    """
    One that speaks of many has neither an address nor an id.
    """
    finding = replace(a_finding(address=None), resource_id=None)

    those = [an_owner_rule(**{key: ".+"}) for key in ("address", "resource", "code_owner", "tag", "unit")]
    owner = owner_of_finding(finding, Standing(), None, rules(*those))

    assert (owner.team, owner.rule, owner.is_default) == (PLATFORM, "no rule names it", True)


def test_a_rule_of_which_one_part_does_not_fit_owns_nothing() -> None:
    rule = an_owner_rule(address=r"module\.network\..*", account="999999999999")
    standing = Standing(address="module.network.aws_security_group.web")

    assert owner_of(a_change(), standing, None, rules(rule)).team is PLATFORM


@pytest.mark.parametrize(
    "rule",
    [
        an_owner_rule(code_owner="@example/net"),
        an_owner_rule(tag="network"),
        an_owner_rule(tag="team="),
        an_owner_rule(unit="Root"),
    ],
)
def test_a_code_owner_a_tag_or_a_unit_must_fit_whole(rule: OwnerRule) -> None:
    assert owner_of(a_change(), IN_CODE, None, rules(rule)).is_default


def test_the_first_rule_that_fits_counts() -> None:
    first = OwnerRule(name="all of production", team="platform", environment="production")

    owner = owner_of(a_change(), Standing(), "production", rules(first, an_owner_rule(resource="sg-.*")))

    assert owner.rule == "all of production"


def test_what_nobody_owns_goes_to_the_default_and_says_so() -> None:
    owner = owner_of(a_change(), Standing(), None, rules())
    nobody = owner_of(a_change(), Standing(), None, RoutingRules())

    assert (owner.team, owner.is_default) == (PLATFORM, True)
    assert nobody.team.name == EVERYBODY


@pytest.mark.parametrize(
    ("channel", "lane", "severity", "urgency"),
    [
        (Channel.CONSOLE, Lane.EMERGENCY, Severity.LOW, Urgency.PAGE),
        (Channel.PIPELINE, Lane.INFRASTRUCTURE, Severity.CRITICAL, Urgency.PAGE),
        (Channel.UNKNOWN, Lane.INFRASTRUCTURE, Severity.LOW, Urgency.MESSAGE),
        (Channel.AUTOMATION, Lane.CONFIGURATION, Severity.MEDIUM, Urgency.MESSAGE),
        (Channel.CONSOLE, Lane.APPLICATION, Severity.HIGH, Urgency.MESSAGE),
        (Channel.SERVICE, Lane.INFRASTRUCTURE, Severity.LOW, Urgency.RECORD),
    ],
)
def test_the_table_that_ships_says_how_each_kind_of_change_is_told(
    channel: Channel, lane: Lane, severity: Severity, urgency: Urgency
) -> None:
    assert way(channel=channel, lane=lane, severity=severity).urgency is urgency


def test_every_kind_of_change_has_a_row() -> None:
    ways = [way(channel=channel, lane=lane) for channel in Channel for lane in Lane]

    assert all(one.rule in {row.name for row in shipped_rows()} for one in ways)


def test_a_row_of_the_configuration_comes_first() -> None:
    quiet = RouteRow(
        name="machines at night",
        urgency=Urgency.DIGEST,
        channels=frozenset({Channel.AUTOMATION}),
        severities=frozenset({Severity.CRITICAL}),
    )

    assert way(channel=Channel.AUTOMATION, severity=Severity.CRITICAL, rows=(quiet,)).rule == quiet.name


def test_a_session_goes_to_the_team_of_the_change_that_matters_most() -> None:
    low, high = a_judged(severity=Severity.LOW), a_judged(severity=Severity.HIGH)

    found = route([low, high], rules())

    assert found.severity is Severity.HIGH


def test_a_team_is_told_through_its_notifiers_and_called_only_when_it_is_paged() -> None:
    configured = ["slack", "network-slack", "pagerduty"]
    owned = rules(an_owner_rule(resource="sg-.*"))

    assert recipients(a_way(NETWORK, Urgency.MESSAGE), configured, (), owned) == ("network-slack",)
    assert recipients(a_way(NETWORK, Urgency.PAGE), configured, (), owned) == ("network-slack", "pagerduty")
    assert recipients(a_way(PLATFORM, Urgency.MESSAGE), configured, (), owned) == ("slack", "network-slack")


def test_whoever_was_told_before_is_told_of_the_news() -> None:
    """
    A page that nobody ends would go on calling people.
    """
    configured = ["slack", "network-slack", "pagerduty"]

    assert recipients(a_way(NETWORK, Urgency.RECORD), configured, ("pagerduty",), rules()) == ("pagerduty",)


def test_somebody_is_mentioned_only_when_they_must_act_now_and_never_about_their_own_change() -> None:
    team = Team(name="network", mention="dana@example.com", secondary="S0SECOND")
    known = RoutingRules(names={"dana@example.com": "dana", "dana-laptop": "dana"})

    assert mention_of(a_way(team, Urgency.MESSAGE), "eve", known) is None
    assert mention_of(a_way(team, Urgency.PAGE), "eve", known) == "dana@example.com"
    assert mention_of(a_way(team, Urgency.PAGE), "dana-laptop", known) == "S0SECOND"


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (MONDAY + timedelta(hours=9), MONDAY + timedelta(hours=9)),
        (MONDAY + timedelta(hours=3), MONDAY + timedelta(hours=8)),
        (MONDAY + timedelta(hours=16), MONDAY + timedelta(days=1, hours=8)),
        (MONDAY + timedelta(days=4, hours=20), MONDAY + timedelta(days=7, hours=8)),
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),
    ],
    ids=["at work", "before work", "after work", "the weekend", "summer time begins"],
)
def test_what_is_of_low_severity_waits_for_working_hours(now: datetime, opens: datetime) -> None:
    team = Team(name="network", hours=BERLIN)

    assert a_way(team, Urgency.MESSAGE, Severity.LOW).sends_at(now) == opens
    assert a_way(team, Urgency.MESSAGE, Severity.MEDIUM).sends_at(now) == now
    assert a_way(team, Urgency.PAGE, Severity.LOW).sends_at(now) == now


def test_what_goes_into_the_digest_waits_for_the_next_morning() -> None:
    team = Team(name="network", hours=BERLIN)
    now = MONDAY + timedelta(hours=9)

    assert a_way(team, Urgency.DIGEST).sends_at(now) == MONDAY + timedelta(days=1, hours=8)


def a_way(team: Team, urgency: Urgency, severity: Severity = Severity.HIGH) -> Route:
    return Route(owner=Owner(team=team, rule="a rule"), urgency=urgency, rule="a row", severity=severity)


def way(
    *,
    channel: Channel = Channel.CONSOLE,
    lane: Lane = Lane.INFRASTRUCTURE,
    severity: Severity = Severity.LOW,
    rows: tuple[RouteRow, ...] = (),
) -> Route:
    return route([a_judged(channel=channel, lane=lane, severity=severity)], rules(rows=rows))


def a_judged(
    *,
    channel: Channel = Channel.CONSOLE,
    lane: Lane = Lane.INFRASTRUCTURE,
    severity: Severity = Severity.LOW,
) -> Judged:
    write = a_write(an_event(), classification=a_classification(channel=channel, lane=lane))
    judgement = a_judgement(Disposition.UNTICKETED, severity=severity)
    return Judged(change=a_change(write), judgement=judgement, ledger_seq=1, is_news=True)


def test_everybody_is_found_by_all_of_their_names() -> None:
    known = RoutingRules(names={"alice@example.com": "alice@example.com", "u0alice1": "alice@example.com"})

    assert known.names_of("Alice@example.com") == ("Alice@example.com", "u0alice1")
    assert known.names_of("U0ALICE1") == ("U0ALICE1", "alice@example.com")
    assert known.names_of("bob") == ("bob",)
