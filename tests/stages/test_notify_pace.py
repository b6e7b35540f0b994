"""How fast messages go out, which wait for each other, and what an outage leaves behind."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drift.errors import ProviderUnavailableError
from drift.ledger.log import entries
from drift.model.alert import Alert
from drift.model.evidence import EntryKind
from drift.model.verdict import Severity
from drift.stages.notify import DeliveryRules, Sent, notify
from drift.store import outbox
from drift.store.database import Database
from tests.builders import NOON, an_alert, minutes

AT_ONCE = DeliveryRules(gather_low=timedelta(0))
QUICK = DeliveryRules(messages_a_minute=1000)
DAY = 24 * 60


class Room:
    """A channel that people read, and that may be away."""

    def __init__(self) -> None:
        self.sent: list[tuple[datetime, Alert]] = []
        self.messages: dict[str, Alert] = {}
        self.now = NOON
        self.is_away = False
        self.retry_after: timedelta | None = None

    def check(self) -> str:
        """Say that it is there."""
        return "a room"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Keep the message with the time, unless it is away."""
        if self.is_away:
            raise ProviderUnavailableError("away", hint="wait", retry_after=self.retry_after)
        self.sent.append((self.now, alert))
        reference = replaces or f"message-{len(self.sent)}"
        self.messages[reference] = alert
        return reference

    def severities(self) -> list[str]:
        return [alert.severity for _, alert in self.sent]

    def text(self) -> str:
        """Everything that it shows."""
        return "\n".join("\n".join((one.session_id, *one.notice)) for one in self.messages.values())


class Pager(Room):
    """A channel that is for the worst only, and for no digest."""

    def takes(self, alert: Alert) -> bool:
        """Take what is urgent."""
        return alert.severity in (Severity.CRITICAL, Severity.HIGH) and not alert.notice


def test_no_minute_has_more_messages_than_the_rules_allow_and_none_is_lost(database: Database) -> None:
    room, rules = Room(), DeliveryRules(messages_a_minute=8)
    for number in range(50):
        queue(database, f"ses-{number:02}")

    for second in range(0, 480, 20):
        run(database, room, rules, at=second / 60)

    times = [at for at, _ in room.sent]
    busiest = max(sum(at <= one < at + timedelta(minutes=1) for one in times) for at in times)
    assert busiest == 8
    assert {alert.session_id for _, alert in room.sent} == {f"ses-{number:02}" for number in range(50)}


def test_people_are_sent_twenty_messages_a_minute_unless_the_configuration_says_otherwise(
    database: Database,
) -> None:
    room = Room()
    for number in range(30):
        queue(database, f"ses-{number}")

    assert run(database, room, AT_ONCE) == Sent(sent=20, held=10)


def test_the_urgent_ones_go_first(database: Database) -> None:
    room = Room()
    for number, severity in enumerate((Severity.MEDIUM, Severity.CRITICAL, Severity.MEDIUM, Severity.HIGH)):
        queue(database, f"ses-{number}", severity)

    run(database, room, DeliveryRules(messages_a_minute=2))

    assert room.severities() == ["critical", "high"]


def test_a_channel_that_asks_for_a_pause_gets_nothing_meanwhile_not_even_news(database: Database) -> None:
    room = Room()
    room.is_away, room.retry_after = True, timedelta(seconds=90)
    queue(database, "ses-1")
    run(database, room, QUICK)
    room.is_away = False
    queue(database, "ses-2", Severity.CRITICAL)

    assert run(database, room, QUICK, at=1).held == 1
    assert run(database, room, QUICK, at=1.5).sent == 2


def test_what_failed_is_sent_as_soon_as_the_channel_answers_again(database: Database) -> None:
    room = Room()
    room.is_away = True
    for number in range(3):
        queue(database, f"ses-{number}")
    for minute in range(60):
        run(database, room, QUICK, at=minute)
    room.is_away = False
    queue(database, "ses-news", at=60)

    run(database, room, QUICK, at=60)
    run(database, room, QUICK, at=60.1)

    assert len(room.sent) == 4


# Low severity


def test_messages_of_low_severity_wait_for_each_other_and_are_told_in_one(database: Database) -> None:
    room, rules = Room(), DeliveryRules(gather_low=minutes(15))
    for minute in range(5):
        queue(database, f"ses-{minute}", Severity.LOW, at=minute)

    assert run(database, room, rules, at=14) == Sent()
    assert run(database, room, rules, at=15) == Sent(sent=1)

    [(_, digest)] = room.sent
    assert digest.severity is Severity.LOW
    assert all(f"ses-{minute}" in room.text() for minute in range(5))
    assert counts(database) == {"folded": 5, "sent": 1}


def test_one_of_low_severity_alone_is_sent_as_it_is(database: Database) -> None:
    room = Room()
    queue(database, "ses-1", Severity.LOW)

    assert run(database, room, DeliveryRules(), at=14) == Sent()
    run(database, room, DeliveryRules(), at=15)

    assert [alert.session_id for _, alert in room.sent] == ["ses-1"]


def test_an_edit_of_low_severity_waits_for_nothing(database: Database) -> None:
    """
    It disturbs nobody, and the message would be wrong meanwhile.
    """
    room = Room()
    queue(database, "ses-1", Severity.LOW)
    run(database, room, DeliveryRules(), at=15)

    queue(database, "ses-1", Severity.LOW, at=16)

    assert run(database, room, DeliveryRules(), at=16) == Sent(sent=1)
    assert len(room.messages) == 1


