"""Entries in all the spellings that exports have."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from drift.model.event import UnreadableRecord
from drift.model.verdict import ActorKind
from providers.gcp.record import moment
from tests.providers.gcp.entries import (
    ABSENT,
    PROJECT,
    TRANSLATOR,
    an_entry,
    as_bytes,
    event_of,
    log_name,
    metadata,
    raw,
    translated,
)


def respelled(value: Any, how: Any) -> Any:
    if isinstance(value, dict):
        return {how(key): respelled(inner, how) for key, inner in value.items()}
    return [respelled(one, how) for one in value] if isinstance(value, list) else value


def snake(key: str) -> str:
    return key if "@" in key else "".join(f"_{char.lower()}" if char.isupper() else char for char in key)


@pytest.mark.parametrize("how", [snake, str.lower], ids=["snake", "lower"])
def test_an_entry_means_the_same_however_its_keys_are_spelled(how: Any) -> None:
    """
    Clients that go through protobuf write snake case; tables fold the case of columns.
    """
    entry = an_entry(operation={"id": "op", "producer": "p", "first": True})

    event = translated(respelled(entry, how))

    plain = translated(entry)
    assert (event.call, event.resources, event.operation) == (plain.call, plain.resources, plain.operation)
    assert (event.event_id, event.occurred_at, event.effect) == (
        plain.event_id,
        plain.occurred_at,
        plain.effect,
    )


def test_a_row_of_a_bigquery_export_is_read() -> None:
    entry = an_entry(timestamp="2026-11-20 10:11:12.345678 UTC", operation=ABSENT)
    payload = entry.pop("protoPayload")
    payload["requestJson"] = json.dumps(payload.pop("request"))
    entry["protopayload_auditlog"] = payload

    event = translated(entry)

    assert event.request["name"] == "web"
    assert event.occurred_at == datetime(2026, 11, 20, 10, 11, 12, 345678, tzinfo=UTC)
    assert event.event_id == event_of().event_id


def test_string_booleans_and_numbers_in_text_are_understood() -> None:
    event = event_of(
        operation={"id": "op", "producer": "p", "first": "true", "last": "false"},
        status={"code": "7", "message": "denied"},
    )

    assert event.operation is not None
    assert event.error == "code 7: denied"


def test_an_address_under_an_older_spelling_is_found() -> None:
    found = metadata()
    found["callerIP"] = found.pop("callerIp")

    assert event_of(requestMetadata=found).call.source_ip == "203.0.113.7"


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("severity", 300),
        ("resource", "none"),
        ("resource", {"labels": {"project_id": PROJECT, "odd": 7}}),
        ("operation", [1]),
        ("requestMetadata", 7),
        ("authorizationInfo", {"permission": "x"}),
        ("status", "fine"),
        ("resourceLocation", {"currentLocations": "here"}),
    ],
)
def test_an_odd_field_costs_that_field_only(field: str, odd: Any) -> None:
    event = event_of(**{field: odd})

    assert event.call.action == "v1.compute.firewalls.insert"
    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.HUMAN


def test_a_number_beyond_all_floats_keeps_its_digits() -> None:
    body = as_bytes(an_entry(request={"size": 7})).replace(b'"size": 7', b'"size": 1e999')

    assert translated(body).request == {"size": "1e999"}


def test_a_payload_without_its_type_is_read() -> None:
    """
    The examples of CloudEvents leave it out.
    """
    entry = an_entry()
    del entry["protoPayload"]["@type"]

    assert translated(entry).call.service == "compute"


@pytest.mark.parametrize(
    "body",
    [
        b'{"insertId": "a", "logName": "projects/p/logs/stdout", "textPayload": "hello"}',
        b'{"insertId": "a", "logName": "projects/p/logs/app", "jsonPayload": {"methodName": "x"}}',
        b'{"protoPayload": {"@type": "type.googleapis.com/google.appengine.logging.v1.RequestLog"}}',
        b'{"protoPayload": {}}',
        b'{"protoPayload": null}',
        b'{"eventVersion": "1.08", "eventName": "CreateVpc"}',
        b"null",
    ],
)
def test_what_is_no_audit_entry_is_left_to_others(body: bytes) -> None:
    assert TRANSLATOR.translate(raw(body)) is None


@pytest.mark.parametrize("body", [b"", b"{", b'{"protoPayload": ', b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    assert isinstance(TRANSLATOR.translate(raw(body)), UnreadableRecord)


def test_half_a_surrogate_pair_does_not_hide_the_entry() -> None:
    body = as_bytes(
        an_entry(requestMetadata=metadata("curl/8 \ud83d"), request={"description": "\udc00 OPS-1"})
    )

    event = translated(body)

    assert event.call.user_agent == "curl/8 \ufffd"
    assert event.request == {"description": "\ufffd OPS-1"}


def test_whole_surrogate_pairs_stay_what_they_are() -> None:
    body = as_bytes(an_entry(requestMetadata=metadata("curl/8 \U0001f600 \ud83d")))

    assert translated(body).call.user_agent == "curl/8 \U0001f600 \ufffd"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2026-11-20T10:11:12.123456789Z", 2026),
        ("2026-11-20T10:11:12+02:00", 2026),
        ("2026-11-20 10:11:12 UTC", 2026),
        ("1795170672.5", 2026),
        ("yesterday", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9" * 400, None),
        ("", None),
    ],
)
def test_times_are_read_in_every_form(text: str, year: int | None) -> None:
    found = moment(text)

    assert (found.year if found else None) == year


def test_the_id_is_what_google_calls_the_same_entry() -> None:
    """
    Duplicates agree in `insertId`, time and log; the `insertId` alone may come twice.
    """
    first = event_of()

    assert first.event_id == f"1abcdefg2hij@2026-11-20T10:11:12.345678Z@projects/{PROJECT}/activity"
    assert first.key == event_of(receiveTimestamp="2026-11-20T11:00:00Z").key
    assert first.key != event_of(timestamp="2026-11-20T10:11:13Z").key
    assert first.key != event_of(logName=log_name("data_access")).key


def test_an_entry_without_an_id_has_none() -> None:
    assert event_of(insertId=ABSENT).event_id is None


def test_entries_that_agree_share_their_call() -> None:
    """
    The core judges each call once.
    """
    first, second = event_of(insertId="a"), event_of(insertId="b", request={"name": "other"})

    assert first.call is second.call
    assert first.call is not event_of(requestMetadata=metadata("curl/8")).call


def test_calls_of_one_caller_share_what_is_known_of_him() -> None:
    first, second = event_of(), event_of(methodName="v1.compute.firewalls.delete")

    assert first.call is not second.call
    assert first.call.principal is second.call.principal
    assert first.call.tools is second.call.tools


def test_a_read_keeps_no_parameters() -> None:
    event = event_of(methodName="v1.compute.firewalls.get", authorizationInfo=ABSENT)

    assert (event.request, event.resources, event.statements) == (None, (), ())
