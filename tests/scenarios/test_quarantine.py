"""A poisoned delivery holds nothing up: it goes to quarantine, where it is seen and can be read again."""

import base64
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from drift.equipment import Vault
from drift.errors import ProviderUnavailableError
from drift.model.event import ChangeEvent, RawRecord, UnreadableRecord
from drift.model.evidence import EntryKind
from drift.model.secret import Secret
from drift.retry import Retried, retry
from drift.store.database import Database
from drift.store.quarantine import set_aside
from drift.store.sources import cursor_of
from providers.vault.local_folder import LocalFolder, LocalFolderSettings
from tests.builders import NOON, an_event, minutes
from tests.scenarios import cloud
from tests.scenarios.cloud import Watch
from tests.scenarios.troubled import DAMAGED, TroubledLog

ATTEMPTS = (0, 1, 4, 20, 90)
"""Minutes at which a delivery is tried before it is set aside."""

BROKEN = "trail: it is no gzip (look at it)"


@pytest.fixture
def log() -> TroubledLog:
    return TroubledLog()


@pytest.fixture
def watch(database: Database, log: TroubledLog) -> Watch:
    return Watch(database=database, log=log)


def poisoned(watch: Watch, log: TroubledLog) -> None:
    """Deliver a file that cannot be read between two that can, and run until it is set aside."""
    for number in range(3):
        watch.deliver(an_event(event_id=f"e-{number}", at=NOON + minutes(number)))
    log.broken["1.json"] = DAMAGED
    for minute in ATTEMPTS:
        assert watch.problems(minute) == (BROKEN,)


def in_quarantine(watch: Watch) -> list[tuple[str, int | None, str]]:
    with watch.database.reading() as connection:
        return [(one.name, one.index, one.error) for one in set_aside(connection)]


def tried_again(watch: Watch, name: str | None = None, minute: float = 200) -> Sequence[Retried]:
    watch.clock.time = NOON + minutes(minute)
    return list(retry(watch.pipeline, name, watch.clock.time))


def written(watch: Watch) -> list[str | None]:
    return sorted(str(write.event.event_id) for row in watch.changes() for write in row.change.writes)


def test_a_poisoned_delivery_hides_none_and_is_set_aside_after_some_attempts(
    watch: Watch, log: TroubledLog
) -> None:
    poisoned(watch, log)

    assert in_quarantine(watch) == [("1.json", None, "it is no gzip")]
    assert log.opened.count("1.json") == 5
    assert written(watch) == ["e-0", "e-2"]
    assert log.settled.count("1.json") == 0


def test_between_attempts_it_is_left_alone_and_the_source_counts_as_not_read(
    watch: Watch, log: TroubledLog
) -> None:
    watch.deliver(an_event())
    log.broken["0.json"] = DAMAGED
    for minute in (0, 1, 1.5, 2, 2.5):
        assert len(watch.problems(minute)) == 1

    assert log.opened == ["0.json", "0.json"]
    assert watch.ledger(EntryKind.COVERAGE) == []


def test_once_it_is_set_aside_the_source_is_read_on_past_it_and_its_gap_is_told(
    watch: Watch, log: TroubledLog
) -> None:
    poisoned(watch, log)

    watch.told(an_event(event_id="e-3", at=NOON + minutes(100)), minute=100)

    with watch.database.reading() as connection:
        assert cursor_of(connection, "trail") == "3"
    assert [(body["file"], body["status"]) for body in watch.bodies(EntryKind.GAP)] == [
        (None, "open"),
        ("1.json", "open"),
        (None, "closed"),
    ]
    assert len(watch.ledger(EntryKind.COVERAGE)) == 1


def test_a_delivery_that_can_be_read_after_all_is_no_gap(watch: Watch, log: TroubledLog) -> None:
    watch.deliver(an_event())
    log.broken["0.json"] = DAMAGED
    watch.problems(0)
    log.broken.clear()

    watch.cycle(1)

    assert in_quarantine(watch) == []
    assert written(watch) == ["e-1"]
    assert [body["status"] for body in watch.bodies(EntryKind.GAP)] == ["open", "closed"]


def test_while_the_whole_source_is_down_no_delivery_is_blamed(watch: Watch, log: TroubledLog) -> None:
    down = ProviderUnavailableError("the bucket does not answer", hint="wait")
    watch.deliver(an_event())
    log.broken["0.json"] = down
    for minute in range(0, 600, 20):
        watch.problems(minute)
    assert in_quarantine(watch) == []

    log.broken.clear()
    watch.cycle(601)

    assert written(watch) == ["e-1"]


def test_one_that_alone_cannot_be_had_while_others_can_is_set_aside(watch: Watch, log: TroubledLog) -> None:
    log.broken["0.json"] = ProviderUnavailableError("gone", hint="put it back")
    watch.deliver(an_event())
    for minute in ATTEMPTS:
        watch.deliver(an_event(event_id=f"e-{minute}", at=NOON + minutes(minute)))
        watch.problems(minute)

    assert in_quarantine(watch) == [("0.json", None, "gone")]


