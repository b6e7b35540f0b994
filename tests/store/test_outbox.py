"""Alerts on their way: every revision once, the newest only, and never lost."""

from contextlib import suppress

from sqlalchemy import Connection

from drift.store import outbox
from drift.store.database import Database
from drift.store.outbox import DeliveryStatus, QueuedAlert
from tests.builders import NOON, an_alert, minutes


def test_an_alert_is_queued_for_every_notifier(database: Database) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, ["slack", "mail"], an_alert(), NOON)

        assert [one.notifier for one in due(connection, "slack", "mail")] == ["slack", "mail"]
        assert outbox.was_told(connection, "ses-1")
        assert not outbox.was_told(connection, "ses-2")


def test_each_revision_of_a_message_bears_an_id_of_its_own_that_never_changes(database: Database) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, ["slack", "mail"], an_alert(), NOON)
        first = due(connection, "slack", "mail")
        again = due(connection, "slack", "mail")
        send_all(connection, "slack", "mail")
        outbox.queue(connection, ["slack", "mail"], an_alert(), NOON)
        second = due(connection, "slack", "mail")

    assert ids(first) == ids(again)
    assert len({*ids(first), *ids(second)}) == 4


def test_a_run_that_is_repeated_after_a_crash_gives_the_same_ids(database: Database) -> None:
    found = []
    for _ in range(2):
        with suppress(InterruptedError), database.transaction() as connection:
            outbox.queue(connection, ["slack"], an_alert(), NOON)
            found += ids(due(connection, "slack"))
            raise InterruptedError

    assert len(found) == 2
    assert len(set(found)) == 1


def test_a_new_revision_replaces_the_message_that_was_sent_last(database: Database) -> None:
    with database.transaction() as connection:
        for reference in ("message-1", "message-2"):
            outbox.queue(connection, ["slack"], an_alert(), NOON)
            send_all(connection, "slack", reference=reference)
        outbox.queue(connection, ["slack"], an_alert(), NOON)

        assert [one.replaces for one in due(connection, "slack")] == ["message-2"]


def test_messages_of_other_sessions_and_notifiers_are_not_replaced(database: Database) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, ["slack"], an_alert("ses-1"), NOON)
        send_all(connection, "slack")
        outbox.queue(connection, ["slack"], an_alert("ses-2"), NOON)
        outbox.queue(connection, ["mail"], an_alert("ses-1"), NOON)

        assert [one.replaces for one in due(connection, "slack", "mail")] == [None, None]


def test_news_take_the_place_of_a_message_that_still_waits(database: Database) -> None:
    """
    Sent after its correction, the older one would overwrite it.
    """
    with database.transaction() as connection:
        outbox.queue(connection, ["slack"], an_alert(headline="old"), NOON)
        [old] = due(connection, "slack")
        outbox.mark_failed(connection, old.id, "no answer", NOON + minutes(1), DeliveryStatus.QUEUED)
        outbox.queue(connection, ["slack"], an_alert(headline="new"), NOON)

        waiting = due(connection, "slack", at=60)

        assert [one.alert.headline for one in waiting] == ["new"]
        assert outbox.queued_alert(connection, old.id, "slack") is None
        assert outbox.counts(connection) == {"queued": 1, "superseded": 1}


def test_news_to_one_notifier_leave_what_waits_for_another(database: Database) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, ["mail"], an_alert(headline="old"), NOON)
        outbox.queue(connection, ["slack"], an_alert(headline="new"), NOON)

        assert [one.alert.headline for one in due(connection, "slack", "mail")] == ["old", "new"]


def test_without_a_notifier_an_alert_waits_for_the_first_to_come(database: Database) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, [], an_alert(), NOON)

        [waiting] = due(connection, "slack", "mail")

        assert (waiting.notifier, waiting.replaces) == ("slack", None)


def test_a_message_that_waited_for_a_notifier_is_edited_in_place_later(database: Database) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, [], an_alert(), NOON)
        send_all(connection, "slack", reference="message-1")
        outbox.queue(connection, ["slack"], an_alert(), NOON)

        assert [one.replaces for one in due(connection, "slack")] == ["message-1"]


def test_a_message_for_no_notifier_edits_what_the_first_one_sent_before(database: Database) -> None:
    """
    The notifier was taken out of the configuration for a while.
    """
    with database.transaction() as connection:
        outbox.queue(connection, ["slack"], an_alert(), NOON)
        send_all(connection, "slack", reference="message-1")
        outbox.queue(connection, [], an_alert(), NOON)

        assert [one.replaces for one in due(connection, "slack")] == ["message-1"]

        send_all(connection, "slack", reference="message-2")
        outbox.queue(connection, ["slack"], an_alert(), NOON)

        assert [one.replaces for one in due(connection, "slack")] == ["message-2"]


def test_news_take_the_place_of_a_message_that_waited_for_a_notifier(database: Database) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, [], an_alert(headline="old"), NOON)
        outbox.queue(connection, ["slack"], an_alert(headline="new"), NOON)

        assert [one.alert.headline for one in due(connection, "slack")] == ["new"]


def test_an_alert_is_due_when_its_time_has_come(database: Database) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, ["slack"], an_alert(), NOON)
        [one] = due(connection, "slack")
        outbox.mark_failed(connection, one.id, "no answer", NOON + minutes(5), DeliveryStatus.QUEUED)

        assert due(connection, "slack", at=4) == []
        assert [again.attempts for again in due(connection, "slack", at=5)] == [1]


def test_a_dead_letter_is_not_sent_again_and_stays_countable(database: Database) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, ["slack"], an_alert(), NOON)
        [one] = due(connection, "slack")
        outbox.mark_failed(connection, one.id, "refused \0", NOON, DeliveryStatus.DEAD)

        assert due(connection, "slack", at=10_000) == []
        assert outbox.counts(connection) == {"dead": 1}


def test_a_notifier_that_is_configured_no_more_gets_nothing(database: Database) -> None:
    with database.transaction() as connection:
        outbox.queue(connection, ["slack"], an_alert(), NOON)

        assert due(connection, "mail") == []


def due(connection: Connection, *notifiers: str, at: float = 0) -> list[QueuedAlert]:
    rows = outbox.due(connection, notifiers, NOON + minutes(at))
    found = [outbox.queued_alert(connection, row.id, notifiers[0]) for row in rows]
    return [one for one in found if one is not None]


def send_all(connection: Connection, *notifiers: str, reference: str = "message-1") -> None:
    for one in due(connection, *notifiers):
        outbox.mark_sent(connection, one, reference, NOON)


def ids(found: list[QueuedAlert]) -> list[str]:
    return [one.alert.client_id for one in found]
