"""An archive is read in parts, each to its end once for each span."""

import base64
from pathlib import Path

import pytest

from drift.errors import ProviderError
from drift.model.event import RawRecord
from drift.model.history import EVER, TimeSpan
from drift.model.secret import Secret
from drift.replay.archive import archive_of_log, archive_of_vault
from drift.stages.collect import BATCH_RECORDS, Batch
from drift.store.database import Database
from providers.vault.local_folder import LocalFolder, LocalFolderSettings
from tests.builders import NOON, minutes
from tests.contracts.test_raw_vault import DAY, a_record
from tests.scenarios.cloud import Format, Log

FORMATS = (Format(),)


def a_log(*sizes: int) -> Log:
    """Files with so many records."""
    log = Log()
    log.files += [
        b"\n".join(b'{"file":%d,"record":%d}' % (f, r) for r in range(n)) for f, n in enumerate(sizes)
    ]
    return log


@pytest.fixture
def vault(tmp_path: Path) -> LocalFolder:
    key = Secret(base64.b64encode(b"k" * 32).decode())
    return LocalFolder(LocalFolderSettings(folder=str(tmp_path / "vault"), key=key))


def test_what_is_left_to_read_is_known_batch_by_batch(sqlite_database: Database) -> None:
    archive = archive_of_log("old", a_log(BATCH_RECORDS + 1, 1))
    reading = archive.batches(EVER, sqlite_database, FORMATS)

    keep(sqlite_database, next(reading))
    assert archive.unread(EVER, sqlite_database) == 2
    keep(sqlite_database, next(reading))
    assert archive.unread(EVER, sqlite_database) == 1

    (last,) = archive.batches(EVER, sqlite_database, FORMATS)
    assert [one.source.file for one in last.records] == ["1.json"]
    assert archive.unread(TimeSpan(since=NOON), sqlite_database) == 2


def test_a_part_that_was_read_halfway_goes_on_behind_what_was_kept(sqlite_database: Database) -> None:
    archive = archive_of_log("old", a_log(BATCH_RECORDS + 2))
    keep(sqlite_database, next(archive.batches(EVER, sqlite_database, FORMATS)))

    (rest,) = archive.batches(EVER, sqlite_database, FORMATS)

    assert [one.source.index for one in rest.records] == [BATCH_RECORDS, BATCH_RECORDS + 1]
    assert rest.is_last


def test_two_archives_know_nothing_of_each_other(sqlite_database: Database) -> None:
    log = a_log(1)
    keep(sqlite_database, *archive_of_log("old", log).batches(EVER, sqlite_database, FORMATS))

    assert archive_of_log("older", log).unread(EVER, sqlite_database) == 1


def test_records_of_a_vault_are_those_that_were_kept_byte_for_byte(
    sqlite_database: Database, vault: LocalFolder
) -> None:
    bodies = [b'{\n "a": 1}\n{"b": 2}', b"no json"]
    vault.keep([a_record(body) for body in bodies], NOON)

    (batch,) = archive_of_vault("raw", vault).batches(EVER, sqlite_database, FORMATS)

    assert [one.body for one in batch.records if isinstance(one, RawRecord)] == bodies


def test_a_damaged_pack_hides_no_other_and_is_told_at_the_end(
    sqlite_database: Database, vault: LocalFolder, tmp_path: Path
) -> None:
    vault.keep([a_record(b"one")], NOON)
    vault.keep([a_record(b"two")], NOON + DAY)
    (damaged,) = (tmp_path / "vault" / "2026-11-16").iterdir()
    damaged.write_bytes(damaged.read_bytes()[:-1])
    reading = archive_of_vault("raw", vault).batches(EVER, sqlite_database, FORMATS)

    (read,) = next(reading).records

    assert isinstance(read, RawRecord)
    assert read.body == b"two"
    with pytest.raises(ProviderError, match="altered or damaged"):
        next(reading)


def test_of_a_vault_only_days_before_the_span_are_left_out(
    sqlite_database: Database, vault: LocalFolder
) -> None:
    for day in range(4):
        vault.keep([a_record(b"%d" % day)], NOON + day * DAY)
    span = TimeSpan(since=NOON + 2 * DAY, until=NOON + 2 * DAY + minutes(1))

    batches = archive_of_vault("raw", vault).batches(span, sqlite_database, FORMATS)

    assert [one.body for batch in batches for one in batch.records if isinstance(one, RawRecord)] == [
        b"1",
        b"2",
        b"3",
    ]


def test_a_span_has_its_first_moment_and_not_its_last_and_what_bears_no_time() -> None:
    span = TimeSpan(since=NOON, until=NOON + minutes(1))

    assert [span.has(NOON + minutes(at)) for at in (-1, 0, 0.5, 1)] == [False, True, True, False]
    assert span.has(None)
    assert EVER.has(NOON)


def keep(database: Database, *batches: Batch) -> None:
    """Remember that batches were read."""
    with database.transaction() as connection:
        for batch in batches:
            batch.mark_read(connection, NOON)