def test_what_is_in_quarantine_is_read_when_somebody_asks_and_its_gap_ends(
    watch: Watch, log: TroubledLog
) -> None:
    poisoned(watch, log)
    log.broken.clear()
    watch.cycle(150)
    assert written(watch) == ["e-0", "e-2"]

    [done] = tried_again(watch, "1.json")
    watch.cycle(201)

    assert done.problem is None
    assert in_quarantine(watch) == []
    assert written(watch) == ["e-0", "e-1", "e-2"]
    assert watch.counts() == {"change": 3}
    opened, closed = (body for body in watch.bodies(EntryKind.GAP) if body["file"])
    assert (opened["status"], closed["status"]) == ("open", "closed")
    assert opened["gap_id"] == closed["gap_id"]


def test_what_still_cannot_be_read_stays_there_with_the_reason(watch: Watch, log: TroubledLog) -> None:
    poisoned(watch, log)

    [done] = tried_again(watch)

    assert done.problem == "it is no gzip"
    [(name, _, _)] = in_quarantine(watch)
    assert name == "1.json"
    with watch.database.reading() as connection:
        assert [one.attempts for one in set_aside(connection)] == [6]


def test_a_source_that_gives_only_once_says_so(watch: Watch, log: TroubledLog) -> None:
    poisoned(watch, log)
    log.gives_only_once = True

    [done] = tried_again(watch)

    assert done.problem == "trail gives what it delivers only once"


# Single records


class Newer(cloud.Format):
    """Understands one record more than before."""

    understands = False

    def translate(self, raw: RawRecord) -> ChangeEvent | UnreadableRecord | None:
        """Refuse one record until the program is newer."""
        if b'"e-1"' in raw.body and not Newer.understands:
            return UnreadableRecord(error="a field of an unknown form", source=raw.source)
        return super().translate(raw)


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> type[Newer]:
    monkeypatch.setattr(cloud, "Format", Newer)
    monkeypatch.setattr(Newer, "understands", False)
    return Newer


def two_records(watch: Watch) -> None:
    """Deliver a file of two records of which the second cannot be read yet."""
    watch.deliver(an_event(event_id="e-0"), an_event(event_id="e-1", at=NOON + minutes(1)))
    [problem] = watch.problems(2)
    assert "1 unreadable" in problem


def test_a_record_that_cannot_be_read_is_seen_and_read_out_of_its_source_by_a_newer_version(
    watch: Watch, newer: type[Newer]
) -> None:
    two_records(watch)
    assert in_quarantine(watch) == [("0.json", 1, "a field of an unknown form")]
    newer.understands = True

    [done] = tried_again(watch)
    watch.cycle(201)

    assert done.problem is None
    assert in_quarantine(watch) == []
    assert written(watch) == ["e-0", "e-1"]
    assert watch.counts() == {"change": 2}
    opened, closed = watch.bodies(EntryKind.GAP)
    assert (opened["status"], closed["status"]) == ("open", "closed")
    assert opened["gap_id"] == closed["gap_id"]


def test_it_is_read_out_of_the_vault_where_the_source_has_it_no_more(
    database: Database, log: TroubledLog, newer: type[Newer], tmp_path: Path
) -> None:
    key = Secret(base64.b64encode(b"k" * 32).decode())
    vault = LocalFolder(LocalFolderSettings(folder=str(tmp_path / "vault"), key=key))
    watch = Watch(database=database, log=log, vault=Vault(records=vault, keep_for=timedelta(days=400)))
    two_records(watch)
    log.gives_only_once = True
    newer.understands = True

    [done] = tried_again(watch)

    assert done.problem is None
    assert watch.counts() == {"change": 2}


def test_a_record_that_comes_again_in_a_newer_version_of_its_delivery_is_one_gap(
    watch: Watch, log: TroubledLog, newer: type[Newer]
) -> None:
    """
    Some sources deliver an hour again whenever it has one record more.
    """
    two_records(watch)
    log.files[0] = b"\n".join([msgspec.json.encode(an_event(event_id="e-2")), log.files[0]])
    log.version = "2"
    log.keeps_cursor = False
    watch.problems(3)

    assert in_quarantine(watch) == [("0.json", 2, "a field of an unknown form")]
    assert len(watch.ledger(EntryKind.GAP)) == 1


def test_a_record_that_is_still_not_understood_stays_and_is_one_gap(watch: Watch, newer: type[Newer]) -> None:
    two_records(watch)

    [done] = tried_again(watch)

    assert done.problem == "a field of an unknown form"
    assert len(in_quarantine(watch)) == 1
    assert len(watch.ledger(EntryKind.GAP)) == 1
