"""Sending: at least once, recognisably the same, waiting where it fails, giving up where it must."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.ledger.log import entries
from drift.model.alert import Alert
from drift.model.evidence import EntryKind
from drift.stages.notify import (
    FIRST_WAIT,
    GIVE_UP_AFTER,
    LONGEST_PAUSE,
    LONGEST_WAIT,
    MAX_ATTEMPTS,
    Sent,
    notify,
)
from drift.store import outbox
from drift.store.database import Database
from drift.store.lookup import AlertRow, alerts_about
from drift.store.schema import outbox as outbox_table
from tests.builders import NOON, an_alert, minutes

UNAVAILABLE = ProviderUnavailableError("no answer", hint="wait")
REFUSED = ProviderAccessError("the token was revoked", hint="make another one")
UNFIT = ProviderResponseError("the message is too long", hint="shorten it")


class Phone:
    """A notifier that keeps what it was sent, and fails as it is told."""

    def __init__(self, *failures: ProviderError | None) -> None:
        self.sent: list[tuple[Alert, str | None]] = []
        self._failures = list(failures)

    def check(self) -> str:
        """Say that it is there."""
        return "a phone"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Keep the message, or fail."""
        if self._failures and (failure := self._failures.pop(0)):
            raise failure
        self.sent.append((alert, replaces))
        return replaces or f"message-{len(self.sent)}"

    @property
    def headlines(self) -> list[str]:
        """What the messages say."""
        return [alert.headline for alert, _ in self.sent]


def test_an_alert_is_sent_once_and_its_sending_is_evidence(database: Database) -> None:
    phone = Phone()
    queue(database, "phone")

    assert notify(database, {"phone": phone}, NOON) == Sent(sent=1)
    assert notify(database, {"phone": phone}, NOON) == Sent()

    [(alert, replaces)] = phone.sent
    [entry] = evidence(database)
    assert replaces is None
    assert entry == {
        "client_id": alert.client_id,
        "session_id": "ses-1",
        "notifier": "phone",
        "reference": "message-1",
        "sent_at": "2026-11-16T12:00:00Z",
    }


def test_news_edit_the_message_that_was_sent(database: Database) -> None:
    phone = Phone()
    for headline in ("first", "second", "third"):
        queue(database, "phone", headline=headline)
        notify(database, {"phone": phone}, NOON)

    assert phone.headlines == ["first", "second", "third"]
    assert [replaces for _, replaces in phone.sent] == [None, "message-1", "message-1"]


def test_a_crash_after_sending_sends_once_more_under_the_same_id(database: Database) -> None:
    """
    Nobody can send and remember in one step; the client id lets a channel recognise the repeat.
    """
    phone = Phone()
    queue(database, "phone")

    class Crashing(Phone):
        def send(self, alert: Alert, *, replaces: str | None) -> str:
            phone.send(alert, replaces=replaces)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        notify(database, {"phone": Crashing()}, NOON)
    notify(database, {"phone": phone}, NOON)

    first, second = (alert.client_id for alert, _ in phone.sent)
    assert first == second
    assert len(evidence(database)) == 1


def test_what_fails_is_tried_again_after_a_wait_that_doubles(database: Database) -> None:
    phone = Phone(UNAVAILABLE, UNAVAILABLE, UNAVAILABLE)
    queue(database, "phone")
    now, waits = NOON, []

    for _ in range(3):
        assert notify(database, {"phone": phone}, now).failed == ("phone: no answer",)
        waits.append(next_attempt(database) - now)
        assert notify(database, {"phone": phone}, next_attempt(database) - minutes(0.01)) == Sent()
        now = next_attempt(database)

    assert waits == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert notify(database, {"phone": phone}, now) == Sent(sent=1)


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (ProviderUnavailableError("busy", hint="", retry_after=timedelta(seconds=90)), timedelta(seconds=90)),
        (ProviderUnavailableError("busy", hint="", retry_after=timedelta(days=9999)), LONGEST_WAIT),
        (REFUSED, FIRST_WAIT),
    ],
)
def test_how_long_to_wait_depends_on_the_failure(
    database: Database, error: ProviderError, wait: timedelta
) -> None:
    queue(database, "phone")

    notify(database, {"phone": Phone(error)}, NOON)

    assert next_attempt(database) - NOON == wait


def test_what_waited_through_an_outage_is_due_soon_once_a_message_gets_through(database: Database) -> None:
    """
    However long the outage was, and the wait has grown by then, people hear of everything at its end.
    """
    phone = Phone(REFUSED, REFUSED, REFUSED, REFUSED, REFUSED)
    queue(database, "phone", headline="in the outage")
    now = NOON
    for _ in range(5):
        notify(database, {"phone": phone}, now)
        now = next_attempt(database)
    ended_at = now - minutes(1)
    queue(database, "phone", session="ses-2", headline="after it")

    notify(database, {"phone": phone}, ended_at)
    notify(database, {"phone": phone}, ended_at + FIRST_WAIT)

    assert phone.headlines == ["after it", "in the outage"]


