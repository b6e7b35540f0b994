"""What was changed before an incident: what counts for how much, and of what equal weight comes first."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drift.errors import UsageError
from drift.model.event import Risk
from drift.model.resource import Resource
from drift.model.ticket import Ticket, TicketKind
from drift.model.verdict import Channel, Severity
from drift.reports.around import Ranked, rank
from drift.reports.around_scope import Placed, parts_of
from drift.store.changes import ChangeRow
from tests.builders import (
    ACCOUNT,
    NOON,
    SECURITY_GROUP,
    a_change,
    a_classification,
    a_judgement,
    a_ticket,
    a_write,
    an_event,
    minutes,
)

BUCKET = Resource(type="aws_s3_bucket", id="example-logs")
ELSEWHERE = "999900001111"
OPEN = Risk(slug="open-to-the-world", text="open to everybody")


def a_row(
    change_id: str,
    *,
    at: datetime = NOON - timedelta(hours=2),
    resource: Resource = SECURITY_GROUP,
    account: str = ACCOUNT,
    channel: Channel = Channel.CONSOLE,
    severity: Severity | None = Severity.MEDIUM,
    risks: tuple[Risk, ...] = (),
) -> ChangeRow:
    """A change two hours before noon by hand in the console, unless said otherwise."""
    event = an_event(event_id=change_id, at=at, account=account, resources=(resource,), risks=risks)
    write = a_write(event, classification=a_classification(channel=channel))
    judgement = a_judgement(severity=severity) if severity else None
    return ChangeRow(
        change=a_change(write, change_id=change_id, resource=resource), judgement=judgement, ledger_seq=None
    )


def placed(row: ChangeRow) -> Placed:
    account = row.change.first.event.call.account
    environment = "production" if account == ACCOUNT else "test"
    return Placed(environment=environment, team="platform", address=None)


def an_incident(title: str = "The shop is down", **facts: object) -> Ticket:
    return replace(a_ticket("INC-7"), kind=TicketKind.INCIDENT, title=title, created_at=NOON, **facts)


def ranked(*rows: ChangeRow, incident: Ticket | None = None) -> tuple[Ranked, ...]:
    return rank(rows, NOON, incident, placed)


def ids(*rows: ChangeRow, incident: Ticket | None = None) -> list[str]:
    return [one.row.change.change_id for one in ranked(*rows, incident=incident)]


def test_what_the_incident_names_comes_before_all_that_is_only_severe_and_close() -> None:
    named = a_row("named", resource=BUCKET, at=NOON - timedelta(hours=20), severity=Severity.LOW)
    severe = a_row("severe", at=NOON - minutes(1), severity=Severity.HIGH, risks=(OPEN,))
    incident = an_incident("Nobody can read example-logs")

    first, second = ranked(severe, named, incident=incident)

    assert (first.row, second.row) == (named, severe)
    assert first.why == "named in INC-7, low, 20 h before"
    assert second.why == "high, open to everybody, 1 min before"


@pytest.mark.parametrize(
    ("incident", "why"),
    [
        (an_incident(accounts=(ACCOUNT,)), "in the account of INC-7"),
        (an_incident(text=f"seen in {ACCOUNT}."), "in the account of INC-7"),
        (an_incident(environments=("Production",)), "in the environment of INC-7"),
        (an_incident(resources=("sg-0abc",)), "named in INC-7"),
        (an_incident("SG-0ABC drops everything"), "named in INC-7"),
    ],
)
def test_what_the_incident_is_about_comes_before_the_rest(incident: Ticket, why: str) -> None:
    rest = a_row("rest", account=ELSEWHERE, resource=BUCKET, at=NOON - minutes(119))

    first, second = ranked(rest, a_row("meant"), incident=incident)

    assert first.row.change.change_id == "meant"
    assert first.reasons[0].text == why
    assert [one.text for one in second.reasons] == ["medium", "119 min before"]


@pytest.mark.parametrize("title", ["sg-0abcd is down", "my-sg-0abc is down", "sg is down"])
def test_a_name_within_another_word_names_nothing(title: str) -> None:
    [one] = ranked(a_row("group"), incident=an_incident(title))

    assert not any("named" in reason.text for reason in one.reasons)


def test_what_is_more_severe_or_closer_comes_first() -> None:
    rows = [
        a_row("low", severity=Severity.LOW),
        a_row("unjudged", severity=None),
        a_row("high", severity=Severity.HIGH),
        a_row("critical", severity=Severity.CRITICAL),
        a_row("open", severity=Severity.HIGH, risks=(OPEN,)),
        a_row("low but just now", severity=Severity.LOW, at=NOON - minutes(5)),
        a_row("old", severity=Severity.LOW, at=NOON - timedelta(hours=13)),
    ]

    assert ids(*rows) == ["critical", "open", "high", "low but just now", "unjudged", "low", "old"]


@pytest.mark.parametrize("channel", [Channel.PIPELINE, Channel.AUTOMATION, Channel.SERVICE])
def test_of_equal_weight_the_hand_comes_before_the_machine_and_the_later_before_the_earlier(
    channel: Channel,
) -> None:
    machine = a_row("machine", channel=channel, at=NOON - minutes(121))
    earlier = a_row("earlier", channel=Channel.MANUAL, at=NOON - minutes(130))
    later = a_row("later", channel=Channel.UNKNOWN, at=NOON - minutes(125))

    assert ids(machine, earlier, later) == ["later", "earlier", "machine"]


def test_a_pipeline_that_weighs_more_comes_before_a_hand_that_weighs_less() -> None:
    pipeline = a_row("pipeline", channel=Channel.PIPELINE, severity=Severity.HIGH)

    assert ids(a_row("hand"), pipeline) == ["pipeline", "hand"]


def test_how_close_a_change_is_counts_from_its_last_write_before_it_happened() -> None:
    writes = [a_write(an_event(event_id=str(minute), at=NOON + minutes(minute))) for minute in (-20, -10, 5)]
    row = ChangeRow(change=a_change(*writes), judgement=None, ledger_seq=None)

    [one] = ranked(row)

    assert (one.last_at, one.reasons[-1].text) == (NOON - minutes(10), "10 min before")


def test_what_began_later_or_turned_out_to_be_no_change_is_left_out() -> None:
    later = a_row("later", at=NOON + minutes(1))
    none = a_row("none")
    none = replace(none, change=replace(none.change, withdrawn="the cloud took it back"))

    assert ids(later, none) == []


ENVIRONMENTS, TEAMS = ("production", "test"), ("platform", "network")


@pytest.mark.parametrize(
    ("texts", "is_in"),
    [
        ((), True),
        ((f"account:{ACCOUNT}",), True),
        (("account:1111*",), True),
        ((f"account:{ELSEWHERE}",), False),
        ((f"account:{ELSEWHERE}", f"account:{ACCOUNT}"), True),
        ((f"account:{ACCOUNT}", "environment:test"), False),
        ((f"account:{ACCOUNT}", "environment:production", f"account:{ELSEWHERE}"), True),
        (("team:network",), True),
        (("team:platform",), False),
        (("resource:sg-*",), True),
        (("resource:sg",), False),
        (("address:module.web[[]*",), False),
        (("address:module.web[0].*",), True),
    ],
)
def test_a_scope_holds_what_lies_in_one_of_each_kind(texts: tuple[str, ...], is_in: bool) -> None:
    change = a_row("one").change
    place = Placed(environment="production", team="network", address="module.web[0].aws_security_group.main")

    assert place.is_in(change, parts_of(texts, ENVIRONMENTS, TEAMS)) is is_in


def test_only_an_address_that_is_known_lies_in_a_scope() -> None:
    place = Placed(environment=None, team="network", address=None)

    assert not place.is_in(a_row("one").change, parts_of(["address:*"], ENVIRONMENTS, TEAMS))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("production", "is no scope"),
        ("acount:1", "is no scope"),
        ("account:", "is no scope"),
        ("environment:prodution", 'did you mean "production"'),
        ("team:nobody-at-all", "there are: network, platform"),
    ],
)
def test_a_scope_that_there_is_not_is_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        parts_of([text], ENVIRONMENTS, TEAMS)
