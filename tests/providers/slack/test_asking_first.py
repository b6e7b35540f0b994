"""Whoever made a change is asked in Slack before their team is told; Slack is a stand-in, its SDK is real."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import text

from drift.model.approval import ActionRules
from drift.model.event import ChangeEvent, Risk
from drift.model.evidence import EntryKind
from drift.model.routing import Team
from drift.model.secret import Secret
from drift.model.ticket import Ticket
from drift.model.verdict import Confidence
from drift.stages.correlate import CorrelationRules
from drift.stages.route import RoutingRules
from drift.store.database import Database
from providers.slack.web_api import Slack, SlackSettings
from tests.builders import NOON, a_ticket, an_approval, an_event, minutes
from tests.providers.slack.fake_slack import CHANNEL_ID, TOKEN, Failure, KeptMessage, Scripted
from tests.providers.slack.talking_slack import APP_TOKEN, TalkingSlack, talking_slack
from tests.providers.slack.test_answering import Desk, answered, hearing, opened
from tests.scenarios.cloud import ALICE, Board, Watch

ALICE_ID = "U0ALICE1"
ROOT = Risk(slug="root-user", text="the root user acted")

FOUND = Scripted(body=b'{"ok": true, "user": {"id": "U0ALICE1", "deleted": false, "is_bot": false}}')
"""The answer to who somebody is, which comes before whatever goes wrong with the question."""

RULES = RoutingRules(ask_first=minutes(15))


@pytest.fixture
def slack() -> Iterator[TalkingSlack]:
    with talking_slack(**{ALICE_ID: "alice@example.com", "U0ERIN": "erin@example.com"}) as slack:
        yield slack


@pytest.fixture
def watch(sqlite_database: Database, slack: TalkingSlack) -> Watch:
    return a_watch(sqlite_database, slack)


def test_whoever_made_a_change_is_asked_and_the_channel_hears_nothing_yet(
    watch: Watch, slack: TalkingSlack
) -> None:
    watch.told(a_write(), minute=1)

    [question] = slack.private
    assert slack.messages == []
    assert question.place == "D0ALICE1"
    assert "Was it you?" in str(question.content["blocks"])
    assert "12:16 UTC" in str(question.content["blocks"])
    assert texts_below(question) == ["Mine: link a ticket", "Mine: an emergency", "It was not me"]


def test_silence_tells_the_team_when_the_time_is_over_and_once(watch: Watch, slack: TalkingSlack) -> None:
    watch.told(a_write(), minute=1)
    watch.cycle(minute=15)
    before = len(slack.messages)
    watch.cycle(minute=17)
    watch.cycle(minute=18)

    assert (before, len(slack.messages), len(slack.private)) == (0, 1, 1)


def test_a_further_write_meanwhile_does_not_let_the_team_hear_sooner(
    watch: Watch, slack: TalkingSlack
) -> None:
    watch.told(a_write(), minute=1)
    watch.told(a_write("e-2", at_minute=4), minute=5)
    before = len(slack.messages)
    watch.cycle(minute=17)

    assert (before, len(slack.messages), len(slack.private)) == (0, 1, 1)
    assert slack.private[0].edits > 0


def test_what_waits_for_a_team_that_it_is_not_for_any_more_is_not_told_to_it(
    watch: Watch, slack: TalkingSlack
) -> None:
    """
    The owner may change meanwhile: by a further write to what matters more, for example.
    """
    boards = {"other": Board(), "first": Board()}
    before, then = (
        replace(
            watch,
            boards=boards,
            routing=replace(RULES, teams={one: Team(name=one, notifiers=(one,))}, default=one),
        )
        for one in ("first", "other")
    )
    before.told(a_write(), minute=1)
    then.told(a_write("e-2", at_minute=2), minute=3)

    then.cycle(minute=17)

    assert {name: len(board.messages) for name, board in boards.items()} == {"first": 0, "other": 1}


def test_a_ticket_in_time_that_leaves_an_approval_tells_the_team_just_that(
    sqlite_database: Database, slack: TalkingSlack
) -> None:
    watch = a_watch(sqlite_database, slack, a_ticket("OPS-7", created_at=NOON + minutes(1)))
    watch.told(a_write(), minute=2)

    answer(watch, slack, "Mine: link a ticket", ticket="OPS-7")
    watch.cycle(minute=3)

    [message] = slack.messages
    assert "A ticket came only after the change: approve it" in str(message.content["blocks"])
    assert "Thank you" in str(slack.private[0].content["blocks"])
    assert texts_below(slack.private[0]) == []


def test_a_ticket_that_does_not_cover_the_change_is_told_with_what_is_left(
    watch: Watch, slack: TalkingSlack
) -> None:
    watch.told(a_write(), minute=1)

    answer(watch, slack, "Mine: link a ticket", ticket="OPS-7")
    watch.cycle(minute=2)

    [message] = slack.messages
    assert "See below why its ticket does not cover it" in str(message.content["blocks"])
    assert "Your team is told." in str(slack.private[0].content["blocks"])


def test_an_answer_that_leaves_nothing_to_do_is_never_told_to_the_channel(
    sqlite_database: Database, slack: TalkingSlack
) -> None:
    approved = a_ticket("OPS-7", approvals=[an_approval(at=NOON - minutes(60))])
    watch = a_watch(sqlite_database, slack, approved)
    watch.told(a_write(), minute=2)

    answer(watch, slack, "Mine: link a ticket", ticket="OPS-7")
    watch.cycle(minute=3)
    watch.cycle(minute=17)
    watch.cycle(minute=400)

    assert slack.messages == []
    assert "nothing is left to do" in str(slack.private[0].content["blocks"])


def test_an_emergency_that_is_declared_in_time_tells_the_team_who_must_approve(
    watch: Watch, slack: TalkingSlack
) -> None:
    watch.told(a_write(), minute=1)

    answer(watch, slack, "Mine: an emergency", text="The site was down and nobody could log in")
    watch.cycle(minute=2)

    [message] = slack.messages
    assert "must approve the emergency" in str(message.content["blocks"])


def test_not_me_tells_the_team_at_once_and_raises_the_alarm(watch: Watch, slack: TalkingSlack) -> None:
    watch.told(a_write(), minute=1)

    answer(watch, slack, "It was not me", text="I was asleep")
    watch.cycle(minute=2)

    assert [one.partition(":")[0] for one in watch.alarms()] == ["possible-compromise"]
    told = [str(one.content["blocks"]) for one in slack.messages]
    assert any("CRITICAL" in one and "credentials may be stolen" in one for one in told)


def test_what_is_critical_asks_nobody_first(watch: Watch, slack: TalkingSlack) -> None:
    watch.told(a_write(risks=(ROOT,)), minute=1)

    assert (len(slack.messages), slack.private) == (1, [])


def test_what_becomes_critical_while_the_answer_is_awaited_is_told_at_once(
    watch: Watch, slack: TalkingSlack
) -> None:
    watch.told(a_write(), minute=1)
    watch.told(a_write("e-2", at_minute=2, risks=(ROOT,)), minute=3)

    assert "CRITICAL" in str(slack.messages[0].content["blocks"])


@pytest.mark.parametrize("name", ["stranger@example.com", "root"])
def test_whom_slack_does_not_know_is_not_asked(watch: Watch, slack: TalkingSlack, name: str) -> None:
    watch.told(by(a_write(), name=name), minute=1)

    assert (len(slack.messages), slack.private) == (1, [])


def test_who_is_not_known_for_sure_is_not_asked(watch: Watch, slack: TalkingSlack) -> None:
    watch.told(by(a_write(), confidence=Confidence.MEDIUM), minute=1)

    assert (len(slack.messages), slack.private) == (1, [])


def test_who_has_left_is_not_asked(watch: Watch, slack: TalkingSlack) -> None:
    slack.gone.add(ALICE_ID)

    watch.told(a_write(), minute=1)

    assert (len(slack.messages), slack.private) == (1, [])


def test_a_question_that_slack_refuses_lets_the_team_hear_at_once(watch: Watch, slack: TalkingSlack) -> None:
    slack.refusing.add(ALICE_ID)
    watch.deliver(a_write())

    problems = watch.problems(minute=1)
    watch.cycle(minute=2)
    watch.cycle(minute=20)

    assert len(problems) == 1
    assert (len(slack.messages), slack.private) == (1, [])


def test_a_token_that_may_not_look_people_up_asks_nobody_and_says_so(
    watch: Watch, slack: TalkingSlack
) -> None:
    slack.scopes = ("chat:write", "channels:history")
    watch.deliver(a_write())

    problems = watch.problems(minute=1)

    assert problems == ("board: the Slack token lacks the scope users:read.email",)
    assert (len(slack.messages), slack.private) == (1, [])


def test_a_question_that_came_too_late_is_not_put_any_more(watch: Watch, slack: TalkingSlack) -> None:
    watch.deliver(a_write())
    slack.problems.extend([FOUND, Failure.SERVER_ERROR])
    watch.problems(minute=1)

    watch.cycle(minute=17)

    assert (len(slack.messages), slack.private) == (1, [])


def test_a_crash_between_question_and_note_asks_once(watch: Watch, slack: TalkingSlack) -> None:
    """
    The question is in doubt after that: it is looked up in the conversation before it is put again.
    """
    watch.deliver(a_write())
    slack.problems.extend([FOUND, Failure.ACCEPT_THEN_DROP])
    watch.problems(minute=1)

    watch.cycle(minute=3)
    watch.cycle(minute=17)

    assert (len(slack.private), len(slack.messages)) == (1, 1)
    refs = [entry.ref for entry in watch.ledger(EntryKind.ALERT)]
    assert refs == [watch.change().change.session_id] * 2


def test_question_and_team_message_are_kept_together_or_not_at_all(watch: Watch, slack: TalkingSlack) -> None:
    """
    Killed before the commit, neither is there and the judgement is made again; killed after it, both are.
    """
    with watch.database.transaction() as connection:
        connection.execute(text(REFUSES_THE_TEAM))
    watch.deliver(a_write())
    with pytest.raises(Exception, match="killed"):
        watch.problems(minute=1)
    with watch.database.transaction() as connection:
        kept = connection.execute(text("SELECT count(*) FROM outbox")).scalar_one()
        connection.execute(text("DROP TRIGGER killed"))

    watch.cycle(minute=2)

    assert kept == 0
    assert (len(slack.private), slack.messages) == (1, [])


def test_without_the_setting_nobody_is_asked_first(sqlite_database: Database, slack: TalkingSlack) -> None:
    watch = replace(a_watch(sqlite_database, slack), routing=RoutingRules())

    watch.told(a_write(), minute=1)

    assert (len(slack.messages), slack.private) == (1, [])


REFUSES_THE_TEAM = """
CREATE TRIGGER killed BEFORE INSERT ON outbox WHEN NEW.session_id NOT LIKE 'private-%'
BEGIN SELECT RAISE(ABORT, 'killed'); END
"""


def a_watch(database: Database, slack: TalkingSlack, *tickets: Ticket) -> Watch:
    settings = SlackSettings(
        channel=CHANNEL_ID, token=Secret(TOKEN), app_token=Secret(APP_TOKEN), base_url=slack.base_url
    )
    return Watch(
        database=database,
        channel=Slack(settings),
        routing=RULES,
        actions=ActionRules(approvers=("erin@example.com",)),
        correlation=CorrelationRules(),
        ticket_sources={"jira": Desk(list(tickets or (a_ticket("OPS-7"),)))},
    )


def a_write(event_id: str = "e-1", *, at_minute: float = 0, **facts: Any) -> ChangeEvent:
    """Alice opens a port by hand."""
    return an_event(event_id=event_id, at=NOON + minutes(at_minute), principal=ALICE, **facts)


def by(event: ChangeEvent, **changes: Any) -> ChangeEvent:
    """The same by somebody else."""
    return structs.replace(
        event, call=structs.replace(event.call, principal=structs.replace(ALICE, **changes))
    )


def answer(watch: Watch, slack: TalkingSlack, button: str, **values: str) -> None:
    """Alice presses a button of the question, and sends the form."""
    with hearing(watch, slack):
        window = opened(slack, slack.private[0], button, ALICE_ID)
        slack.send_form(window, ALICE_ID, **values)
        answered(slack, window)


def texts_below(message: KeptMessage) -> list[str]:
    """Return what the buttons say."""
    blocks = [one for one in message.content["blocks"] if one["type"] == "actions"]
    return [one["text"]["text"] for block in blocks for one in block["elements"]]