def test_what_waits_for_another_notifier_goes_on_waiting(database: Database) -> None:
    down = Phone(ProviderUnavailableError("busy", hint="", retry_after=LONGEST_WAIT))
    queue(database, "down", "up")

    notify(database, {"down": down, "up": Phone()}, NOON)

    assert notify(database, {"down": down, "up": Phone()}, NOON + LONGEST_WAIT - minutes(1)) == Sent()
    assert notify(database, {"down": down, "up": Phone()}, NOON + LONGEST_WAIT) == Sent(sent=1)


def test_a_message_that_is_refused_is_a_dead_letter_and_hides_no_other(database: Database) -> None:
    phone = Phone(UNFIT)
    queue(database, "phone", headline="too long")
    queue(database, "phone", session="ses-2", headline="fits")

    result = notify(database, {"phone": phone}, NOON)

    assert result == Sent(sent=1, failed=("phone: the message is too long",))
    assert phone.headlines == ["fits"]
    [dead] = alerts(database)
    assert (dead.status, dead.attempts, dead.last_error) == ("dead", 1, str(UNFIT))


def test_after_many_attempts_and_three_days_an_alert_is_a_dead_letter(database: Database) -> None:
    phone = Phone(*[UNAVAILABLE] * (MAX_ATTEMPTS + 1))
    queue(database, "phone")
    now = NOON
    for _ in range(MAX_ATTEMPTS):
        notify(database, {"phone": phone}, now)
        now += LONGEST_WAIT
    [waiting] = alerts(database)

    assert notify(database, {"phone": phone}, NOON + GIVE_UP_AFTER).sent == 0
    assert notify(database, {"phone": phone}, NOON + 2 * GIVE_UP_AFTER) == Sent()

    [dead] = alerts(database)
    assert waiting.status == "queued"
    assert (dead.status, dead.attempts) == ("dead", MAX_ATTEMPTS + 1)


def test_a_channel_that_was_away_is_tried_at_least_every_quarter_of_an_hour(database: Database) -> None:
    """
    Else a message could wait for hours after the channel has come back.
    """
    phone = Phone(*[UNAVAILABLE] * (MAX_ATTEMPTS + 1))
    queue(database, "phone")
    now = NOON
    for _ in range(MAX_ATTEMPTS):
        now = next_attempt(database)
        notify(database, {"phone": phone}, now)

    assert next_attempt(database) - now == LONGEST_PAUSE


@pytest.mark.parametrize("failure", [UNAVAILABLE, REFUSED])
def test_a_notifier_that_does_not_answer_is_left_alone_until_the_next_run(
    database: Database, failure: ProviderError
) -> None:
    """
    A hundred alerts, each waiting for a time-out, would hold up everything else, and use up their attempts.
    """
    down, up = Phone(failure), Phone()
    for session in ("ses-1", "ses-2", "ses-3"):
        queue(database, "down", "up", session=session)

    result = notify(database, {"down": down, "up": up}, NOON)

    assert result == Sent(sent=3, failed=(f"down: {failure.what}",))
    assert down.sent == []
    assert notify(database, {"down": down, "up": up}, NOON + LONGEST_WAIT) == Sent(sent=3)


def test_an_alert_that_was_queued_without_a_notifier_goes_to_the_first_configured(database: Database) -> None:
    first, second = Phone(), Phone()
    queue(database)

    assert notify(database, {}, NOON) == Sent()
    assert notify(database, {"first": first, "second": second}, NOON) == Sent(sent=1)

    assert (len(first.sent), len(second.sent)) == (1, 0)
    assert [entry["notifier"] for entry in evidence(database)] == ["first"]


def test_an_alert_that_another_run_sent_meanwhile_is_not_sent_again(database: Database) -> None:
    """
    Two runs that overlap read the same list of what is due.
    """
    phone = Phone()
    queue(database, "phone", session="ses-1")
    queue(database, "phone", session="ses-2")

    class Overlapped(Phone):
        def send(self, alert: Alert, *, replaces: str | None) -> str:
            notify(database, {"phone": phone}, NOON)
            return super().send(alert, replaces=replaces)

    notify(database, {"phone": Overlapped()}, NOON)

    assert [alert.session_id for alert, _ in phone.sent] == ["ses-1", "ses-2"]
    assert [entry["session_id"] for entry in evidence(database)] == ["ses-1", "ses-2", "ses-1"]


def queue(
    database: Database, *notifiers: str, session: str = "ses-1", headline: str = "alice opened tcp/22"
) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, notifiers, an_alert(session, headline=headline), NOON)


def evidence(database: Database) -> list[dict[str, Any]]:
    with database.reading() as connection:
        found = [entry for entry in entries(connection) if entry.kind is EntryKind.ALERT]
    return [json.loads(entry.body or b"") for entry in found]


def alerts(database: Database) -> list[AlertRow]:
    with database.reading() as connection:
        return alerts_about(connection, "ses-1")


def next_attempt(database: Database) -> datetime:
    with database.reading() as connection:
        at: datetime = connection.execute(select(outbox_table.c.next_attempt_at)).scalar_one()
    return at
