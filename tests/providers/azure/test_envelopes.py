"""What Azure wraps records in."""

import json

import pytest

from drift.model.verdict import Tool
from providers.azure.envelopes import RECORD_HEADS, unwrap
from tests.providers.azure.records import (
    NSG,
    a_change,
    a_record,
    as_bytes,
    as_cloud_event,
    as_dict,
    for_event_grid,
    for_event_hub,
    for_log_analytics,
    tool_of,
    translated,
)

ROW = for_log_analytics(a_record())


def a_table(rows: list[object], name: str = "PrimaryResult") -> dict[str, object]:
    """A table, as Log Analytics answers."""
    columns = [{"name": column, "type": "string"} for column in ROW]
    return {"name": name, "columns": columns, "rows": rows}


def test_the_rows_of_a_query_get_their_columns_back() -> None:
    answer = {"tables": [a_table([list(ROW.values()), list(ROW.values())])]}

    records = unwrap(as_bytes(answer))

    assert records is not None
    assert [json.loads(record) for record in records] == [ROW, ROW]
    assert translated(records[0]).resources[0].id == NSG
    assert tool_of(translated(records[0])) is Tool.CONSOLE


def test_cells_stay_as_they_were_delivered() -> None:
    answer = (
        b'{"tables":[{"name":"t","columns":[{"name":"A\\"b"},{"name":"c"}],"rows":[[ 1.50 ,{"x" : 1}]]}]}'
    )

    assert unwrap(answer) == [b'{"A\\"b":1.50,"c":{"x" : 1}}']


def test_a_query_may_answer_nothing() -> None:
    assert unwrap(as_bytes({"tables": [a_table([])]})) == []
    assert unwrap(as_bytes({"tables": []})) == []
    assert unwrap(as_bytes({"count": 0, "data": [], "totalRecords": 0})) == []


def test_the_older_answer_of_resource_graph_is_a_table() -> None:
    row = a_change()
    columns = [{"name": name, "type": "string"} for name in row]

    records = unwrap(as_bytes({"count": 1, "data": {"columns": columns, "rows": [list(row.values())]}}))

    assert records is not None
    assert translated(records[0]).resources[0].id == NSG


@pytest.mark.parametrize(
    "event",
    [
        {"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": "x"}},
        {"type": "Microsoft.EventGrid.SubscriptionDeletedEvent", "specversion": "1.0", "data": {}},
        {"eventType": "Microsoft.Storage.BlobCreated", "data": {"url": "https://x/PT1H.json"}},
    ],
)
def test_what_only_announces_something_holds_no_record(event: object) -> None:
    assert unwrap(as_bytes(event)) == ()


@pytest.mark.parametrize(
    "record",
    [
        a_record(),
        as_dict(a_record()),
        for_event_hub(a_record()),
        ROW,
        for_event_grid(a_record()),
        as_cloud_event(for_event_grid(a_record())),
        a_change(),
        {"records": [a_record()]},
        {"value": [a_record()]},
        {"message": {"data": "e30="}, "subscription": "projects/p/subscriptions/s"},
        {"data": {"x": 1}},
        {"data": 7, "count": 1},
        {"tables": 7},
        {"tables": [7]},
        {"tables": [{"columns": [7], "rows": []}]},
        {"tables": [{"columns": [], "rows": [7]}]},
        {"tables": [], "data": []},
        [],
        7,
    ],
)
def test_anything_else_is_no_envelope(record: object) -> None:
    assert unwrap(as_bytes(record)) is None


def test_rows_that_do_not_fit_their_columns_are_cut_to_them() -> None:
    answer = {"tables": [{"columns": [{"name": "a"}], "rows": [[], [1], [1, 2]]}]}

    assert unwrap(as_bytes(answer)) == [b"{}", b'{"a":1}', b'{"a":1}']


@pytest.mark.parametrize("body", [b"", b"{", b'{"data"', b'{"tables": \xff}', b'{"data":' * 5000])
def test_damaged_bytes_are_no_envelope(body: bytes) -> None:
    assert unwrap(body) is None


def test_no_envelope_begins_like_a_record() -> None:
    envelopes = [
        {"tables": [a_table([])]},
        {"count": 0, "data": []},
        {"records": []},
        {"value": []},
        for_event_grid(a_record()),
        as_cloud_event(for_event_grid(a_record())),
    ]

    for envelope in envelopes:
        for body in (as_bytes(envelope), json.dumps(envelope, separators=(",", ":")).encode()):
            assert not body.startswith(RECORD_HEADS)
