"""What Azure wraps records in: answers of Resource Graph and of Log Analytics, events about other things.

Files with a `records` or a `value` list are no envelope here: the core splits them, so that
one damaged record does not hide the rest. A table names its columns once and then holds bare
cells, so that a row becomes a record by putting the names back; cells stay as delivered.
"""

import json
from collections.abc import Sequence

import msgspec

from providers.raw_json import Fields, elements_of, fields_of, text_of

RECORD_HEADS = (
    b'{"authorization":{"action":',
    b'{"authorization": {"action":',
    b'{"RoleLocation":',
    b'{"TenantId":',
)
"""How REST, Event Hubs and Log Analytics write records; none of Azure's envelopes begins so."""

ENVELOPE_MARKS = (b'"tables"', b'"data"')
"""Without one of them, nothing is an envelope of Azure."""

QUERY_KEYS = frozenset({"tables", "statistics", "render", "error"})
GRAPH_KEYS = frozenset(
    (
        *("data", "count", "facets", "totalRecords", "resultTruncated", "skipToken", "$skipToken"),
        *("total_records", "result_truncated", "skip_token", "additional_properties"),
    )
)

VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
"""What Event Grid sends to an address once, to see whether it agrees."""

DELETED_VALIDATION = "Microsoft.EventGrid.SubscriptionDeletedEvent"
FILES = "Microsoft.Storage.Blob"
"""How the types of events about files begin, for example the logs' own."""


class Column(msgspec.Struct, gc=False):
    """Of a table."""

    name: str


class Table(msgspec.Struct, gc=False):
    """A table of an answer, its cells not decoded."""

    columns: list[Column]
    rows: list[list[msgspec.Raw]]


_TABLE = msgspec.json.Decoder(Table)


def unwrap(document: bytes) -> Sequence[bytes] | None:
    """Return the records inside an envelope in their order, or `None` if it is no envelope of Azure."""
    if not any(mark in document for mark in ENVELOPE_MARKS):
        return None
    fields = fields_of(document)
    if fields is None:
        return None
    if "tables" in fields and fields.keys() <= QUERY_KEYS:
        return _of_tables(fields["tables"])
    if "data" not in fields:
        return None
    if fields.keys() <= GRAPH_KEYS:
        return _of_graph(fields["data"])
    return () if _announces(fields) else None


def _of_tables(tables: msgspec.Raw) -> list[bytes] | None:
    found = elements_of(tables)
    if found is None:
        return None
    each = [_of_table(table) for table in found]
    return None if None in each else [record for records in each for record in records or ()]


def _of_graph(data: msgspec.Raw) -> list[bytes] | None:
    """Open an answer of Resource Graph: objects, or in its older form a table."""
    rows = elements_of(data)
    return _of_table(data) if rows is None else [bytes(row) for row in rows]


def _of_table(table: msgspec.Raw) -> list[bytes] | None:
    try:
        found = _TABLE.decode(table)
    except (ValueError, RecursionError):
        return None
    names = [json.dumps(column.name).encode() for column in found.columns]
    return [as_record(names, row) for row in found.rows]


def as_record(names: Sequence[bytes], row: Sequence[msgspec.Raw]) -> bytes:
    """Return a row as an object, under the names of the columns as JSON writes them."""
    return (
        b"{"
        + b",".join(b"%b:%b" % (name, bytes(cell)) for name, cell in zip(names, row, strict=False))
        + b"}"
    )


def _announces(fields: Fields) -> bool:
    """Tell whether this is an event that only says that something may be read, or will be sent."""
    type_ = text_of(fields, "eventType") or text_of(fields, "type")
    return type_ in (VALIDATION, DELETED_VALIDATION) or type_.startswith(FILES)
