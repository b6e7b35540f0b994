"""A gap that can never be filled is accepted by somebody, with a reason; it stays a gap all the same."""

from datetime import timedelta

from drift.errors import ProviderUnavailableError
from drift.model.coverage import SourceRules
from drift.model.evidence import EntryKind
from drift.stages.record import accept_gap, record_attestations
from drift.store.database import Database
from drift.store.gaps import open_gaps
from tests.builders import ACCOUNT, NOON, minutes
from tests.scenarios.cloud import Watch
from tests.scenarios.test_coverage import DAY, HOUR, a_read, gaps, spans
from tests.scenarios.troubled import AttestedLog, TroubledLog, an_hour


def accept(watch: Watch, minute: float, reason: str = "the logs expired") -> None:
    with watch.database.transaction() as connection:
        [row] = open_gaps(connection)
        accept_gap(connection, row, "dana, as root", reason, NOON + minutes(minute))


def test_what_a_source_lost_is_accepted_once_its_alarm_ends_and_nothing_is_covered(
    database: Database,
) -> None:
    log = TroubledLog(delay=timedelta(minutes=15))
    watch = Watch(database=database, log=log, source=SourceRules(retention=timedelta(days=4)))
    watch.told(a_read(-60, "e-1"), minute=0)
    watch.cycle(6 * DAY)
    watch.cycle(8 * DAY)
    assert watch.alarms() == ["coverage-gap: trail"]
    before = spans(watch)

    accept(watch, 8 * DAY + 1)
    watch.cycle(8 * DAY + 2)

    assert watch.alarms() == []
    assert [status for status, *_ in gaps(watch)] == ["open", "accepted"]
    *_, last = watch.bodies(EntryKind.GAP)
    assert (last["by"], last["reason"]) == ("dana, as root", "the logs expired")
    assert spans(watch) == before
    with database.reading() as connection:
        assert open_gaps(connection) == []


def test_what_the_cloud_still_calls_broken_does_not_come_back_once_it_is_accepted(database: Database) -> None:
    log = AttestedLog()
    watch = Watch(database=database, log=log)
    log.word = [an_hour(0), an_hour(1, problem="the file a.json.gz is gone"), an_hour(2)]
    watch.cycle(3.5 * HOUR)
    assert watch.alarms() == [f"log-integrity: trail: account {ACCOUNT} eu-west-1"]

    accept(watch, 3.6 * HOUR)
    for hour in (4.7, 5.8, 20):
        watch.cycle(hour * HOUR)

    assert watch.alarms() == []
    assert [body["status"] for body in watch.bodies(EntryKind.GAP)] == ["open", "accepted"]


def test_a_gap_that_was_accepted_and_is_filled_after_all_says_so(database: Database) -> None:
    log = AttestedLog()
    watch = Watch(database=database, log=log)
    log.word = [an_hour(0), an_hour(1, problem="its digest is missing"), an_hour(2)]
    watch.cycle(3.5 * HOUR)
    accept(watch, 3.6 * HOUR)
    log.word[1] = an_hour(1)
    log.word[0:1] = []

    with database.transaction() as connection:
        record_attestations(connection, "trail", log.word, None, NOON + minutes(5 * HOUR))

    assert [body["status"] for body in watch.bodies(EntryKind.GAP)] == ["open", "accepted", "closed"]


def test_a_source_that_fails_anew_has_a_gap_anew(database: Database) -> None:
    log = TroubledLog()
    watch = Watch(database=database, log=log)
    log.is_down = True
    watch.problems(0)
    accept(watch, 1, "it was retired")
    log.error = ProviderUnavailableError("it is back, and does not answer", hint="wait")

    watch.problems(2)

    first, accepted, again = watch.bodies(EntryKind.GAP)
    assert first["gap_id"] == accepted["gap_id"] != again["gap_id"]


def test_a_secret_in_a_reason_is_cut_out(database: Database) -> None:
    log = TroubledLog()
    watch = Watch(database=database, log=log)
    log.is_down = True
    watch.problems(0)

    accept(watch, 1, "the key AKIAIOSFODNN7EXAMPLE is gone, password=hunter2-planted")

    assert b"hunter2" not in b"".join(entry.body or b"" for entry in watch.ledger(EntryKind.GAP))
