"""People answer in Slack: from the message to the button, the form, the evidence and the edited message.

Slack is a stand-in that speaks its protocols; its SDK is the real one, and so is everything of ours.
"""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from drift.counter import Counter
from drift.model.approval import ActionRules
from drift.model.evidence import EntryKind
from drift.model.person import People, Person
from drift.model.resource import Resource
from drift.model.secret import Secret
from drift.model.ticket import Ticket
from drift.model.verdict import Disposition
from drift.stages.correlate import CorrelationRules
from drift.store.database import Database
from providers.slack.buttons import buttons
from providers.slack.http_mode import hear_http
from providers.slack.interactions import Interactions
from providers.slack.web_api import Slack, SlackSettings
from tests.builders import SECURITY_GROUP, a_ticket, an_event
from tests.providers.slack.builders import a_change, an_alert
from tests.providers.slack.fake_slack import CHANNEL, TOKEN, KeptMessage
from tests.providers.slack.talking_slack import (
    APP_TOKEN,
    PATIENCE,
    SIGNING_SECRET,
    TalkingSlack,
    Window,
    talking_slack,
)
from tests.scenarios.cloud import ALICE, Watch

ALICE_ID, ERIN_ID, EVE_ID = "U0ALICE", "U0ERIN", "U0EVE"
ADDRESSES = {ALICE_ID: "alice@example.com", ERIN_ID: "erin@example.com"}

BUCKET = Resource(type="aws_s3_bucket", id="example-logs")


@dataclass
class Desk:
    """A ticket system in memory."""

    tickets: list[Ticket] = field(default_factory=list)

    def check(self) -> str:
        """Say that it is there."""
        return "a ticket system"

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> list[Ticket]:
        """Return the tickets with these keys, and those that name these resources."""
        named = set(resource_ids)
        return [one for one in self.tickets if one.key in keys or named & set(one.resources)]


@pytest.fixture
def slack() -> Iterator[TalkingSlack]:
    with talking_slack(**ADDRESSES) as slack:
        yield slack


@pytest.fixture
def watch(sqlite_database: Database, slack: TalkingSlack) -> Watch:
    people = People.known([Person(name="eve@example.com", names=(EVE_ID,))])
    return Watch(
        database=sqlite_database,
        boards={"slack": a_notifier(slack)},
        actions=ActionRules(approvers=("erin@example.com", "alice@example.com", "eve@example.com")),
        correlation=CorrelationRules(aliases=people.aliases),
        ticket_sources={"jira": Desk([a_ticket("OPS-7")])},
    )


@pytest.fixture
def heard(watch: Watch, slack: TalkingSlack) -> Iterator[TalkingSlack]:
    """Slack, with somebody who hears what people answer in it."""
    with hearing(watch, slack):
        yield slack


def test_a_ticket_is_linked_from_the_button_to_the_edited_message(watch: Watch, heard: TalkingSlack) -> None:
    message = told(watch, heard)
    window = opened(heard, message, "Link ticket", ALICE_ID)

    heard.send_form(window, ALICE_ID, ticket="OPS-7")
    said = answered(heard, window)
    watch.cycle(minute=2)

    [action] = watch.bodies(EntryKind.ACTION)
    assert action["by"]["name"] == "alice@example.com"
    assert (action["by"]["account"], action["by"]["origin"]) == (ALICE_ID, "slack")
    assert action["deed"]["ticket"]["key"] == "OPS-7"
    assert "linked" in said
    assert "alice@example.com" in str(heard.thread)
    assert "OPS-7" in str(message.content["blocks"])
    assert message.edits > 0
    assert len(heard.messages) == 1


