"""Reports on their way: nothing is lost, nothing doubled, and whoever gets none is noticed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
)
from drift.mailing import GIVEN_UP_AFTER, queue_letters, send_due
from drift.model.audience import Audience
from drift.model.erasure import Forgotten
from drift.model.evidence import EntryKind
from drift.model.report_mail import MailRecord, ReportKind
from drift.reports.entries import entries_of_kind
from drift.stages.alarm import find_failing_mails
from drift.store import report_mails
from drift.store.database import Database
from drift.store.erasure import forget_in_store
from drift.store.report_mails import MailStatus, Outgoing
from tests.builders import NOON

LEADS = Outgoing(
    mail="leads",
    kind=ReportKind.WEEKLY,
    audience=Audience.MANAGERS,
    period="2026-W47",
    address="ann@example.com",
    letter=b"Subject: x\r\n\r\nhello",
    run_id="wr-1",
    sha256="a" * 64,
    checkpoint_size=61,
    checkpoint_root="root",
)
BOTH = (LEADS, replace(LEADS, address="bob@example.com"))
MINUTE = timedelta(minutes=1)


class Post:
    """A transport that takes letters, or fails as it is told."""

    sender = "drift@example.com"

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.fails: dict[str, ProviderError] = {}

    def check(self) -> str:
        return "there"

    def post(self, letter: bytes, to: Sequence[str]) -> None:
        (address,) = to
        if error := self.fails.get(address):
            raise error
        self.taken.append((address, letter))


def statuses(database: Database) -> list[MailStatus]:
    with database.reading() as connection:
        return [one.status for one in report_mails.letters_of(connection, "leads", "2026-W47")]


def records(database: Database) -> list[MailRecord]:
    with database.reading() as connection:
        found = entries_of_kind(connection, EntryKind.REPORT_MAIL)
        return [msgspec.json.decode(one.body or b"", type=MailRecord) for one in found]


def alarms_of(database: Database, now: datetime) -> list[str]:
    with database.reading() as connection:
        return [one.text for one in find_failing_mails(connection, now)]


def test_each_address_gets_one_letter_and_the_ledger_tells_when_all_have(database: Database) -> None:
    post = Post()

    assert queue_letters(database, BOTH, NOON) == 2
    done = send_due(database, post, NOON + MINUTE)
    again = send_due(database, post, NOON + 2 * MINUTE)

    assert (done.sent, again.sent) == (2, 0)
    assert [address for address, _ in post.taken] == ["ann@example.com", "bob@example.com"]
    [record] = records(database)
    assert (record.mail, record.sent, record.given_up) == ("leads", 2, 0)
    assert (record.sha256, record.checkpoint_size, record.period) == ("a" * 64, 61, "2026-W47")


def test_what_was_queued_before_is_queued_no_second_time(database: Database) -> None:
    """
    The program was stopped after it had written the letters, or somebody asks for them again.
    """
    post = Post()
    queue_letters(database, BOTH, NOON)
    send_due(database, post, NOON)

    assert queue_letters(database, [replace(one, letter=b"another") for one in BOTH], NOON) == 0
    assert send_due(database, post, NOON + MINUTE).sent == 0
    assert len(post.taken) == 2


def test_a_letter_whose_sending_was_not_noted_is_sent_again_as_it_was(database: Database) -> None:

    class Dying(Post):
        def post(self, letter: bytes, to: Sequence[str]) -> None:
            super().post(letter, to)
            raise KeyboardInterrupt

    queue_letters(database, [LEADS], NOON)
    dying, alive = Dying(), Post()
    with pytest.raises(KeyboardInterrupt):
        send_due(database, dying, NOON)
    send_due(database, alive, NOON + MINUTE)

    assert dying.taken == alive.taken == [(LEADS.address, LEADS.letter)]


def test_what_was_taken_is_kept_no_longer(database: Database) -> None:
    queue_letters(database, [LEADS], NOON)
    send_due(database, Post(), NOON)

    with database.reading() as connection:
        [row] = report_mails.letters_of(connection, "leads", "2026-W47")
    assert row.letter is None


def test_an_address_that_fails_holds_up_no_other_and_is_tried_later_and_later(database: Database) -> None:
    post = Post()
    post.fails["ann@example.com"] = ProviderUnavailableError("the server is away", hint="wait")
    queue_letters(database, BOTH, NOON)

    tried = [at for minute in range(60) if send_due(database, post, at := NOON + minute * MINUTE).problems]

    assert [(at - NOON) // MINUTE for at in tried] == [0, 1, 3, 7, 15, 31]
    assert [address for address, _ in post.taken] == ["bob@example.com"]
    assert records(database) == []

    post.fails.clear()
    send_due(database, post, NOON + timedelta(hours=5))
    [record] = records(database)
    assert record.sent == 2


def test_a_server_that_says_when_to_come_again_is_heeded(database: Database) -> None:
    post = Post()
    wait = ProviderUnavailableError("too fast", hint="wait", retry_after=timedelta(minutes=30))
    post.fails[LEADS.address] = wait
    queue_letters(database, [LEADS], NOON)
    send_due(database, post, NOON)

    assert not send_due(database, post, NOON + timedelta(minutes=29)).problems
    assert send_due(database, post, NOON + timedelta(minutes=30)).problems


def test_repeated_failure_is_an_alarm_until_the_report_arrives(database: Database) -> None:
    post = Post()
    post.fails[LEADS.address] = ProviderAccessError("smtp.example.com refuses the user x", hint="check it")
    queue_letters(database, [LEADS], NOON)
    for minute in (0, 1):
        send_due(database, post, NOON + minute * MINUTE)
    assert alarms_of(database, NOON + MINUTE) == []

    send_due(database, post, NOON + 3 * MINUTE)
    [text] = alarms_of(database, NOON + 3 * MINUTE)
    assert "leads, 2026-W47 did not reach every address: sending it failed 3 times" in text
    assert "refuses the user x" in text

    post.fails.clear()
    send_due(database, post, NOON + timedelta(hours=1))
    assert alarms_of(database, NOON + timedelta(hours=1)) == []


def test_what_is_refused_for_good_is_given_up_at_once_told_and_can_be_sent_again(database: Database) -> None:
    post = Post()
    post.fails[LEADS.address] = ProviderResponseError("it is too large", hint="cut it")
    queue_letters(database, BOTH, NOON)
    send_due(database, post, NOON)

    assert statuses(database) == [MailStatus.DEAD, MailStatus.SENT]
    [record] = records(database)
    assert (record.sent, record.given_up) == (1, 1)
    [text] = alarms_of(database, NOON)
    assert "was given up: it is too large" in text

    post.fails.clear()
    with database.transaction() as connection:
        report_mails.send_again(connection, "2026-W47", NOON + MINUTE)
    send_due(database, post, NOON + MINUTE)
    assert statuses(database) == [MailStatus.SENT, MailStatus.SENT]
    assert [(one.sent, one.given_up) for one in records(database)] == [(1, 1), (2, 0)]


def test_after_days_of_trying_a_letter_is_given_up(database: Database) -> None:
    post = Post()
    post.fails[LEADS.address] = ProviderUnavailableError("the server is away", hint="wait")
    queue_letters(database, [LEADS], NOON)

    send_due(database, post, NOON + GIVEN_UP_AFTER)

    assert statuses(database) == [MailStatus.DEAD]


def test_what_nobody_took_is_not_kept_for_ever(database: Database) -> None:
    """It names people."""
    post = Post()
    post.fails[LEADS.address] = ProviderResponseError("it is too large", hint="cut it")
    queue_letters(database, BOTH, NOON)
    send_due(database, post, NOON)

    queue_letters(database, [replace(LEADS, period="2026-W50")], NOON + timedelta(days=21))

    assert statuses(database) == [MailStatus.SENT]


def test_whoever_is_forgotten_stands_in_no_letter_that_waits(database: Database) -> None:
    """In a letter a name may be broken up by its encoding, and a workbook is packed."""
    alice = Forgotten(names=frozenset({"alice@example.com"}), pseudonym="person-1")
    hidden = b"Content-Transfer-Encoding: quoted-printable\r\n\r\nalice@exam=\r\nple.com\xff"
    queue_letters(database, [replace(LEADS, letter=hidden), BOTH[1]], NOON)

    with database.transaction() as connection:
        assert forget_in_store(connection, alice, besides=frozenset()) == 2

    assert statuses(database) == []
    assert queue_letters(database, [LEADS], NOON) == 1


def test_a_defect_of_a_transport_stops_nothing_and_secrets_are_cut_out(database: Database) -> None:
    class Broken(Post):
        def post(self, letter: bytes, to: Sequence[str]) -> None:
            raise RuntimeError("https://user:hunter2secret@example.com")

    queue_letters(database, BOTH, NOON)
    done = send_due(database, Broken(), NOON)

    assert len(done.problems) == 2
    assert not [one for one in done.problems if "hunter2secret" in one]
