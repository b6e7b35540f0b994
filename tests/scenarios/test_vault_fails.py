"""A vault that cannot keep records is no fault of the source: it is told of as what it is."""

from datetime import datetime, timedelta

import pytest

from drift.equipment import Vault
from drift.model.evidence import EntryKind
from drift.reports.status import read_status
from drift.store.database import Database
from tests.builders import NOON, an_event, minutes
from tests.scenarios.cloud import ALICE, Watch
from tests.scenarios.test_raw_records import Safe
from tests.scenarios.troubled import TroubledLog

SHUT = "the vault safe cannot keep records: the vault is shut"


@pytest.fixture
def safe() -> Safe:
    return Safe()


@pytest.fixture
def log() -> TroubledLog:
    return TroubledLog()


@pytest.fixture
def watch(database: Database, log: TroubledLog, safe: Safe) -> Watch:
    """What was told before is read, and then the vault shuts and more is told."""
    vault = Vault(records=safe, keep_for=timedelta(days=400), name="safe")
    watch = Watch(database=database, log=log, vault=vault)
    watch.told(an_event(event_id="e-1", at=NOON, principal=ALICE))
    safe.is_shut = True
    watch.deliver(an_event(event_id="e-2", at=NOON + minutes(5), principal=ALICE))
    return watch


def covered_to(watch: Watch) -> datetime:
    return max(datetime.fromisoformat(body["to_at"]) for body in watch.bodies(EntryKind.COVERAGE))


def test_it_is_a_problem_of_the_vault_and_no_gap_of_the_source(watch: Watch) -> None:
    assert watch.problems(90) == (f"trail is read no further: {SHUT} (open it)",)

    assert watch.ledger(EntryKind.GAP) == []
    assert covered_to(watch) == NOON


def test_it_is_one_alarm_about_the_vault_which_says_what_to_do(watch: Watch) -> None:
    for minute in (10, 11, 12):
        watch.problems(minute)

    assert watch.alarms() == ["vault-fails: safe"]
    [headline] = [one for one in watch.headlines() if "vault" in one]
    assert headline.startswith(
        f"{SHUT}; until it can, nothing more is read of trail / open it; `drift check`"
    )


def test_once_it_keeps_again_all_is_read_on_and_nothing_is_lost(watch: Watch, safe: Safe) -> None:
    watch.problems(10)
    watch.deliver(an_event(event_id="e-3", at=NOON + minutes(20), principal=ALICE))
    watch.problems(30)

    safe.is_shut = False
    watch.cycle(90)

    told = {write.event.event_id for row in watch.changes() for write in row.change.writes}
    assert told == {"e-1", "e-2", "e-3"}
    assert set(safe.kept) == watch.hashes_in_evidence()
    assert watch.alarms() == []
    assert covered_to(watch) == NOON + minutes(90)


def test_while_it_cannot_nothing_is_taken_out_of_the_source(
    watch: Watch, log: TroubledLog, safe: Safe
) -> None:
    """
    A queue counts how often it gave a message, and gives it up after a few times.
    """
    watch.problems(10)
    opened, settled = list(log.opened), list(log.settled)

    for minute in range(11, 30):
        watch.problems(minute)

    assert (log.opened, log.settled) == (opened, settled)
    safe.is_shut = False
    watch.cycle(31)
    assert log.settled == ["0.json", "1.json"]


def test_the_status_of_the_source_names_it_and_no_outage(watch: Watch, safe: Safe) -> None:
    watch.problems(10)

    with watch.database.reading() as connection:
        [source] = read_status(connection, ["trail"], NOON).sources
    assert (source.outage, source.held_up) == (None, SHUT)

    safe.is_shut = False
    watch.cycle(11)
    with watch.database.reading() as connection:
        [source] = read_status(connection, ["trail"], NOON).sources
    assert source.held_up is None


def test_an_outage_of_the_source_itself_stays_one(watch: Watch, log: TroubledLog, safe: Safe) -> None:
    watch.problems(10)
    safe.is_shut, log.is_down = False, True

    [problem] = watch.problems(20)

    assert problem == "trail: the bucket does not answer (wait)"
    assert [body["error"] for body in watch.bodies(EntryKind.GAP)] == ["the bucket does not answer"]
