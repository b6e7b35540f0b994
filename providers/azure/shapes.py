"""The shapes in which Azure delivers one and the same event.

REST answers and what diagnostic settings send to Event Hubs and storage differ in the
names of fields only, and none of them means two things, so that one struct reads both.
"""

import msgspec

from providers.azure.record import NULL, Authorization, Claims, Text


class Localized(msgspec.Struct, frozen=True, gc=False):
    """A value with its translation, which nobody needs."""

    value: Text = None


Word = Localized | str | None


class HttpRequest(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where a call came from."""

    client_ip_address: Text = None


class Identity(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who called, as diagnostic settings send it."""

    authorization: Authorization | str | None = None
    claims: Claims | str | None = None


class Event(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An entry of the Activity Log by REST, by Event Hub, from storage, or inside an Event Grid event."""

    operation_name: Word = None
    resource_id: Text = None
    resource_uri: Text = None
    category: Word = None
    correlation_id: Text = None
    operation_id: Text = None
    properties: msgspec.Raw = NULL

    event_timestamp: Text = None
    event_data_id: Text = None
    id: Text = None
    status: Word = None
    sub_status: Word = None
    caller: Text = None
    claims: Claims | str | None = None
    authorization: Authorization | str | None = None
    http_request: HttpRequest | str | None = None
    subscription_id: Text = None

    time: Text = None
    result_type: Text = None
    result_signature: Text = None
    caller_ip_address: Text = None
    identity: Identity | str | None = None


class TableRow(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A row of `AzureActivity`, or of App Configuration's tables, in a Log Analytics workspace."""

    operation_name_value: Text = None
    operation_name: Text = None
    time_generated: Text = None
    type: Text = None
    """Name of the table."""
    category_value: Text = None
    category: Text = None
    activity_status_value: Text = None
    activity_status: Text = None
    activity_substatus_value: Text = None
    caller: Text = None
    caller_ip_address: Text = None
    claims: Claims | str | None = None
    claims_d: Claims | str | None = msgspec.field(default=None, name="Claims_d")
    authorization: Authorization | str | None = None
    authorization_d: Authorization | str | None = msgspec.field(default=None, name="Authorization_d")
    correlation_id: Text = None
    operation_id: Text = None
    event_data_id: Text = None
    resource_id: Text = None
    full_resource_id: Text = msgspec.field(default=None, name="_ResourceId")
    subscription_id: Text = None
    properties: msgspec.Raw = NULL
    properties_d: msgspec.Raw = msgspec.field(default=NULL, name="Properties_d")
    result_type: Text = None


class GridEvent(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An event of Event Grid, in its own schema or in that of CloudEvents."""

    id: Text = None
    event_type: Text = None
    event_time: Text = None
    type: Text = None
    time: Text = None
    topic: Text = None
    source: Text = None
    subject: Text = None
    data: msgspec.Raw = NULL


class ChangeAttributes(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who made a change, when and with which program."""

    timestamp: Text = None
    changed_by: Text = None
    changed_by_type: Text = None
    client_type: Text = None
    operation: Text = None
    correlation_id: Text = None
    new_resource_snapshot_id: Text = None


class ChangeProperties(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What changed."""

    target_resource_id: Text = None
    target_resource_type: Text = None
    change_type: Text = None
    change_attributes: ChangeAttributes | str | None = None
    changes: msgspec.Raw = NULL


class ChangeRow(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A row of `resourcechanges`; queries often keep nothing of it but the properties."""

    id: Text = None
    location: Text = None
    properties: ChangeProperties | str | None = None
    target_resource_id: Text = None
    target_resource_type: Text = None
    change_type: Text = None
    change_attributes: ChangeAttributes | str | None = None
    changes: msgspec.Raw = NULL
