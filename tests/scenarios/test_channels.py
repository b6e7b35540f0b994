"""Bursts, crowds, outages and crashes, told through Slack's own protocol from the record to the channel."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from drift.model.alert import Alert
from drift.model.event import ChangeEvent
from drift.model.evidence import EntryKind
from drift.model.resource import Resource
from drift.model.secret import Secret
from drift.stages.notify import DeliveryRules
from drift.store import outbox
from drift.store.database import Database
from providers.slack.web_api import Slack, SlackSettings
from tests.builders import NOON, a_principal, an_event, minutes
from tests.providers.slack.fake_slack import CHANNEL_ID, TOKEN, Failure, FakeSlack, fake_slack
from tests.scenarios.cloud import Watch


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A Slack that nobody has posted to."""
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(variable, raising=False)
    with fake_slack() as server:
        yield server


@pytest.fixture
def watch(sqlite_database: Database, slack: FakeSlack) -> Watch:
    """The program, which tells everything in that Slack."""
    settings = SlackSettings(channel=CHANNEL_ID, token=Secret(TOKEN), base_url=slack.base_url)
    return Watch(database=sqlite_database, channel=Slack(settings), delivery=DeliveryRules())


def test_a_console_burst_of_300_writes_makes_one_message_that_is_edited(
    watch: Watch, slack: FakeSlack
) -> None:
    watch.cycle(-1)

    for number in range(300):
        at = number * 2 / 60
        watch.deliver(a_write_of("alice@example.com", number, at=NOON + minutes(at)))
        if number % 30 == 29:
            watch.cycle(at)

    [message] = slack.messages
    assert message.edits == 9
    assert "299 more changes" in str(message.content["blocks"])


def test_50_people_at_once_make_no_more_messages_a_minute_than_configured_and_lose_none(
    watch: Watch, slack: FakeSlack
) -> None:
    watch.cycle(-1)
    watch.deliver(*(a_write_of(f"user{number}@example.com", number, at=NOON) for number in range(50)))

    sent = [0]
    for minute in range(5):
        watch.cycle(minute + minute / 60)
        sent.append(len(slack.messages))

    assert [later - earlier for earlier, later in itertools.pairwise(sent)] == [20, 20, 10, 0, 0]
    assert len({message.client_id for message in slack.messages}) == 50


def test_a_day_without_slack_loses_nothing_and_ends_in_one_digest_and_what_is_urgent(
    watch: Watch, slack: FakeSlack, sqlite_database: Database
) -> None:
    """
    The outage is Slack's, which answers with errors; what is told is what the pipeline queued.
    """
    watch.cycle(-1)
    watch.deliver(*(a_write_of(f"user{number}@example.com", number, at=NOON) for number in range(15)))
    slack.problems.extend([Failure.SERVER_ERROR] * 500)
    for hour in range(24):
        assert watch.problems(hour * 60)
    with sqlite_database.reading() as connection:
        waiting = outbox.counts(connection)

    slack.problems.clear()
    for minute in range(0, 60, 16):
        watch.cycle(24 * 60 + minute)

    assert waiting["queued"] == 1, "the digest waits for all"
    [digest] = slack.messages
    told = {change.change.session_id for change in watch.changes()}
    assert len(told) == 15
    assert all(session in str(digest.content["blocks"]) for session in told)


def test_a_crash_between_slacks_answer_and_our_commit_sends_no_second_message(
    watch: Watch, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.cycle(-1)
    watch.deliver(a_write_of("alice@example.com", 1, at=NOON))
    with monkeypatch.context() as crashing:
        crashing.setattr(Slack, "send", and_then_crash(Slack.send))
        with pytest.raises(KeyboardInterrupt):
            watch.cycle(0)
    assert (len(slack.messages), watch.ledger(EntryKind.ALERT)) == (1, [])

    watch.cycle(1)

    [message] = slack.messages
    [entry] = watch.bodies(EntryKind.ALERT)
    assert message.edits == 0
    assert entry["reference"] == f"{CHANNEL_ID}:{message.ts}"


def test_an_answer_that_is_lost_on_its_way_makes_no_second_message(watch: Watch, slack: FakeSlack) -> None:
    watch.cycle(-1)
    watch.deliver(a_write_of("alice@example.com", 1, at=NOON))
    slack.problems.append(Failure.ACCEPT_THEN_DROP)
    assert watch.problems(0)

    watch.cycle(1)

    assert len(slack.messages) == 1
    assert len(watch.bodies(EntryKind.ALERT)) == 1


def test_without_the_scope_to_look_a_message_in_doubt_comes_twice_and_none_is_lost(
    watch: Watch, slack: FakeSlack
) -> None:
    slack.scopes = ("chat:write",)
    watch.cycle(-1)
    watch.deliver(a_write_of("alice@example.com", 1, at=NOON))
    slack.problems.append(Failure.ACCEPT_THEN_DROP)
    assert watch.problems(0)

    watch.cycle(1)

    assert list(Counter(one.client_id for one in slack.messages).values()) == [2]


def a_write_of(person: str, number: int, *, at: datetime) -> ChangeEvent:
    """One write by hand in the console, to a resource of its own."""
    return an_event(
        event_id=f"e-{number}",
        at=at,
        principal=a_principal(person),
        resources=(Resource(type="aws_security_group", id=f"sg-{number:04}"),),
    )


def and_then_crash(send: Any) -> Any:
    def crashing(self: Slack, alert: Alert, *, replaces: str | None) -> str:
        send(self, alert, replaces=replaces)
        raise KeyboardInterrupt

    return crashing
