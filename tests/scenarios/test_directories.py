"""Whole stories of people whose other names only a directory knows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from drift.errors import ProviderUnavailableError
from drift.ledger.log import entries
from drift.model.approval import ActionRules
from drift.model.control_test import ControlTest
from drift.model.evidence import ConfigRecord, EntryKind
from drift.model.person import Person
from drift.model.ticket import Ticket
from drift.model.verdict import Disposition, Statement, Trust
from drift.rounds import Rounds
from drift.stages.correlate import CorrelationRules
from drift.stages.decide import DecisionRules
from drift.store.database import Database
from drift.store.people import directory_row, people_kept
from tests.acting import ERIN
from tests.builders import NOON, a_principal, an_event, minutes
from tests.contracts.test_ticket_source import TicketSystem
from tests.contracts.test_ticket_source import recorded as recorded_tickets
from tests.providers.directories.okta import okta
from tests.providers.directories.system import Entry
from tests.scenarios.cloud import Watch
from tests.scenarios.test_change_control import (
    PROD,
    a_console_write,
    an_approved_ticket,
    because,
    results,
    stands,
)

DAY = 24 * 60
OTHER = "alice-idp"
ALICE = Person(name="alice@example.com", names=(OTHER,))


class Names:
    """A directory of the test's own, that may be out of reach."""

    def __init__(self, *people: Person) -> None:
        self.known: Sequence[Person] = people
        self.asked = 0
        self.is_down = False

    def check(self) -> str:
        """Say that all is well."""
        return f"{len(self.known)} people"

    def people(self) -> Sequence[Person]:
        """Return everybody, or fail."""
        self.asked += 1
        if self.is_down:
            raise ProviderUnavailableError("it does not answer", hint="wait")
        return self.known


@pytest.fixture
def tickets(tmp_path: Path) -> Iterator[TicketSystem]:
    with recorded_tickets(tmp_path) as system:
        yield system


@pytest.fixture
def names() -> Names:
    return Names(ALICE)


@pytest.fixture
def watch(sqlite_database: Database, tickets: TicketSystem, names: Names) -> Watch:
    """The configuration knows nobody's other names; a directory does."""
    return Watch(
        database=sqlite_database,
        correlation=CorrelationRules(projects=frozenset({"OPS"})),
        decision=DecisionRules(environments=(PROD,)),
        actions=ActionRules(approvers=(ERIN,)),
        ticket_sources={"jira": tickets.source},
        directories={"idp": names},
    )


def approved_by(name: str) -> Ticket:
    return an_approved_ticket(by=name)


def rules_recorded(watch: Watch) -> list[ConfigRecord]:
    """Return the rules that were in force, one after the other."""
    with watch.database.reading() as connection:
        bodies = [one.body for one in entries(connection) if one.kind is EntryKind.CONFIG_VERSION]
    return [msgspec.json.decode(body or b"", type=ConfigRecord) for body in bodies]


def test_an_approval_by_the_actors_other_account_that_only_a_directory_knows_does_not_count(
    watch: Watch, tickets: TicketSystem
) -> None:
    tickets.file(approved_by(OTHER))

    watch.told(a_console_write("OPS-1"), minute=5)
    watch.cycle(DAY)

    assert stands(watch) is Disposition.UNTICKETED
    assert results(watch, ControlTest.REVIEWER_IS_NOT_AUTHOR, ControlTest.APPROVED_BEFORE) == ["fail", "fail"]
    assert f"approved by nobody but {OTHER}, who made the change" in because(watch)


def test_without_the_directory_the_other_account_would_have_passed_for_somebody_else(
    watch: Watch, tickets: TicketSystem
) -> None:
    """
    So that the story above fails for no other reason.
    """
    tickets.file(approved_by(OTHER))

    replace(watch, directories={}).told(a_console_write("OPS-1"), minute=5)

    assert stands(watch) is Disposition.AUTHORISED


def test_a_real_directory_tells_it_too(watch: Watch, tickets: TicketSystem, tmp_path: Path) -> None:
    entry = Entry(number=1, github="person-gh")
    tickets.file(approved_by("person-gh"))
    said = Statement(place="session name", text="OPS-1", trust=Trust.NAME)
    write = an_event(at=NOON, principal=a_principal(entry.mail), statements=[said])

    with okta(tmp_path) as system:
        system.enrol(entry)
        replace(watch, directories={"okta": system.directory}).told(write, minute=5)

    assert stands(watch) is Disposition.PENDING
    assert "approved by nobody but person-gh, who made the change" in because(watch)


