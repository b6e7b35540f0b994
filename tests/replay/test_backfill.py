"""An archive is taken in as history: recorded and judged like anything else, and nobody is told."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias

import msgspec
import pytest
from msgspec import structs
from sqlalchemy import Connection

from drift.equipment import Vault
from drift.errors import ProviderUnavailableError
from drift.model.event import ChangeEvent, Effect, OpenedSession, Risk
from drift.model.evidence import EntryKind
from drift.model.history import EVER, TimeSpan
from drift.model.ticket import Ticket
from drift.model.verdict import Disposition
from drift.pipeline import Pipeline
from drift.replay.archive import Archive, archive_of_log, archive_of_vault
from drift.replay.backfill import Taken, Told, backfill
from drift.store.database import Database
from drift.store.history import became_of, is_replaying, note_replay
from drift.store.migrate import migrate
from tests.builders import NOON, a_principal, an_event, minutes
from tests.scenarios.cloud import ALICE, Log, Watch, a_beginning, an_end
from tests.scenarios.test_raw_records import YEAR, Safe

DAYS_LATER = 3 * 24 * 60
"""In minutes."""

ROOT_USER = Risk(slug="root-user", text="the root user did it")

Transaction: TypeAlias = Callable[[Database], AbstractContextManager[Connection]]

ROLE = a_principal("assumed-role/admin", role="admin")


@dataclass(kw_only=True)
class Past:
    """An archive, and the program that takes it in days later."""

    watch: Watch
    log: Log = field(default_factory=Log)

    def __post_init__(self) -> None:
        self.watch.clock.time = NOON + minutes(DAYS_LATER)

    def holds(self, *events: ChangeEvent) -> None:
        """Add a file."""
        self.log.files.append(b"\n".join(msgspec.json.encode(event) for event in events))

    @property
    def archive(self) -> Archive:
        """What there is to take in."""
        return archive_of_log("old", self.log)

    def taken_in(self, span: TimeSpan = EVER) -> Taken:
        """Do it."""
        return backfill(self.watch.pipeline, self.archive, span, Told())

    def became(self) -> dict[str, int]:
        """What became of every record of the archive."""
        with self.watch.database.reading() as connection:
            return became_of(connection, "history:old")


@pytest.fixture
def past(sqlite_database: Database) -> Past:
    return Past(watch=Watch(database=sqlite_database))


def a_write(number: int = 1, *, at: float = 0) -> ChangeEvent:
    return an_event(event_id=f"write-{number}", at=NOON + minutes(at), principal=ALICE)


def test_what_the_store_lacks_is_recorded_and_judged_and_nobody_is_told(past: Past) -> None:
    past.holds(a_write(), an_event(event_id="read", effect=Effect.READ))

    taken = past.taken_in()

    row = past.watch.change()
    assert row.judgement is not None
    assert row.judgement.decision.disposition is Disposition.UNTICKETED
    assert not row.judgement.decision.alert
    assert "nobody was told" in row.judgement.decision.reasons[-1]
    assert (taken.records, taken.sessions, taken.problems) == (2, 1, [])
    assert past.became() == {"change": 1, "read": 1}


def test_either_database_takes_in_what_it_lacks_and_no_more(database: Database) -> None:
    past = Past(watch=Watch(database=database))
    past.watch.told(a_write(), minute=1)
    past.watch.clock.time = NOON + minutes(DAYS_LATER)
    past.holds(a_write(), a_write(2, at=60), a_beginning(at=NOON + minutes(120)))

    taken = past.taken_in()

    assert (taken.sessions, taken.problems) == (2, [])
    assert past.became() == {"change": 2, "duplicate": 1, "part": 0}
    past.watch.cycle(DAYS_LATER)
    assert len(past.watch.headlines()) == 1
    assert past.taken_in().records == 0


def test_nobody_is_told_later_either(past: Past) -> None:
    """
    The daemon judges open changes again for a week, and what it did not judge before at once.
    """
    past.holds(a_write())
    past.taken_in()

    for day in range(10):
        past.watch.cycle(DAYS_LATER + day * 24 * 60)

    assert past.watch.headlines() == []


def test_a_daemon_that_comes_before_the_judgement_tells_nobody(past: Past) -> None:
    past.holds(a_write())
    list(observed(past))

    past.watch.cycle(DAYS_LATER)

    assert past.watch.change().judgement is not None
    assert past.watch.headlines() == []


def test_what_raises_the_alarm_today_raises_none_as_history(past: Past) -> None:
    past.holds(structs.replace(a_write(), risks=(ROOT_USER,)))

    past.taken_in()
    past.watch.cycle(DAYS_LATER)

    assert past.watch.change().judgement is not None
    assert past.watch.headlines() == []


def test_what_was_there_before_is_a_duplicate_and_stays_as_it_is(past: Past) -> None:
    past.watch.told(a_write(), minute=1)
    past.watch.cycle(DAYS_LATER)
    before = past.watch.ledger(EntryKind.OBSERVATION, EntryKind.DISPOSITION)
    told = past.watch.headlines()
    past.holds(a_write(), a_write(2, at=120))

    past.taken_in()

    assert past.became() == {"change": 1, "duplicate": 1}
    assert past.watch.ledger(EntryKind.OBSERVATION, EntryKind.DISPOSITION)[: len(before)] == before
    assert past.watch.headlines() == told != []


def test_a_live_write_that_goes_on_with_old_ones_is_told(past: Past) -> None:
    past.holds(a_write())
    past.taken_in()

    past.watch.told(a_write(2, at=10), minute=11)

    assert len(past.watch.changes()) == 1
    assert len(past.watch.headlines()) == 1


def test_an_old_write_that_stretches_a_live_change_takes_nothing_back(past: Past) -> None:
    past.watch.deliver(a_write())
    past.holds(a_write(2, at=10))
    list(observed(past))

    past.watch.cycle(DAYS_LATER)

    assert len(past.watch.headlines()) == 1


def test_only_calls_of_the_span_are_taken_in_but_sessions_that_were_opened_before_count(past: Past) -> None:
    assumed = an_event(event_id="assumed", effect=Effect.AUTH, at=NOON - minutes(30))
    opened = OpenedSession(key="KEY", opener=ALICE, via=None, role="admin")
    past.holds(structs.replace(assumed, opens=opened), a_write(0, at=-20))
    inside = an_event(event_id="inside", principal=ROLE)
    past.holds(structs.replace(inside, call=structs.replace(inside.call, session_keys=("KEY",))))
    past.holds(a_write(3, at=60))

    past.taken_in(TimeSpan(since=NOON, until=NOON + minutes(60)))

    row = past.watch.change()
    assert [one.event.event_id for one in row.change.writes] == ["inside"]
    assert row.change.actor.name == "alice@example.com"
    assert past.became() == {"change": 1}


def test_another_span_of_the_same_archive_is_read_for_itself(past: Past) -> None:
    past.holds(a_write(), a_write(2, at=60))
    past.taken_in(TimeSpan(until=NOON + minutes(1)))

    past.taken_in(TimeSpan(since=NOON + minutes(1)))

    assert len(past.watch.changes()) == 2
    assert past.became() == {"change": 2}


def test_what_was_read_to_its_end_is_not_read_again_and_what_is_new_is(past: Past) -> None:
    past.holds(a_write())
    past.taken_in()
    past.holds(a_write(2, at=60))

    again = past.taken_in()

    assert again.records == 1
    assert past.became() == {"change": 2}


def test_the_source_that_is_followed_keeps_its_own_place(past: Past) -> None:
    past.watch.deliver(an_event(event_id="read", effect=Effect.READ))
    archive = archive_of_log("trail", past.watch.log)

    backfill(past.watch.pipeline, archive, EVER, Told())
    past.watch.cycle(DAYS_LATER)

    assert past.watch.counts() == {"read": 2}


def test_an_operation_whose_end_is_missing_is_history_as_well(past: Past) -> None:
    begun = a_beginning()
    past.holds(begun)
    list(observed(past))

    past.watch.cycle(DAYS_LATER)

    assert past.watch.change().judgement is not None
    assert past.watch.headlines() == []
    assert past.became() == {"change": 1, "part": 0}


def test_sessions_are_not_forgotten_while_an_archive_is_taken_in(past: Past) -> None:
    """
    The daemon drops sessions that no call can be made in any more. Those of the archive are old.
    """
    opened = OpenedSession(key="KEY", opener=ALICE, via=None, role="admin")
    past.holds(structs.replace(an_event(event_id="assumed", effect=Effect.AUTH), opens=opened))
    inside = an_event(event_id="inside", principal=ROLE, at=NOON + minutes(5))
    past.holds(structs.replace(inside, call=structs.replace(inside.call, session_keys=("KEY",))))
    live = OpenedSession(key="LIVE", opener=ALICE, via=None, role="admin")
    now = NOON + minutes(DAYS_LATER)
    past.watch.deliver(structs.replace(an_event(event_id="live", effect=Effect.AUTH, at=now), opens=live))
    reading = observed(past)
    next(reading)

    past.watch.cycle(DAYS_LATER)
    list(reading)

    assert past.watch.change().change.actor.name == "alice@example.com"


def test_once_an_archive_is_taken_in_sessions_are_forgotten_as_ever(past: Past) -> None:
    past.holds(a_write())

    past.taken_in()

    with past.watch.database.reading() as connection:
        assert not is_replaying(connection, past.watch.clock.now())


@pytest.mark.parametrize("stop_at", range(13))
def test_a_replay_that_is_stopped_at_any_commit_and_run_again_ends_alike(
    stop_at: int, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = a_beginning(at=NOON + minutes(30))
    past.holds(a_write(), an_event(event_id="read", effect=Effect.READ))
    past.holds(begun, a_write(2, at=60))
    past.holds(an_end(begun, event_id="end", at=NOON + minutes(31)), a_write())
    with monkeypatch.context() as patched:
        patched.setattr(Database, "transaction", dying_at(stop_at, Database.transaction))
        try:
            past.taken_in()
        except KeyboardInterrupt:
            stopped = True
        else:
            stopped = False

    past.taken_in()

    assert stopped is (stop_at < 11)
    assert past.became() == {"change": 3, "duplicate": 1, "part": 1, "read": 1}
    assert len(past.watch.changes()) == 3
    assert all(row.judgement for row in past.watch.changes())
    assert len(past.watch.ledger(EntryKind.OBSERVATION)) == 3
    assert len(past.watch.ledger(EntryKind.DISPOSITION)) == 3


def test_a_file_that_cannot_be_read_hides_no_other_and_is_tried_again(past: Past) -> None:
    past.holds(a_write())
    past.holds(a_write(2, at=60))
    past.log.lost = "0.json"

    taken = past.taken_in()

    assert len(past.watch.changes()) == 1
    assert "0.json" in taken.problems[0]
    past.log.lost = None
    assert past.taken_in().problems == []
    assert len(past.watch.changes()) == 2


def test_what_cannot_be_understood_is_a_gap_and_is_counted(past: Past) -> None:
    past.holds(a_write())
    past.log.files.append(b'{"what": 1}')

    taken = past.taken_in()

    assert (taken.unreadable, taken.first_unreadable) == (1, "1.json")
    assert len(past.watch.ledger(EntryKind.GAP)) == 1
    assert past.became() == {"change": 1, "unreadable": 1}


def test_what_a_ticket_system_could_not_be_asked_for_is_judged_when_it_can(past: Past) -> None:
    past.holds(a_write())
    pipeline = past.watch.pipeline
    have = replace(pipeline.have, ticket_sources={"jira": Unreachable()})

    taken = backfill(Pipeline(have=have), past.archive, EVER, Told())

    assert taken.problems == ["a ticket system could not be asked: it is down"]
    assert disposition(past) is Disposition.PENDING
    assert past.taken_in().problems == []
    assert disposition(past) is Disposition.UNTICKETED


def test_what_was_read_is_recorded_as_covered(past: Past) -> None:
    past.holds(a_write(), a_write(2, at=60))

    past.taken_in()

    [entry] = past.watch.ledger(EntryKind.COVERAGE)
    assert entry.ref == "history:old"


def test_what_is_new_is_kept_in_the_vault_and_what_is_known_is_not_kept_again(
    sqlite_database: Database,
) -> None:
    safe = Safe()
    past = Past(watch=Watch(database=sqlite_database, vault=Vault(records=safe, keep_for=YEAR)))
    past.watch.told(a_write(), minute=1)
    past.watch.clock.time = NOON + minutes(DAYS_LATER)
    past.holds(a_write(), a_write(2, at=60))

    past.taken_in()

    assert set(safe.kept) == past.watch.hashes_in_evidence()
    assert {kept_at for _, kept_at in safe.kept.values()} == {
        NOON + minutes(1),
        NOON + minutes(DAYS_LATER),
    }


def test_a_lost_store_is_filled_again_from_the_vault(sqlite_database: Database) -> None:
    safe = Safe()
    first = Past(watch=Watch(database=sqlite_database, vault=Vault(records=safe, keep_for=YEAR)))
    first.watch.told(a_write(), an_event(event_id="read", effect=Effect.READ), minute=1)
    second = Past(watch=Watch(database=beside(sqlite_database)))

    taken = backfill(second.watch.pipeline, archive_of_vault("raw", safe), EVER, Told())

    assert [row.change.change_id for row in second.watch.changes()] == [
        row.change.change_id for row in first.watch.changes()
    ]
    assert taken.records == 1
    assert second.watch.headlines() == []


def test_the_vault_is_read_from_a_little_before_the_span_and_to_its_end(sqlite_database: Database) -> None:
    """
    What was made in the span may have been read weeks later.
    """
    safe = Safe()
    past = Past(watch=Watch(database=sqlite_database, vault=Vault(records=safe, keep_for=YEAR)))
    past.watch.told(a_write(), minute=DAYS_LATER * 5)
    other = Past(watch=Watch(database=beside(sqlite_database)))
    span = TimeSpan(since=NOON, until=NOON + timedelta(days=1))

    backfill(other.watch.pipeline, archive_of_vault("raw", safe), span, Told())

    assert len(other.watch.changes()) == 1


class Unreachable:
    """A ticket system."""

    def find(self, keys: Collection[str], resources: Collection[str]) -> tuple[Ticket, ...]:
        """Fail."""
        raise ProviderUnavailableError("it is down", hint="ask later")


def disposition(past: Past) -> Disposition:
    """Return how the only change stands."""
    judgement = past.watch.change().judgement
    assert judgement is not None
    return judgement.decision.disposition


def observed(past: Past) -> Iterator[None]:
    """Read the archive and judge nothing, a batch for each step, as a replay does that is still at it."""
    pipeline, database = past.watch.pipeline, past.watch.database
    now = past.watch.clock.now()
    with database.transaction() as connection:
        note_replay(connection, now)
    for batch in past.archive.batches(EVER, database, pipeline.have.translators.all):
        pipeline.observe((batch,), now)
        yield


def dying_at(number: int, transaction: Transaction) -> Transaction:
    """Let the program die at the end of a transaction, before it is kept."""
    left = iter(range(number, -1, -1))

    @contextmanager
    def dying(database: Database) -> Iterator[Connection]:
        with transaction(database) as connection:
            yield connection
            if next(left, 1) == 0:
                raise KeyboardInterrupt

    return dying


def beside(database: Database) -> Database:
    """Make another store."""
    other = Database(str(database.engine.url).replace("store.sqlite3", "other.sqlite3"))
    migrate(other)
    return other