def test_a_ticket_that_there_is_not_keeps_the_form_open_and_says_why(
    watch: Watch, heard: TalkingSlack
) -> None:
    window = opened(heard, told(watch, heard), "Link ticket", ALICE_ID)

    heard.send_form(window, ALICE_ID, ticket="OPS-8")
    heard.wait_for(lambda: "OPS-8" in window.text)

    assert "There is no ticket OPS-8" in window.text
    assert window.view["callback_id"] == "driftledger_form"
    assert watch.ledger(EntryKind.ACTION) == []

    heard.send_form(window, ALICE_ID, ticket="OPS-7")
    answered(heard, window)

    assert len(watch.ledger(EntryKind.ACTION)) == 1


def test_an_emergency_is_declared_and_approved_by_somebody_else(watch: Watch, heard: TalkingSlack) -> None:
    message = told(watch, heard)

    window = opened(heard, message, "Declare emergency", ALICE_ID)
    heard.send_form(window, ALICE_ID, text="The site was down and nobody could log in", incident="INC-9")
    answered(heard, window)
    watch.cycle(minute=2)
    window = opened(heard, message, "Approve", ERIN_ID)
    heard.send_form(window, ERIN_ID, text="Agreed on the phone")
    answered(heard, window)
    watch.cycle(minute=3)

    judgement = watch.change().judgement
    assert judgement is not None
    assert judgement.decision.disposition is Disposition.EMERGENCY
    assert [one["by"]["name"] for one in watch.bodies(EntryKind.ACTION)] == [
        "alice@example.com",
        "erin@example.com",
    ]


def test_nobody_approves_their_own_change_and_they_are_told_why(watch: Watch, heard: TalkingSlack) -> None:
    window = opened(heard, told(watch, heard), "Approve", ALICE_ID)

    heard.send_form(window, ALICE_ID)
    heard.wait_for(lambda: "Not done" in window.text)

    assert "nobody may approve their own" in window.text
    assert watch.ledger(EntryKind.ACTION) == []


def test_somebody_whose_address_slack_does_not_tell_is_known_by_the_configuration(
    watch: Watch, heard: TalkingSlack
) -> None:
    window = opened(heard, told(watch, heard), "Approve", EVE_ID)

    heard.send_form(window, EVE_ID)
    answered(heard, window)

    [action] = watch.bodies(EntryKind.ACTION)
    assert (action["by"]["name"], action["by"]["account"]) == ("eve@example.com", EVE_ID)


def test_whoever_says_that_it_was_not_they_raises_an_alarm(watch: Watch, heard: TalkingSlack) -> None:
    window = opened(heard, told(watch, heard), "It was not me", ALICE_ID)

    heard.send_form(window, ALICE_ID, text="I was asleep")
    answered(heard, window)

    assert [one.partition(":")[0] for one in watch.alarms()] == ["possible-compromise"]


def test_a_wrong_attribution_is_corrected_and_the_message_says_so(watch: Watch, heard: TalkingSlack) -> None:
    message = told(watch, heard)
    window = opened(heard, message, "Wrong attribution", ERIN_ID)

    heard.send_form(window, ERIN_ID, actor="dave@example.com", text="He was at her desk")
    answered(heard, window)
    watch.cycle(minute=2)

    [action] = watch.bodies(EntryKind.ACTION)
    assert (action["deed"]["actor"], action["by"]["name"]) == ("dave@example.com", "erin@example.com")
    assert "dave@example.com (by correction)" in str(message.content["blocks"])
    assert "alice@example.com called" not in str(message.content["blocks"])


def test_a_correction_without_a_reason_is_not_taken_in(watch: Watch, heard: TalkingSlack) -> None:
    window = opened(heard, told(watch, heard), "Wrong attribution", ERIN_ID)

    heard.send_form(window, ERIN_ID, actor=" ", text="I think so")
    heard.wait_for(lambda: "Not done" in window.text)

    assert watch.ledger(EntryKind.ACTION) == []


