import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.ports import Delivery
from providers.launchdarkly import audit_log
from providers.launchdarkly.audit_log import LaunchDarklyAuditLog, LaunchDarklyAuditLogSettings
from tests.providers.launchdarkly.entries import NOON_MS
from tests.providers.launchdarkly.service import TOKEN, Answer, Service, launchdarkly


@pytest.fixture
def service() -> Iterator[Service]:
    with launchdarkly() as running:
        yield running


@pytest.fixture
def log(service: Service) -> LaunchDarklyAuditLog:
    return a_log(service)


def a_log(
    service: Service, *, token: str = TOKEN, spec: str | None = None, timeout: float = 10
) -> LaunchDarklyAuditLog:
    settings = LaunchDarklyAuditLogSettings(token=Secret(token), base_url=service.url, spec=spec)
    return LaunchDarklyAuditLog(settings, timeout=timedelta(seconds=timeout))


def ids(deliveries: list[Delivery]) -> list[str]:
    return [json.loads(one.open().read())["_id"] for one in deliveries]


def read(log: LaunchDarklyAuditLog, cursor: str | None = None) -> list[Delivery]:
    return list(log.read_since(cursor))


def test_entries_are_delivered_the_oldest_first_whatever_the_pages(
    service: Service, log: LaunchDarklyAuditLog
) -> None:
    made = service.log(53)

    assert ids(read(log)) == made
    assert {asked["limit"] for asked in service.asked} == {"20"}


def test_an_entry_keeps_the_bytes_that_were_delivered(service: Service, log: LaunchDarklyAuditLog) -> None:
    page = b'{"items" : [ {"_id":"a1",  "date": 5, "accesses": []} ,{"_id":"a2","date":6} ]}'
    service.answer = lambda: (200, {}, page)

    assert [one.open().read() for one in read(log)] == [
        b'{"_id":"a2","date":6}',
        b'{"_id":"a1",  "date": 5, "accesses": []}',
    ]


def test_entries_of_one_moment_are_not_lost_between_two_pages(
    service: Service, log: LaunchDarklyAuditLog
) -> None:
    """
    A flag that is copied into every environment is many entries of the same millisecond.
    """
    made = (
        service.log(15) + service.log(12, at=NOON_MS + 20_000, apart=0) + service.log(15, at=NOON_MS + 40_000)
    )

    assert sorted(ids(read(log))) == sorted(made)


def test_more_of_one_moment_than_a_page_holds_is_an_error_and_not_a_loss(
    service: Service, log: LaunchDarklyAuditLog
) -> None:
    service.log(30, apart=0)

    with pytest.raises(ProviderResponseError, match="page by page"):
        read(log)


def test_a_poll_asks_only_for_what_is_new_and_a_little_more(
    service: Service, log: LaunchDarklyAuditLog
) -> None:
    service.log(100, apart=60_000)
    cursor = read(log)[-1].cursor
    made = service.log(1, at=NOON_MS + 200 * 60_000)
    service.asked.clear()

    told = ids(read(log, cursor))

    assert told[-1:] == made
    assert len(told) == 11
    assert len(service.asked) == 1


def test_an_entry_that_becomes_visible_late_is_still_told(
    service: Service, log: LaunchDarklyAuditLog
) -> None:
    service.log(1, at=NOON_MS)
    cursor = read(log)[-1].cursor

    late = service.log(1, at=NOON_MS - 5 * 60_000)

    assert late[0] in ids(read(log, cursor))


@pytest.mark.parametrize("apart", [1, 1000, 3_600_000])
def test_a_long_history_is_read_in_parts_from_its_beginning(
    service: Service, log: LaunchDarklyAuditLog, monkeypatch: pytest.MonkeyPatch, apart: int
) -> None:
    """
    Whoever is stopped in the middle goes on from there.
    """
    monkeypatch.setattr(audit_log, "HELD", 60)
    made = service.log(400, at=NOON_MS - 400 * 3_600_000, apart=apart)

    told = read(log)

    assert list(dict.fromkeys(ids(told))) == made
    cursors = [int(one.cursor) for one in told]
    assert cursors == sorted(cursors)
    assert len(service.asked) < 200


def test_a_history_with_a_burst_in_it_is_read_whole(
    service: Service, log: LaunchDarklyAuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "HELD", 60)
    year = 365 * 86_400_000
    made = service.log(50, at=NOON_MS - 3 * year, apart=86_400_000)
    made += service.log(200, at=NOON_MS - 2 * year, apart=3)
    made += service.log(50, at=NOON_MS - year, apart=86_400_000)

    assert list(dict.fromkeys(ids(read(log)))) == made


def test_an_entry_without_a_time_resumes_where_the_one_before_it_does(
    service: Service, log: LaunchDarklyAuditLog
) -> None:
    page = {"items": [{"_id": "c", "date": 9}, {"_id": "b"}, {"_id": "a", "date": 7}, "no entry"]}
    service.answer = lambda: (200, {}, json.dumps(page).encode())

    assert [one.cursor for one in read(log)] == ["0", "7", "7", "9"]


def test_a_cursor_that_is_none_of_ours_reads_everything(service: Service, log: LaunchDarklyAuditLog) -> None:
    made = service.log(3)

    assert ids(read(log, "trail/a.json.gz")) == made


