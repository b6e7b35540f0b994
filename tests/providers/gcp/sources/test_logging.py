"""What Cloud Logging's API is asked, and that nothing it holds is left out."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec
import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.ports import Delivery, Probing
from providers.gcp.log_window import Window, window_at
from providers.gcp.logging_audit_log import GcpLogging, GcpLoggingSettings
from providers.gcp.place import Log
from tests.providers.gcp.sources.grpc_server import Refusal, denied, invalid, throttled
from tests.providers.gcp.sources.logging_service import NOON, PROJECT, LoggingService, cloud_logging
from tests.providers.gcp.sources.relay import until_repaired

HOUR = timedelta(hours=1)


@pytest.fixture
def service() -> Iterator[LoggingService]:
    """Cloud Logging, with nothing in it."""
    with cloud_logging() as opened:
        yield opened


def a_log(service: LoggingService, page: int = 2, **settings: object) -> GcpLogging:
    fields = {"resources": (PROJECT,), "endpoint": service.endpoint} | settings
    return GcpLogging(msgspec.convert(fields, GcpLoggingSettings), page=page)


def ids_in(deliveries: Sequence[Delivery]) -> list[str]:
    return [insert_id for one in deliveries for insert_id in ids_of(one)]


def ids_of(delivery: Delivery) -> list[str]:
    with delivery.open() as stream:
        return [msgspec.json.decode(line)["insertId"] for line in stream.read().splitlines()]


def test_entries_come_page_by_page_in_the_order_of_their_times(service: LoggingService) -> None:
    later = service.log(at=NOON + HOUR)
    earlier = service.log(at=NOON)
    latest = service.log(at=NOON + 2 * HOUR)

    pages = list(a_log(service).read_since(None))

    assert [ids_of(one) for one in pages] == [[earlier.insert_id, later.insert_id], [latest.insert_id]]


def test_a_page_is_asked_for_only_when_the_one_before_was_taken(service: LoggingService) -> None:
    """
    What is read and not yet kept is held in memory: never more than a page.
    """
    for _ in range(10):
        service.log()
    reading = a_log(service).read_since(None)

    next(reading)

    assert len([one for one in service.asked if one.order_by == "timestamp asc"]) == 1


def test_nothing_older_than_a_day_is_left_out_of_the_first_read(service: LoggingService) -> None:
    """
    Google's own client adds a filter to every question that has none for the time.
    """
    old = service.log(at=NOON - timedelta(days=390))

    assert ids_in(list(a_log(service).read_since(None))) == [old.insert_id]


def test_history_bounds_the_first_read_and_no_other(service: LoggingService) -> None:
    service.log()
    log = a_log(service, history_days=30)

    list(log.read_since(None))
    list(log.read_since("1795176000000000000"))

    first, other = service.asked
    assert "timestamp>=" in first.filter
    assert "receiveTimestamp" not in first.filter
    assert 'receiveTimestamp>="2026-11-20T11:50:00.000000000Z"' in other.filter


def test_an_entry_that_comes_late_is_found_though_newer_ones_were_read(service: LoggingService) -> None:
    service.log(at=NOON)
    log = a_log(service)
    cursor = read_whole(log, None)

    late = service.log(at=NOON - 5 * HOUR, received=NOON + HOUR)

    assert ids_in(list(log.read_since(cursor))) == [late.insert_id]


def test_an_entry_that_comes_while_a_long_history_is_read_is_found(service: LoggingService) -> None:
    """
    It belongs before what was read already, so only the next window can have it.
    """
    for number in range(6):
        service.log(at=NOON + number * HOUR)
    log = a_log(service)
    reading = log.read_since(None)
    taken = [next(reading), next(reading)]
    late = service.log(at=NOON - HOUR, received=NOON + 5 * HOUR + timedelta(seconds=1))
    newest = service.log(at=NOON + 9 * HOUR)

    taken += reading

    assert late.insert_id not in ids_in(taken)
    assert newest.insert_id in ids_in(taken)
    assert late.insert_id in ids_in(list(log.read_since(taken[-1].cursor)))


def test_a_long_history_is_not_read_once_more(service: LoggingService) -> None:
    for number in range(6):
        service.log(at=NOON + number * HOUR)
    log = a_log(service)
    cursor = read_whole(log, None)

    list(a_log(service).read_since(cursor))

    assert 'receiveTimestamp>="2026-11-20T16:50:00.000000000Z"' in service.asked[-1].filter


def test_what_shows_up_later_than_what_was_received_after_it_is_found(service: LoggingService) -> None:
    service.log(at=NOON)
    log = a_log(service)
    cursor = read_whole(log, None)

    hidden = service.log(at=NOON - timedelta(minutes=1), received=NOON - timedelta(minutes=1))

    assert hidden.insert_id in ids_in(list(log.read_since(cursor)))


def test_what_is_kept_is_not_delivered_again_by_going_back(service: LoggingService) -> None:
    service.log()
    service.log()
    log = a_log(service)
    cursor = read_whole(log, None)

    new = service.log()

    assert ids_in(list(log.read_since(cursor))) == [new.insert_id]


def test_what_is_not_kept_is_delivered_again(service: LoggingService) -> None:
    entry = service.log()
    log = a_log(service)
    (first,) = log.read_since(None)

    (again,) = log.read_since(None)

    assert ids_of(again) == ids_of(first) == [entry.insert_id]


def test_entries_of_one_time_may_span_pages_and_a_resumed_read_has_them_all(service: LoggingService) -> None:
    """
    A cursor can only name the time, so it resumes with the first entry that bears it.
    """
    entries = {service.log(at=NOON).insert_id for _ in range(7)}
    pages = list(a_log(service).read_since(None))

    for position in range(len(pages)):
        resumed = ids_in(list(a_log(service).read_since(pages[position].cursor)))
        assert entries == {*ids_in(pages[: position + 1]), *resumed}


def test_a_token_that_is_no_longer_taken_is_replaced_by_the_question_for_the_rest(
    service: LoggingService,
) -> None:
    """
    Tokens last a day; a first read of a large organisation may last longer.
    """
    entries = [service.log().insert_id for _ in range(5)]
    log = a_log(service)
    reading = log.read_since(None)
    first = next(reading)
    first.settle()

    service.is_forgetful = True
    second = next(reading)
    service.is_forgetful = False
    rest = list(reading)

    assert {*ids_of(first), *ids_of(second), *ids_in(rest)} == set(entries)
    assert 'timestamp>="2026-11-20T12:00:01.000000000Z"' in service.asked[-1].filter


def test_a_service_that_takes_no_token_at_all_is_not_asked_for_ever(service: LoggingService) -> None:
    service.is_forgetful = True
    for _ in range(5):
        service.log(at=NOON)

    with pytest.raises(ProviderResponseError, match="refuses to go on"):
        list(a_log(service).read_since(None))


def test_a_search_that_took_too_long_goes_on_after_its_empty_page(service: LoggingService) -> None:
    entries = [service.log().insert_id for _ in range(3)]
    service.tires_after = 0

    assert ids_in(list(a_log(service).read_since(None))) == entries


def test_only_the_logs_that_are_configured_are_read(service: LoggingService) -> None:
    for log in Log:
        service.log(log=log)

    without = list(a_log(service, page=10).read_since(None))
    everything = list(a_log(service, page=10, logs=[str(log) for log in Log]).read_since(None))

    assert (len(ids_in(without)), len(ids_in(everything))) == (3, 4)


def test_organisations_folders_projects_and_views_are_scopes(service: LoggingService) -> None:
    owners = ["organizations/123456789012", "folders/42", "projects/example-prod"]
    for owner in owners:
        service.log(owner=owner)

    found = list(a_log(service, page=10, resources=owners).read_since(None))

    assert len(ids_in(found)) == 3
    view = "projects/example/locations/global/buckets/audit/views/_AllLogs"
    assert a_log(service, resources=[view])
    for wrong in ([], ["example-prod"], ["projects/a/logs/b"], ["projects/a"] * 101):
        with pytest.raises(msgspec.ValidationError):
            a_log(service, resources=wrong)


@pytest.mark.parametrize(
    ("refusal", "logs", "permission"),
    [
        (denied(), ["activity"], "logging.logEntries.list"),
        (denied(), ["activity", "data_access"], "logging.privateLogEntries.list"),
        (denied("logging.views.access"), ["activity"], "logging.views.access"),
        (denied("<b>anything</b>"), ["activity"], "logging.logEntries.list"),
    ],
)
def test_a_permission_that_lacks_is_named(
    service: LoggingService, refusal: Refusal, logs: list[str], permission: str
) -> None:
    service.down = refusal

    with pytest.raises(ProviderAccessError) as raised:
        list(a_log(service, logs=logs).read_since(None))

    assert f"the permission {permission} on {PROJECT} is missing" in raised.value.what
    assert "docs/sources-gcp.md" in raised.value.hint


def test_being_throttled_says_how_long_to_wait_and_costs_no_second_request(service: LoggingService) -> None:
    service.down = throttled(seconds=17)

    with pytest.raises(ProviderUnavailableError, match="RESOURCE_EXHAUSTED") as raised:
        list(a_log(service).read_since(None))

    assert raised.value.retry_after == timedelta(seconds=17)
    assert len(service.asked) == 1


def test_being_throttled_between_pages_leaves_the_cursor_behind_the_last_one(service: LoggingService) -> None:
    entries = [service.log().insert_id for _ in range(6)]
    log = a_log(service)
    reading = log.read_since(None)
    first = next(reading)
    service.refusals.append(throttled(seconds=1))

    with pytest.raises(ProviderUnavailableError):
        next(reading)

    assert {*ids_of(first), *ids_in(list(log.read_since(first.cursor)))} == set(entries)


def test_a_question_that_is_refused_is_an_error_and_nothing_to_repeat(service: LoggingService) -> None:
    service.down = invalid("Unparseable filter")

    with pytest.raises(ProviderResponseError, match="Unparseable filter"):
        list(a_log(service).read_since(None))

    assert len(service.asked) == 1


def test_a_network_that_is_cut_within_a_page_delivers_nothing_of_it(service: LoggingService) -> None:
    for number in range(50):
        service.log(method="v1.compute.firewalls.insert" * 20 + str(number))
    log = a_log(service, page=50)
    service.relay.cut_after(5_000)

    with pytest.raises(ProviderUnavailableError):
        list(log.read_since(None))

    assert service.relay.cuts
    service.relay.cut_after(None)
    assert len(ids_in(until_repaired(lambda: list(log.read_since(None))))) == 50


def test_a_probe_says_what_is_newest(service: LoggingService) -> None:
    log = a_log(service)
    assert isinstance(log, Probing)
    assert log.probe() == ("it may be read; no entry was found",)

    service.log(at=NOON - HOUR)
    service.log(at=NOON, received=NOON + HOUR)

    assert log.probe() == ("it may be read; the newest entry was received at 2026-11-20 13:00:00 UTC",)


def test_a_cursor_that_is_none_of_ours_means_everything() -> None:
    assert {window_at(text) for text in (None, "", "entries/1", "1 2", "1 x 3", "9" * 20)} == {Window()}


def test_a_cursor_says_where_in_a_window_or_after_it() -> None:
    within = Window(since=1, mark=2, reached=3)

    assert window_at(within.cursor) == within
    assert window_at(within.end) == within.next == Window(since=2)


def read_whole(log: GcpLogging, cursor: str | None) -> str:
    """Read as the core does: each delivery is settled before the next is asked for."""
    for delivery in log.read_since(cursor):
        delivery.settle()
        cursor = delivery.cursor
    assert cursor is not None
    return cursor
