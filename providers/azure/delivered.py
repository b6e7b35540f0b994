"""What a delivered event says, in the words of `Activity`, whichever shape it came in."""

import re
from typing import TypeVar

import msgspec

from providers.azure.fitting import fields_of, fitted
from providers.azure.record import (
    NO_CLAIMS,
    NO_RIGHTS,
    Activity,
    Authorization,
    Claims,
    Kind,
)
from providers.azure.shapes import (
    ChangeAttributes,
    ChangeProperties,
    ChangeRow,
    Event,
    GridEvent,
    Identity,
    Localized,
    TableRow,
    Word,
)

_Struct = TypeVar("_Struct", Claims, Authorization, Identity, ChangeProperties, ChangeAttributes)

_PROVIDER = re.compile(r"[a-z][\w-]*(\.[\w-]+)+/", re.IGNORECASE)
"""How operations of Resource Manager begin: with the namespace of a resource provider."""

_SCOPES = ("/subscriptions/", "/providers/", "/tenants/")

_EVENT_ID = re.compile(r"/events/([0-9a-f-]{36})/ticks/", re.IGNORECASE)

_GRID = re.compile(r"Microsoft\.Resources\.Resource(?:Write|Delete|Action)(Success|Failure|Cancel)")

_VERBS = {"delete": "delete"}
"""How a kind of change is called in an operation, where that is not given: all but this one are writes."""


def of_event(event: Event, *, must_be_whole: bool = False) -> Activity | None:
    """Return what an entry of the Activity Log says, or `None` if it is none.

    `must_be_whole` refuses one that lacks its operation, its time or its resource: they may be
    there in another spelling.
    """
    action = _word(event.operation_name)
    resource_id = event.resource_id or event.resource_uri
    time = event.event_timestamp or event.time
    if must_be_whole and not (action and resource_id and time):
        return None
    if not _is_of_azure(action, resource_id):
        return None
    identity = _struct(Identity, event.identity) or Identity()
    call = event.http_request
    return Activity(
        action=action,
        operation=_operation(action),
        category=_category(event),
        time=time,
        id=_id(event.event_data_id, event.id),
        status=(_word(event.status) or event.result_type or "").strip().lower(),
        sub_status=_word(event.sub_status) or event.result_signature,
        resource_id=resource_id,
        caller=event.caller or None,
        claims=_claims(event.claims) or _claims(identity.claims) or NO_CLAIMS,
        rights=_rights(event.authorization) or _rights(identity.authorization) or NO_RIGHTS,
        correlation_id=event.correlation_id or None,
        operation_id=event.operation_id or _in_properties(event, "operationid"),
        subscription_id=event.subscription_id,
        client_ip=event.caller_ip_address
        or (None if isinstance(call, str) or not call else call.client_ip_address),
        properties=event.properties,
    )


def of_row(row: TableRow, *, must_be_whole: bool = False) -> Activity | None:
    """Return what a row of `AzureActivity` says, or `None` if it is none."""
    action = row.operation_name_value or row.operation_name
    resource_id = row.full_resource_id or row.resource_id
    if must_be_whole and not (row.operation_name_value and resource_id):
        return None
    if not _is_of_azure(action, resource_id):
        return None
    return Activity(
        action=action,
        operation=_operation(action),
        category=(row.category_value or row.category or "").strip().lower(),
        time=row.time_generated,
        id=_id(row.event_data_id, None),
        status=(row.activity_status_value or row.activity_status or row.result_type or "").strip().lower(),
        sub_status=row.activity_substatus_value,
        resource_id=resource_id,
        caller=row.caller or None,
        claims=_claims(row.claims_d) or _claims(row.claims) or NO_CLAIMS,
        rights=_rights(row.authorization_d) or _rights(row.authorization) or NO_RIGHTS,
        correlation_id=row.correlation_id or None,
        operation_id=row.operation_id or None,
        subscription_id=row.subscription_id,
        client_ip=row.caller_ip_address or None,
        properties=row.properties_d if bytes(row.properties_d) not in (b"null", b'""') else row.properties,
    )


def of_grid(grid: GridEvent, data: Event) -> Activity | None:
    """Return what an event about a resource says: the entry of the log that it carries."""
    found = _GRID.fullmatch(grid.event_type or grid.type or "")
    said = of_event(data) if found else None
    if said is None or found is None:
        return None
    return msgspec.structs.replace(
        said,
        id=(grid.id or "").lower() or None,
        time=grid.event_time or grid.time,
        status=said.status or found[1].lower(),
        resource_id=said.resource_id or grid.subject,
    )


def of_change(row: ChangeRow) -> Activity | None:
    """Return what Resource Graph says of a change, or `None` if it names no resource."""
    inner = _struct(ChangeProperties, row.properties) or ChangeProperties(
        target_resource_id=row.target_resource_id,
        target_resource_type=row.target_resource_type,
        change_type=row.change_type,
        change_attributes=row.change_attributes,
        changes=row.changes,
    )
    who = _struct(ChangeAttributes, inner.change_attributes)
    if who is None or not inner.target_resource_id:
        return None
    verb = _VERBS.get((inner.change_type or "").lower(), "write")
    action = who.operation or (f"{inner.target_resource_type}/{verb}" if inner.target_resource_type else None)
    return Activity(
        kind=Kind.CHANGE,
        action=action,
        operation=_operation(action),
        time=who.timestamp,
        id=(row.id or who.new_resource_snapshot_id or "").lower() or None,
        resource_id=inner.target_resource_id,
        caller=who.changed_by or None,
        caller_type=who.changed_by_type,
        correlation_id=who.correlation_id or None,
        location=row.location,
        client=who.client_type or None,
        properties=inner.changes,
    )


def _is_of_azure(action: str | None, resource_id: str | None) -> bool:
    if action is None:
        return False
    is_scoped = (resource_id or "")[:15].lower().startswith(_SCOPES)
    return is_scoped or _PROVIDER.match(action) is not None


def _operation(action: str | None) -> str:
    return (action or "").strip().lower()


def _word(said: Word) -> str | None:
    return said.value if isinstance(said, Localized) else said


def _id(event_data_id: str | None, id_: str | None) -> str | None:
    """Return the event's id, in lower case: destinations differ in it. It also stands in the long id."""
    found = None if event_data_id else _EVENT_ID.search(id_ or "")
    return (event_data_id or (found[1] if found else "")).lower() or None


def _category(event: Event) -> str:
    """Return the category. Diagnostic settings put a verb in its place, and the category elsewhere."""
    said = _in_properties(event, "eventcategory") or _word(event.category) or ""
    return said.strip().lower()


def _in_properties(event: Event, name: str) -> str | None:
    """Return what diagnostic settings put among the properties; REST has it beside them."""
    properties = bytes(event.properties)
    if event.event_timestamp is not None or name.encode() not in properties.lower():
        return None
    inner = fields_of(properties.decode()).get(name)
    return inner if isinstance(inner, str) and inner else None


def _claims(said: Claims | str | None) -> Claims | None:
    return None if said is None else _struct(Claims, said)


def _rights(said: Authorization | str | None) -> Authorization | None:
    return None if said is None else _struct(Authorization, said)


def _struct(kind: type[_Struct], said: _Struct | str | None) -> _Struct | None:
    """Return `said`, or what is written in it as JSON; `None` where there is nothing to be read."""
    if not isinstance(said, str):
        return said
    try:
        return msgspec.json.decode(said, type=kind)
    except (ValueError, RecursionError):
        fields = fields_of(said)
        return fitted(kind, fields) if fields else None