def test_only_what_the_settings_name_is_asked_for(service: Service) -> None:
    read(a_log(service, spec="proj/web:env/*:flag/*"))

    assert service.asked[0]["spec"] == "proj/web:env/*:flag/*"


def test_the_token_and_the_version_of_the_api_are_sent(service: Service, log: LaunchDarklyAuditLog) -> None:
    read(log)

    (headers,) = service.headers
    assert headers["Authorization"] == TOKEN
    assert headers["Ld-Api-Version"].isdigit()


def test_a_token_that_is_unknown_is_refused_and_not_repeated(service: Service) -> None:
    with pytest.raises(ProviderAccessError, match="401") as raised:
        read(a_log(service, token="api-wrong-secret"))

    assert "wrong-secret" not in str(raised.value)


@pytest.mark.parametrize("token", ["", "two words", "line\nend", "snow\N{SNOWMAN}"])
def test_a_token_that_can_be_none_is_never_sent(service: Service, token: str) -> None:
    with pytest.raises(ProviderAccessError) as raised:
        read(a_log(service, token=token))

    assert service.asked == []
    assert not token or token not in str(raised.value)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"X-Ratelimit-Reset": "{now+5000}", "X-Ratelimit-Route-Remaining": "0"}, 5),
        ({"Retry-After": "7", "X-Ratelimit-Reset": "{now+90000}"}, 7),
        ({"Retry-After": "99999999999"}, 3600),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_too_many_requests_says_how_long_to_wait(
    service: Service, log: LaunchDarklyAuditLog, headers: dict[str, str], seconds: float | None
) -> None:
    def answer() -> Answer:
        now = int(time.time() * 1000)
        return 429, {key: _at(value, now) for key, value in headers.items()}, b"{}"

    service.answer = answer

    with pytest.raises(ProviderUnavailableError, match="429") as raised:
        read(log)

    wait = raised.value.retry_after
    assert (wait is None) == (seconds is None)
    assert wait is None or abs(wait.total_seconds() - (seconds or 0)) < 2


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_of_the_service_may_pass(service: Service, log: LaunchDarklyAuditLog, status: int) -> None:
    service.answer = lambda: (status, {}, b"<html>oops</html>")

    with pytest.raises(ProviderUnavailableError, match=str(status)) as raised:
        read(log)

    assert raised.value.hint


def test_a_token_without_the_permission_says_which_role_it_needs(
    service: Service, log: LaunchDarklyAuditLog
) -> None:
    service.answer = lambda: (403, {}, b"{}")

    with pytest.raises(ProviderAccessError) as raised:
        read(log)

    assert "Reader" in raised.value.hint


def test_a_redirect_is_not_followed_since_the_token_would_go_along(
    service: Service, log: LaunchDarklyAuditLog
) -> None:
    with launchdarkly() as elsewhere:
        service.answer = lambda: (302, {"Location": f"{elsewhere.url}/api/v2/auditlog"}, b"")

        with pytest.raises(ProviderResponseError, match="302"):
            read(log)

        assert elsewhere.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"items": [',
        b'{"items": 7}',
        b"[]",
        b'{"message": "hello"}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_what_is_no_page_is_an_error_with_the_next_step(
    service: Service, log: LaunchDarklyAuditLog, body: bytes
) -> None:
    service.answer = lambda: (200, {}, body)

    with pytest.raises(ProviderResponseError) as raised:
        read(log)

    assert "base_url" in raised.value.hint


@pytest.mark.parametrize(
    "item", [b"7", b'"text"', b'{"_id": 7, "date": "x"}', b'{"date": 1e999}', b'{"date": "5"}', b"null"]
)
def test_an_odd_entry_is_delivered_all_the_same(
    service: Service, log: LaunchDarklyAuditLog, item: bytes
) -> None:
    service.answer = lambda: (200, {}, b'{"items": [' + item + b"]}")

    (delivery,) = read(log)

    assert delivery.open().read() == item


def test_an_answer_that_breaks_off_may_come_whole_the_next_time(
    service: Service, log: LaunchDarklyAuditLog
) -> None:
    service.answer = lambda: (200, {"Content-Length": "5000"}, b'{"items": [')

    with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
        read(log)


def test_a_service_that_hangs_is_not_waited_for_longer_than_the_time_out(service: Service) -> None:
    def answer() -> Answer:
        time.sleep(0.5)
        return 200, {}, b'{"items": []}'

    service.answer = answer

    with pytest.raises(ProviderUnavailableError, match="timed out"):
        read(a_log(service, timeout=0.1))


def test_what_was_delivered_before_a_fault_stands(
    service: Service, log: LaunchDarklyAuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A long history is read at last, even if LaunchDarkly wants us to slow down again and again.
    """
    monkeypatch.setattr(audit_log, "HELD", 60)
    made = service.log(200, apart=3_600_000)
    told: list[Delivery] = []

    for _ in range(100):
        service.asked.clear()
        service.answer = None
        cursor = told[-1].cursor if told else None
        try:
            for delivery in log.read_since(cursor):
                told.append(delivery)
                if len(service.asked) > 25:
                    service.answer = lambda: (429, {}, b"{}")
        except ProviderUnavailableError:
            continue
        break

    assert set(ids(told)) == set(made)


def _at(value: str, now: int) -> str:
    return str(now + int(value.strip("{}now+"))) if value.startswith("{") else value
