"""Reading a record's bytes.

Records are read into structs, strictly first: that is fast, and nearly every record
fits. One that does not is read field by field, so that an odd field, or a spelling that
differs in case, costs that field and not the record. So are the SDK's `as_dict` records,
whose names are the same with underscores.
"""

import msgspec

from drift.model.resource import Json
from providers.azure import app_configuration, entra_audit, key_vault
from providers.azure.delivered import of_change, of_event, of_grid, of_row
from providers.azure.fitting import fields_of, fitted
from providers.azure.json_text import decoded, value_of
from providers.azure.record import Activity
from providers.azure.shapes import ChangeRow, Event, GridEvent, TableRow

_EVENT = msgspec.json.Decoder(Event)
_ROW = msgspec.json.Decoder(TableRow)
_GRID = msgspec.json.Decoder(GridEvent)
_CHANGE = msgspec.json.Decoder(ChangeRow)

MARKS = (
    b"operationname",
    b"operation_name",
    b"eventtype",
    b"specversion",
    b"changeattributes",
    b"requesturi",
    b"activitydisplayname",
)
"""In lower case: without one of them, nothing is a record of Azure."""


def read_record(body: bytes) -> Activity | None:
    """Return what the record in `body` says, or `None` where it is valid JSON but no record of Azure.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested beyond reason.
    """
    try:
        said = _strictly(body)
    except msgspec.ValidationError:
        said = None
    if said is not None:
        return said
    folded = body.lower()
    if not any(mark in folded for mark in MARKS):
        decoded(body)
        return None
    return _leniently(decoded(body))


def _strictly(body: bytes) -> Activity | None:
    """Read a record in the shape that it seems to have; `None` where it has not, or not wholly."""
    said: Activity | None = None
    if b'"eventTimestamp"' in body or b'"resultType"' in body:
        said = of_event(_EVENT.decode(body), must_be_whole=True)
    elif b'"changeAttributes"' in body:
        said = of_change(_CHANGE.decode(body))
    elif b'"TimeGenerated"' in body:
        said = of_row(_ROW.decode(body), must_be_whole=True)
    elif b'"eventType"' in body or b'"specversion"' in body:
        said = _of_grid(_GRID.decode(body))
    logs = (app_configuration, key_vault, entra_audit)
    is_log = said and any(log.is_category(said.category) for log in logs)
    return None if is_log else said


def _leniently(document: Json) -> Activity | None:
    fields = fields_of(document) if isinstance(document, dict) else {}
    if "changeattributes" in fields or "changeattributes" in fields_of(fields.get("properties")):
        return of_change(fitted(ChangeRow, fields))
    if "data" in fields and ("eventtype" in fields or "specversion" in fields):
        return _of_grid(fitted(GridEvent, fields))
    if app_configuration.is_log(fields):
        return app_configuration.of_log(fields)
    if key_vault.is_log(fields):
        return key_vault.of_log(fields)
    if entra_audit.is_log(fields):
        return entra_audit.of_log(fields)
    if "operationnamevalue" in fields or "timegenerated" in fields:
        return of_row(fitted(TableRow, fields))
    return of_event(fitted(Event, fields))


def _of_grid(grid: GridEvent) -> Activity | None:
    said = app_configuration.of_grid(grid)
    if said is not None:
        return said
    try:
        data = _EVENT.decode(grid.data)
    except msgspec.ValidationError:
        data = fitted(Event, fields_of(value_of(grid.data)))
    return of_grid(grid, data)