# An outage


@pytest.mark.parametrize("number", [11, 450])
def test_a_day_without_the_channel_loses_nothing_and_ends_in_few_messages(
    database: Database, number: int
) -> None:
    room = Room()
    room.is_away = True
    for one in range(number):
        queue(database, f"ses-{one:03}", Severity.MEDIUM, at=one)
    for number_of_urgent in range(3):
        queue(database, f"ses-urgent-{number_of_urgent}", Severity.CRITICAL, at=30)
    for minute in range(0, DAY, 60):
        assert run(database, room, DeliveryRules(), at=minute).sent == 0
    room.is_away = False

    for minute in range(DAY, DAY + 30, 5):
        run(database, room, DeliveryRules(), at=minute)

    assert room.severities()[:3] == ["critical"] * 3
    assert len(room.messages) <= 3 + 1 + number // 200
    assert all(f"ses-{one:03}" in room.text() for one in range(number))
    assert set(counts(database)) <= {"sent", "folded", "superseded"}


def test_a_digest_is_evidence_for_each_session_that_it_tells(database: Database) -> None:
    """
    An auditor asks of one change whether anybody was told.
    """
    room = Room()
    for number in range(3):
        queue(database, f"ses-{number}", Severity.LOW)

    run(database, room, DeliveryRules(), at=15)

    with database.reading() as connection:
        told = [entry.ref for entry in entries(connection) if entry.kind is EntryKind.ALERT]
    assert sorted(told) == ["backlog-20261116T121500Z", "ses-0", "ses-1", "ses-2"]


def test_few_messages_that_waited_are_sent_as_they_are(database: Database) -> None:
    room = Room()
    room.is_away = True
    for number in range(10):
        queue(database, f"ses-{number}", Severity.MEDIUM)
    run(database, room, DeliveryRules())
    room.is_away = False

    for minute in range(20, 60, 10):
        run(database, room, DeliveryRules(), at=minute)

    assert sorted(alert.session_id for _, alert in room.sent) == [f"ses-{number}" for number in range(10)]


def test_a_message_that_edits_is_never_folded(database: Database) -> None:
    room = Room()
    for number in range(20):
        queue(database, f"ses-{number}", Severity.MEDIUM)
    run(database, room, DeliveryRules())
    for number in range(20):
        queue(database, f"ses-{number}", Severity.MEDIUM, at=5)

    run(database, room, DeliveryRules(), at=60)

    assert len(room.messages) == 20
    assert len(room.sent) == 40


def test_news_of_a_session_that_a_digest_told_have_a_message_of_their_own(database: Database) -> None:
    room = Room()
    for number in range(3):
        queue(database, f"ses-{number}", Severity.LOW)
    run(database, room, DeliveryRules(), at=15)

    queue(database, "ses-1", Severity.HIGH, at=16)
    run(database, room, DeliveryRules(), at=16)

    assert [alert.session_id for _, alert in room.sent][1:] == ["ses-1"]


def test_the_digest_of_the_day_is_never_told_in_another_digest(database: Database) -> None:
    room = Room()
    for number in range(3):
        queue(database, f"digest-{number}", Severity.LOW, notice=("Judged: nothing.",))

    assert run(database, room, DeliveryRules()).sent == 3


# Who is not for every alert


def test_a_notifier_that_is_not_for_an_alert_is_not_sent_it(database: Database) -> None:
    pager = Pager()
    queue(database, "ses-1", Severity.MEDIUM)
    queue(database, "ses-2", Severity.CRITICAL)

    assert run(database, pager, DeliveryRules()) == Sent(sent=1)
    assert counts(database) == {"withheld": 1, "sent": 1}


def test_what_was_told_once_is_told_to_the_end_though_it_is_milder_now(database: Database) -> None:
    """
    Else a page would stand for ever.
    """
    pager = Pager()
    queue(database, "ses-1", Severity.CRITICAL)
    run(database, pager, DeliveryRules())
    queue(database, "ses-1", Severity.LOW)

    run(database, pager, DeliveryRules(), at=1)

    assert pager.severities() == ["critical", "low"]


def test_a_notifier_that_takes_no_digest_is_sent_each_message(database: Database) -> None:
    pager = Pager()
    pager.is_away = True
    for number in range(30):
        queue(database, f"ses-{number}", Severity.HIGH)
    run(database, pager, DeliveryRules())
    pager.is_away = False

    run(database, pager, DeliveryRules(), at=60)

    assert len(pager.sent) == 30


def queue(
    database: Database,
    session: str,
    severity: Severity = Severity.HIGH,
    *,
    at: float = 0,
    notice: tuple[str, ...] = (),
) -> None:
    alert = replace(an_alert(session), severity=severity, notice=notice)
    with database.transaction() as connection:
        outbox.queue(connection, ["room"], alert, NOON + minutes(at))


def run(database: Database, room: Room, rules: DeliveryRules, *, at: float = 0) -> Sent:
    room.now = NOON + minutes(at)
    return notify(database, {"room": room}, room.now, {"room": rules})


def counts(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return outbox.counts(connection)