def test_a_directory_that_cannot_be_reached_keeps_what_was_known_and_says_so(
    watch: Watch, tickets: TicketSystem, names: Names
) -> None:
    tickets.file(approved_by(OTHER))
    watch.cycle()
    names.is_down = True
    watch.deliver(a_console_write("OPS-1", at=NOON + minutes(DAY)))

    problems = watch.problems(DAY + 5)

    assert problems == ("idp: it does not answer (wait)",)
    assert stands(watch) is Disposition.PENDING
    with watch.database.reading() as connection:
        row = directory_row(connection, "idp")
    assert (row.people, row.read_at, row.outage) == (1, NOON, "it does not answer")
    names.is_down = False
    watch.cycle(DAY + 10)
    with watch.database.reading() as connection:
        assert directory_row(connection, "idp").outage is None


def test_a_directory_is_read_once_a_day(watch: Watch, names: Names) -> None:
    for hour in (0, 1, 12, 22, 24, 25, 47):
        watch.cycle(hour * 60)

    assert names.asked == 3


def test_only_that_other_people_are_known_is_recorded_and_none_of_their_names(
    watch: Watch, names: Names
) -> None:
    watch.cycle()
    watch.cycle(DAY)
    names.known = (ALICE, Person(name="bob@example.com"))
    watch.cycle(2 * DAY)

    first, second = rules_recorded(watch)
    assert (first.people, second.people) == (1, 2)
    assert first.people_sha256 != second.people_sha256
    with watch.database.reading() as connection:
        assert all(b"@example.com" not in (one.body or b"") for one in entries(connection))


def test_who_left_keeps_their_names_until_nobody_may_ask_any_more(watch: Watch, names: Names) -> None:
    watch.cycle()
    names.known = ()
    watch.cycle(DAY)
    with watch.database.reading() as connection:
        left = people_kept(connection, ["idp"])
    watch.cycle(400 * DAY)

    with watch.database.reading() as connection:
        assert people_kept(connection, ["idp"]) == []
    assert left == [ALICE]


def test_a_name_that_was_given_by_mistake_is_gone_at_the_next_reading(watch: Watch, names: Names) -> None:
    watch.cycle()
    names.known = (replace(ALICE, names=("alice",)),)
    watch.cycle(DAY)

    with watch.database.reading() as connection:
        assert people_kept(connection, ["idp"]) == [replace(ALICE, names=("alice",))]


def test_a_directory_that_is_configured_no_more_is_forgotten(watch: Watch) -> None:
    watch.cycle()
    replace(watch, directories={"other": Names()}).cycle(5)

    with watch.database.reading() as connection:
        assert people_kept(connection, ["idp"]) == []
        assert directory_row(connection, "idp").read_at is None
    watch.cycle(10)
    with watch.database.reading() as connection:
        assert people_kept(connection, ["idp"]) == [ALICE]


def test_without_any_directory_all_that_was_told_is_forgotten(watch: Watch) -> None:
    watch.cycle()
    replace(watch, directories={}).cycle(5)

    with watch.database.reading() as connection:
        assert people_kept(connection, ["idp"]) == []


def test_whom_the_configuration_tells_apart_no_directory_joins(watch: Watch, tickets: TicketSystem) -> None:
    tickets.file(approved_by("erin"))
    people = (Person(name="alice@example.com", names=("alice",)), Person(name=ERIN, names=("erin",)))
    wrong = Names(Person(name="alice@example.com", names=("erin",)))

    replace(watch, people=people, directories={"idp": wrong}).told(a_console_write("OPS-1"), minute=5)

    assert stands(watch) is Disposition.AUTHORISED


def test_nothing_is_judged_before_the_directories_were_asked_once(watch: Watch, names: Names) -> None:
    rounds = Rounds(watch.pipeline)
    watch.deliver(a_console_write("OPS-1"))
    watch.clock.time = NOON + minutes(1)
    rounds.read("trail")
    before = rounds.judge()

    turn = rounds.know_people()
    after = rounds.judge()

    assert (before.is_put_off, after.is_put_off) == (True, False)
    assert (turn.count("people"), turn.failure) == (1, None)
    assert rounds.pipeline.have.policy.correlation.people.person(OTHER) == "alice@example.com"
    assert rounds.pipeline.have.policy.assessment.people.person(OTHER) == "alice@example.com"


def test_a_directory_that_fails_at_the_start_holds_nothing_up(watch: Watch, names: Names) -> None:
    names.is_down = True
    rounds = Rounds(watch.pipeline)

    turn = rounds.know_people()

    assert turn.failure == "idp: it does not answer (wait)"
    assert not rounds.judge().is_put_off


def test_who_was_known_before_a_start_is_judged_by_at_once(watch: Watch) -> None:
    watch.cycle()

    assert not Rounds(watch.pipeline).judge().is_put_off


@pytest.mark.parametrize("hours", [1, 22])
def test_a_job_that_has_nothing_to_read_changes_nothing(watch: Watch, names: Names, hours: int) -> None:
    rounds = Rounds(watch.pipeline)
    rounds.know_people()
    known = rounds.pipeline
    watch.clock.time = NOON + timedelta(hours=hours)

    turn = rounds.know_people()

    assert rounds.pipeline is known
    assert (turn.count("people"), names.asked) == (0, 1)