def test_a_form_that_is_delivered_again_changes_nothing(watch: Watch, heard: TalkingSlack) -> None:
    window = opened(heard, told(watch, heard), "Link ticket", ALICE_ID)
    payload = heard.sending(window, ALICE_ID, ticket="OPS-7")

    for number in range(2):
        heard.tell("interactive", payload, envelope=f"again-{number}")
        answered(heard, window)
    heard.wait_for(lambda: window.updates >= 2)

    assert len(watch.ledger(EntryKind.ACTION)) == 1


def test_of_several_changes_one_is_chosen_or_all(watch: Watch, heard: TalkingSlack) -> None:
    watch.deliver(
        *(an_event(event_id=one.id, principal=ALICE, resources=(one,)) for one in (SECURITY_GROUP, BUCKET))
    )
    watch.cycle(minute=1)
    [message] = heard.messages
    window = opened(heard, message, "Link ticket", ALICE_ID)
    second = watch.changes()[1].change.change_id

    heard.send_form(window, ALICE_ID, change=second, ticket="OPS-7")
    answered(heard, window)
    window = opened(heard, message, "Link ticket", ALICE_ID)
    heard.send_form(window, ALICE_ID, ticket="OPS-7")
    answered(heard, window)

    refs = [entry.ref for entry in watch.ledger(EntryKind.ACTION)]
    assert refs == [second, watch.changes()[0].change.change_id]


def test_adopting_and_reverting_say_which_command_prints_what_to_do(
    watch: Watch, heard: TalkingSlack
) -> None:
    window = opened(heard, told(watch, heard), "Revert it", ALICE_ID)

    assert "Nothing differs from the code" in window.text


@pytest.mark.parametrize(
    ("disposition", "texts"),
    [
        (Disposition.PENDING, ["Link ticket", "Declare emergency", "Approve"]),
        (Disposition.UNTICKETED, ["Link ticket", "Declare emergency", "Approve"]),
        (Disposition.EMERGENCY, ["Approve"]),
        (Disposition.AUTHORISED, []),
        (Disposition.WAIVED, []),
    ],
)
def test_a_message_asks_for_what_is_still_missing(disposition: Disposition, texts: list[str]) -> None:
    below = buttons(an_alert(changes=(a_change(disposition=disposition),)))

    found = [one["text"]["text"] for one in below["elements"] if one["type"] == "button"] if below else []
    assert found == texts


def test_a_message_has_no_buttons_where_nobody_hears_them(
    sqlite_database: Database, slack: TalkingSlack
) -> None:
    deaf = Slack(SlackSettings(channel=CHANNEL, token=Secret(TOKEN), base_url=slack.base_url))
    watch = Watch(database=sqlite_database, boards={"slack": deaf})

    assert "actions" not in kinds(told(watch, slack))


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "shortcut", "user": {"id": "U1"}, "trigger_id": "1"},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": [{"action_id": "other", "value": "x"}]},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": []},
        {"type": "block_actions", "user": "U1", "actions": [{"action_id": "driftledger_wish_link"}]},
        {
            "type": "block_actions",
            "user": {"id": "U1"},
            "actions": [{"action_id": "driftledger_wish_link", "value": "fly:ses-1"}],
        },
        {
            "type": "view_submission",
            "user": {"id": "U1"},
            "view": {"id": "V1", "callback_id": "driftledger_form", "private_metadata": "{oops"},
        },
        {"type": "view_closed", "user": {"id": "U1"}, "view": {"id": "V1"}},
    ],
)
def test_what_says_nothing_to_us_is_acknowledged_and_does_nothing(
    watch: Watch, heard: TalkingSlack, payload: dict[str, object]
) -> None:
    message = told(watch, heard)

    heard.tell("interactive", {"type": "none"} | payload)
    heard.tell("events_api", {"event": {"type": "message"}})
    window = opened(heard, message, "Approve", ERIN_ID)

    assert list(heard.windows.values()) == [window]
    assert watch.ledger(EntryKind.ACTION) == []


