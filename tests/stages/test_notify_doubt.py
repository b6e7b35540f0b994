"""A message of which nobody knows whether it was sent is looked up before it is sent again."""

import json
from datetime import datetime

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.ledger.log import entries
from drift.model.alert import Alert
from drift.model.evidence import EntryKind
from drift.stages.notify import LONGEST_WAIT, Sent, notify
from drift.store import outbox
from drift.store.database import Database
from tests.builders import NOON, an_alert, minutes

LOST = ProviderUnavailableError("the connection broke", hint="wait")


class Room:
    """A channel that keeps what it is sent, and can be looked through."""

    def __init__(self) -> None:
        self.messages: dict[str, Alert] = {}
        self.posts = 0
        self.answer: BaseException | None = None
        """Raised once the next message was kept: the sender never learns that it was."""
        self.lookup: ProviderError | None = None
        self.asked_since: list[datetime] = []

    def check(self) -> str:
        """Say that it is there."""
        return "a room"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Keep the message, or put it in the place of another."""
        if replaces is None:
            self.posts += 1
        reference = replaces or f"message-{self.posts}"
        self.messages[reference] = alert
        if self.answer:
            answer, self.answer = self.answer, None
            raise answer
        return reference

    def find(self, client_id: str, since: datetime, *, to: str | None = None) -> str | None:
        """Look through the messages."""
        self.asked_since.append(since)
        if self.lookup:
            raise self.lookup
        return next((at for at, one in self.messages.items() if one.client_id == client_id), None)

    def headlines(self) -> list[str]:
        return [one.headline for one in self.messages.values()]


@pytest.mark.parametrize("end", [KeyboardInterrupt(), LOST], ids=["we ended", "the answer was lost"])
def test_a_message_that_is_there_is_not_sent_again_and_its_sending_is_evidence(
    database: Database, end: BaseException
) -> None:
    room = Room()
    queue(database)
    room.answer = end
    attempt(database, room)

    assert notify(database, {"room": room}, NOON + minutes(1)) == Sent(sent=1)

    assert room.posts == 1
    assert [one["reference"] for one in evidence(database)] == ["message-1"]
    assert max(room.asked_since) < NOON, "our clock may be ahead of the channel's"


def test_what_is_in_doubt_and_not_there_is_sent(database: Database) -> None:
    room = Room()
    queue(database)
    room.answer = KeyboardInterrupt()
    attempt(database, room)
    room.messages.clear()

    assert notify(database, {"room": room}, NOON) == Sent(sent=1)
    assert room.headlines() == ["alice opened tcp/22"]


def test_news_edit_the_message_of_which_nobody_knew_that_it_was_sent(database: Database) -> None:
    """
    Without a look the session would have two messages, one of them wrong.
    """
    room = Room()
    queue(database)
    room.answer = KeyboardInterrupt()
    attempt(database, room)
    queue(database, headline="alice closed tcp/22")

    notify(database, {"room": room}, NOON)

    assert room.headlines() == ["alice closed tcp/22"]
    assert [one["reference"] for one in evidence(database)] == ["message-1", "message-1"]


def test_a_channel_is_asked_about_a_message_once(database: Database) -> None:
    room = Room()
    queue(database)
    room.answer = KeyboardInterrupt()
    attempt(database, room)
    queue(database, headline="news")
    notify(database, {"room": room}, NOON)
    asked = len(room.asked_since)

    queue(database, headline="more news")
    notify(database, {"room": room}, NOON)

    assert (asked, len(room.asked_since)) == (1, 1)


def test_a_message_in_doubt_waits_while_the_channel_cannot_be_asked(database: Database) -> None:
    room = Room()
    queue(database)
    room.answer = LOST
    attempt(database, room)
    room.lookup = LOST

    assert notify(database, {"room": room}, NOON + LONGEST_WAIT).sent == 0
    room.lookup = None
    assert notify(database, {"room": room}, NOON + 2 * LONGEST_WAIT).sent == 1

    assert room.posts == 1


@pytest.mark.parametrize(
    "refusal",
    [ProviderAccessError("no scope", hint="add it"), ProviderResponseError("what?", hint="report it")],
)
def test_a_channel_that_may_not_be_searched_is_sent_the_message_again(
    database: Database, refusal: ProviderError
) -> None:
    """
    To be told twice is better than not at all.
    """
    room = Room()
    queue(database)
    room.answer = KeyboardInterrupt()
    attempt(database, room)
    room.lookup = refusal

    assert notify(database, {"room": room}, NOON) == Sent(sent=1)
    assert room.posts == 2


def test_a_message_that_was_refused_is_in_no_doubt(database: Database) -> None:
    class Closed(Room):
        def send(self, alert: Alert, *, replaces: str | None) -> str:
            raise ProviderAccessError("the token was revoked", hint="make another one")

    room = Room()
    queue(database)
    notify(database, {"room": Closed()}, NOON)

    assert notify(database, {"room": room}, NOON + LONGEST_WAIT) == Sent(sent=1)
    assert room.asked_since == []


def queue(database: Database, *, headline: str = "alice opened tcp/22") -> None:
    with database.transaction() as connection:
        outbox.queue(connection, ["room"], an_alert(headline=headline), NOON)


def attempt(database: Database, room: Room) -> None:
    """Send, and end before it is noted that the message was taken."""
    try:
        notify(database, {"room": room}, NOON)
    except KeyboardInterrupt:
        assert room.posts


def evidence(database: Database) -> list[dict[str, str]]:
    with database.reading() as connection:
        found = [entry for entry in entries(connection) if entry.kind is EntryKind.ALERT]
    return [json.loads(entry.body or b"") for entry in found]
