"""`/drift around` in Slack: acknowledged at once, and answered to whoever asked, alone."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drift.asked import MOST_TOLD, answer
from drift.counter import Counter
from drift.model.form import Answer
from drift.model.resource import Resource
from drift.model.verdict import ActorKind, Confidence
from drift.store.database import Database
from providers.slack.commands import hear_command
from providers.slack.http_mode import hear_http
from providers.slack.interactions import Interactions
from tests.builders import NOON, a_principal, a_ticket, an_event, minutes
from tests.providers.slack.fake_slack import TOKEN, Json
from tests.providers.slack.talking_slack import PATIENCE, SIGNING_SECRET, TalkingSlack, talking_slack
from tests.providers.slack.test_answering import ALICE_ID, Desk, a_notifier, until_over
from tests.scenarios.cloud import ALICE, Watch

INCIDENT = a_ticket("INC-9", created_at=NOON + minutes(30), resources=("sg-0abc",))

AROUND_ONE = "around 2026-11-16T13:00Z"


@pytest.fixture
def slack() -> Iterator[TalkingSlack]:
    with talking_slack() as slack:
        yield slack


@pytest.fixture
def watch(sqlite_database: Database) -> Watch:
    return Watch(database=sqlite_database, ticket_sources={"jira": Desk([INCIDENT])})


@pytest.fixture
def heard(watch: Watch, slack: TalkingSlack) -> Iterator[TalkingSlack]:
    """Slack, with somebody who hears over Socket Mode what people ask in it."""
    with until_over(lambda is_over: a_notifier(slack).hear(a_counter(watch), is_over), slack.ping):
        yield slack


def a_counter(watch: Watch) -> Counter:
    pipeline = watch.pipeline
    return Counter(
        desk=lambda: pipeline.desk,
        clock=watch.clock,
        asked=lambda words: answer(words, pipeline.have, pipeline.desk),
    )


def nothing() -> None:
    """Nothing else is asked for."""
    raise AssertionError


def asked(slack: TalkingSlack, text: str) -> list[str]:
    """Ask over Socket Mode; return the lines of the answer."""
    before = len(slack.answers)
    slack.tell("slash_commands", slack.commanding(text, ALICE_ID))
    slack.wait_for(lambda: len(slack.answers) > before)
    user, content = slack.answers[-1]
    assert (user, content["response_type"], content["replace_original"]) == (ALICE_ID, "ephemeral", False)
    return lines_of(content)


def lines_of(content: Json) -> list[str]:
    [block] = content["blocks"]
    [part] = block["elements"]
    [element] = part["elements"]
    assert (part["type"], element["type"]) == ("rich_text_preformatted", "text")
    return str(element["text"]).split("\n")


def test_an_incident_is_answered_with_what_was_changed_before_it(watch: Watch, heard: TalkingSlack) -> None:
    watch.told(an_event(principal=ALICE), minute=40)

    lines = asked(heard, "around INC-9")

    change = watch.change().change.change_id
    assert lines == [
        "1 change in the 24 h before 2026-11-16 12:30 UTC, when INC-9 was opened: Open the port",
        "1. aws_security_group sg-0abc: called AuthorizeSecurityGroupIngress",
        "2026-11-16 12:00, retroactive, console, alice@example.com",
        f"{change}: named in INC-9, medium, 30 min before",
    ]
    assert heard.messages == []
    assert heard.thread == []


def test_over_http_it_is_answered_alike_and_only_what_slack_signed_is_heard(
    watch: Watch, slack: TalkingSlack
) -> None:
    watch.told(an_event(principal=ALICE), minute=40)
    with hearing_http(watch, slack) as port:
        payload = slack.commanding("around INC-9", ALICE_ID)

        assert slack.call(port, payload, secret="another") == 401
        assert slack.call(port, payload, age=600) == 401
        assert slack.call(port, payload) == 200
        slack.wait_for(lambda: slack.answers)

    [(user, content)] = slack.answers
    assert user == ALICE_ID
    assert lines_of(content)[0].startswith("1 change in the 24 h before")


def test_over_http_what_is_no_command_is_refused_and_what_slack_only_tries_is_acknowledged(
    watch: Watch, slack: TalkingSlack
) -> None:
    """
    Slack tries an address with `ssl_check=1` now and then.
    """
    with hearing_http(watch, slack) as port:
        assert slack.call_with(port, "/slack/command", b"{}") == 400
        assert slack.call_with(port, "/slack/command", b"ssl_check=1") == 200
        assert slack.call_with(port, "/slack/other", b"ssl_check=1") == 404

    assert slack.answers == []


@pytest.mark.parametrize(
    ("body", "at", "signature"),
    [
        (b"\xff=1", "now", "v0=1"),
        (b"command=1", "soon", "v0=1"),
        (b"command=1", "²", "v0=1"),
        (b"command=1", "now", "v0=é"),
        (b"command=1", "now", ""),
    ],
)
def test_over_http_nothing_that_somebody_else_sends_breaks_the_hearing(
    watch: Watch, slack: TalkingSlack, capfd: pytest.CaptureFixture[str], body: bytes, at: str, signature: str
) -> None:
    headers = {
        "X-Slack-Request-Timestamp": at.replace("now", str(int(time.time()))).encode(),
        "X-Slack-Signature": signature.encode(),
    }
    with hearing_http(watch, slack) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("POST", "/slack/command", body, headers)
        status = connection.getresponse().status
        connection.close()

    assert status == 401
    assert capfd.readouterr().err == ""


def test_it_is_acknowledged_before_the_answer_is_known(slack: TalkingSlack) -> None:
    is_known = threading.Event()

    def slowly(_: str) -> Answer:
        assert is_known.wait(PATIENCE)
        return Answer(text="at last", is_done=True)

    counter = Counter(desk=nothing, clock=nothing, asked=slowly)  # type: ignore[arg-type]
    with until_over(lambda is_over: a_notifier(slack).hear(counter, is_over), slack.ping):
        slack.tell("slash_commands", slack.commanding(AROUND_ONE, ALICE_ID))
        assert slack.answers == []

        is_known.set()
        slack.wait_for(lambda: slack.answers)

    assert lines_of(slack.answers[0][1]) == ["at last"]


def test_at_most_twenty_changes_are_told_and_how_many_there_are(watch: Watch, heard: TalkingSlack) -> None:
    resources = [Resource(type="aws_s3_bucket", id=f"bucket-{number:02}") for number in range(25)]
    events = [an_event(event_id=one.id, principal=ALICE, resources=(one,)) for one in resources]
    watch.told(*events, minute=40)

    lines = asked(heard, AROUND_ONE)

    assert lines[0] == "25 changes in the 24 h before 2026-11-16 13:00 UTC; the 20 most relevant"
    assert len(lines) == 1 + 3 * MOST_TOLD
    assert lines[-3].startswith("20. ")


def test_what_slack_makes_of_what_somebody_typed_means_what_they_typed(
    watch: Watch, heard: TalkingSlack
) -> None:
    watch.told(an_event(principal=ALICE), minute=40)
    place = "https://example.atlassian.net/browse/INC-9"

    for text in (f"around <{place}>", f"around <{place}|INC-9>", "around INC-9 —scope resource:sg-*&amp;"):
        assert "when INC-9 was opened" in asked(heard, text)[0]


def test_what_cannot_be_answered_is_said_to_whoever_asked(heard: TalkingSlack) -> None:
    assert asked(heard, "")[0].startswith("Write: around INCIDENT|TIME")
    assert asked(heard, "around INC-10")[0].startswith("There is no ticket INC-10")


def test_text_of_an_attacker_stays_text_and_no_doubtful_person_is_named(
    watch: Watch, heard: TalkingSlack
) -> None:
    """
    Names of resources come as somebody typed them, and an answer may be shown around.
    """
    hostile = "<!channel>\u202e*b*:boom:\n1. forged"
    doubtful = a_principal("mallory", kind=ActorKind.HUMAN, confidence=Confidence.LOW)
    resource = Resource(type="aws_s3_bucket", id=hostile)
    watch.told(an_event(principal=doubtful, resources=(resource,)), minute=40)

    lines = asked(heard, AROUND_ONE)

    assert len(lines) == 4
    assert "<!channel>" in lines[1]
    assert "*b*:boom:" in lines[1]
    assert "\u202e" not in lines[1]
    assert "mallory" not in "".join(lines)
    assert heard.answers[-1][1]["text"] == "An answer of Driftledger"


def test_long_names_of_any_script_never_make_an_answer_that_slack_refuses(
    watch: Watch, heard: TalkingSlack
) -> None:
    resources = [Resource(type="aws_s3_bucket", id=f"{number:02}" + 'é"漢' * 300) for number in range(20)]
    events = [
        an_event(event_id=str(number), principal=ALICE, resources=(one,))
        for number, one in enumerate(resources)
    ]
    watch.told(*events, minute=40)

    lines = asked(heard, AROUND_ONE)

    assert lines[0].startswith("20 changes")
    assert len(json.dumps(lines)) < 13_200


def test_nothing_is_answered_but_to_slack(watch: Watch, heard: TalkingSlack) -> None:
    elsewhere = (
        "https://evil.example/commands",
        "http://hooks.slack.com/x",
        "file:///etc/passwd",
        "http://[::1",
    )
    told = [heard.commanding(AROUND_ONE, ALICE_ID) | {"response_url": url} for url in elsewhere]

    for payload in [*told, {"command": "/drift"}]:
        heard.tell("slash_commands", payload)

    assert asked(heard, AROUND_ONE)[0].startswith("0 changes")
    assert len(heard.answers) == 1


@pytest.mark.parametrize(
    ("url", "takes"),
    [
        ("https://hooks.slack.com/commands/T1/2/3", True),
        ("https://hooks.slack-gov.com/commands/T1/2/3", True),
        ("https://hooks.slack.com.evil.example/commands", False),
        ("https://hooks.slack.com:8443/commands", False),
        ("https://me@evil.example/hooks.slack.com", False),
        ("http://hooks.slack.com/commands", False),
    ],
)
def test_only_slack_takes_answers(url: str, takes: bool) -> None:
    from slack_sdk import WebClient

    payload = {"command": "/drift", "text": "around 2h", "response_url": url}
    counter = Counter(desk=nothing, clock=nothing)  # type: ignore[arg-type]

    assert (hear_command(payload, WebClient(token=TOKEN), counter).then is not None) is takes


def test_whoever_asked_is_told_when_it_goes_wrong(slack: TalkingSlack) -> None:
    def broken(_: str) -> Answer:
        raise ValueError("a defect")

    counter = Counter(desk=nothing, clock=nothing, asked=broken)  # type: ignore[arg-type]
    with until_over(lambda is_over: a_notifier(slack).hear(counter, is_over), slack.ping):
        assert asked(slack, AROUND_ONE)[0].startswith("Something went wrong")


@contextmanager
def hearing_http(watch: Watch, slack: TalkingSlack) -> Iterator[int]:
    from slack_sdk import WebClient

    interactions = Interactions(WebClient(token=TOKEN, base_url=slack.base_url), a_counter(watch))
    ports: list[int] = []
    is_there = threading.Event()

    def tell(port: int) -> None:
        ports.append(port)
        is_there.set()

    with until_over(lambda is_over: hear_http("127.0.0.1", 0, SIGNING_SECRET, interactions, is_over, tell)):
        assert is_there.wait(PATIENCE)
        yield ports[0]