def test_a_session_that_is_not_known_any_more_is_said_to_be_gone(watch: Watch, heard: TalkingSlack) -> None:
    message = told(watch, heard)
    payload = heard.pressing(message, "Link ticket", ALICE_ID)
    payload["actions"][0]["value"] = "link:ses-gone"

    heard.tell("interactive", payload)
    heard.wait_for(lambda: heard.windows)

    assert "not known any more" in next(iter(heard.windows.values())).text


def test_a_connection_that_breaks_off_is_made_anew(watch: Watch, heard: TalkingSlack) -> None:
    message = told(watch, heard)
    opened(heard, message, "Link ticket", ALICE_ID)

    heard.drop_sockets()
    window = opened(heard, message, "Approve", ERIN_ID)

    assert window.view["title"]["text"] == "Approve"


def test_over_http_only_what_slack_signed_is_heard(watch: Watch, slack: TalkingSlack) -> None:
    message = told(watch, slack)
    with hearing_http(watch, slack) as port:
        payload = slack.pressing(message, "Link ticket", ALICE_ID)

        assert slack.call(port, payload, secret="another") == 401
        assert slack.call(port, payload, age=600) == 401
        assert slack.windows == {}
        assert slack.call(port, payload) == 200
        slack.wait_for(lambda: slack.windows)
        [window] = slack.windows.values()
        assert slack.call(port, slack.sending(window, ALICE_ID, ticket="OPS-7")) == 200
        answered(slack, window)

    assert len(watch.ledger(EntryKind.ACTION)) == 1


def a_notifier(slack: TalkingSlack) -> Slack:
    settings = SlackSettings(
        channel=CHANNEL, token=Secret(TOKEN), app_token=Secret(APP_TOKEN), base_url=slack.base_url
    )
    return Slack(settings)


def told(watch: Watch, slack: TalkingSlack) -> KeptMessage:
    """Alice opens a port by hand; return the message about it."""
    watch.told(an_event(principal=ALICE), minute=1)
    [message] = slack.messages
    return message


def kinds(message: KeptMessage) -> list[str]:
    return [block["type"] for block in message.content["blocks"]]


def opened(slack: TalkingSlack, message: KeptMessage, button: str, user: str) -> Window:
    """Press a button; return the window that opens."""
    before = set(slack.windows)
    slack.press(message, button, user)
    slack.wait_for(lambda: set(slack.windows) - before)
    [window] = set(slack.windows) - before
    return slack.windows[window]


def answered(slack: TalkingSlack, window: Window) -> str:
    """Return what a window says once it is known what came of a form."""
    slack.wait_for(lambda: window.view["title"]["text"] == "Done")
    return window.text


@contextmanager
def hearing(watch: Watch, slack: TalkingSlack) -> Iterator[None]:
    counter = Counter(desk=lambda: watch.pipeline.desk, clock=watch.clock)
    with until_over(lambda is_over: a_notifier(slack).hear(counter, is_over), slack.ping):
        yield


@contextmanager
def hearing_http(watch: Watch, slack: TalkingSlack) -> Iterator[int]:
    from slack_sdk import WebClient

    counter = Counter(desk=lambda: watch.pipeline.desk, clock=watch.clock)
    interactions = Interactions(WebClient(token=TOKEN, base_url=slack.base_url), counter)
    ports: list[int] = []
    is_there = threading.Event()

    def tell(port: int) -> None:
        ports.append(port)
        is_there.set()

    with until_over(lambda is_over: hear_http("127.0.0.1", 0, SIGNING_SECRET, interactions, is_over, tell)):
        assert is_there.wait(PATIENCE)
        yield ports[0]


@contextmanager
def until_over(
    hear: Callable[[Callable[[], bool]], None], wake: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hear until the end of the block. The SDK looks up only when something comes, or after three seconds."""
    over = threading.Event()
    thread = threading.Thread(target=hear, args=(over.is_set,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        while thread.is_alive():
            wake()
            thread.join(0.02)
