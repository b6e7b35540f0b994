"""AWS's sources as `collect` reads them: what was kept is never counted twice, whenever a run dies."""

import json
from collections.abc import Callable

import pytest

from drift.model.event import RawRecord
from drift.ports import AuditLog
from drift.stages.collect import Haul, collect
from drift.store.database import Database
from providers.aws.eventbridge_queue import EventBridgeQueue, EventBridgeQueueSettings
from providers.catalog import translators
from tests.builders import NOON
from tests.providers.aws.records import a_record
from tests.providers.aws.sources.place import Place, a_key, a_log

FILES, RECORDS = 3, 2


def by_queue(place: Place) -> Callable[[], AuditLog]:
    place.notify_queue()
    _write(place)
    return lambda: place.queue_source(visibility_seconds=0)


def by_bucket(place: Place) -> Callable[[], AuditLog]:
    _write(place)
    return place.bucket_source


def by_eventbridge(place: Place) -> Callable[[], AuditLog]:
    for id_ in _ids():
        event = {"detail-type": "AWS API Call via CloudTrail", "detail": a_record(eventID=id_)}
        place.send(json.dumps(event))
    given = {"wait_seconds": 0, "visibility_seconds": 0, **place.access()}
    settings = EventBridgeQueueSettings(queue_url=place.queue_url, **given)
    return lambda: EventBridgeQueue(settings, bundle=2)


def _ids() -> list[str]:
    return [f"{file}-{record}" for file in range(FILES) for record in range(RECORDS)]


def _write(place: Place) -> None:
    for file in range(FILES):
        place.put(a_key(str(file)), a_log(*(f"{file}-{record}" for record in range(RECORDS))))


def kept(haul: Haul, database: Database) -> list[str]:
    """Keep batches; return the ids of their records."""
    with database.transaction() as connection:
        for batch in haul:
            batch.mark_read(connection, NOON)
    records = (one for batch in haul for one in batch.records)
    return [json.loads(one.body)["eventID"] for one in records if isinstance(one, RawRecord)]


@pytest.mark.parametrize("deaths", [0, 1, 2, 3])
@pytest.mark.parametrize("source", [by_queue, by_bucket])
def test_a_run_that_dies_before_it_settles_reads_nothing_twice_and_leaves_nothing_out(
    source: Callable[[Place], Callable[[], AuditLog]], deaths: int, place: Place, sqlite_database: Database
) -> None:
    """
    It dies after the commit of what was at hand, and before its messages are deleted.
    """
    log, found = source(place), list[str]()

    for _ in range(deaths):
        hauls = collect("trail", log(), sqlite_database, translators(), NOON)
        found += kept(next(hauls, ()), sqlite_database)
        hauls.close()
    for haul in collect("trail", log(), sqlite_database, translators(), NOON):
        found += kept(haul, sqlite_database)

    assert sorted(found) == _ids()
    assert list(collect("trail", log(), sqlite_database, translators(), NOON)) == []
    assert place.waiting() == 0


@pytest.mark.parametrize("deaths", [0, 1, 2])
def test_records_from_eventbridge_may_repeat_and_none_is_left_out(
    deaths: int, place: Place, sqlite_database: Database
) -> None:
    log, found = by_eventbridge(place), list[str]()

    for _ in range(deaths):
        hauls = collect("bus", log(), sqlite_database, translators(), NOON)
        found += kept(next(hauls, ()), sqlite_database)
        hauls.close()
    for haul in collect("bus", log(), sqlite_database, translators(), NOON):
        found += kept(haul, sqlite_database)

    assert sorted(set(found)) == _ids()
    assert place.waiting() == 0
