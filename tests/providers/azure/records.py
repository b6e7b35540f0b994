"""Records of our own in the shapes that Azure delivers: one event, told in each of them."""

import json
from typing import Any

from drift.model.event import ChangeEvent, RawRecord, Source
from drift.model.verdict import Confidence, Credential, Tool
from providers.azure.translate import AzureTranslator

Fields = dict[str, Any]

ABSENT = object()
"""Leaves a field out."""

SUBSCRIPTION = "11112222-3333-4444-5555-666677778888"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop"
NSG = f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/web"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web-1"
STORE = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/shop"

CORRELATION = "c0ffee00-1111-2222-3333-444455556666"
EVENT_ID = "e0000000-1111-2222-3333-444455556666"
AT = "2026-11-20T10:11:12.1234567Z"

PORTAL = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"
CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
AKS = "7319c514-987d-4e9b-ac3d-d38c4f427f4c"
PIM = "01fc33a7-78ba-4d2f-a4b7-768e336e890e"
PIPELINE = "aaaa1111-bbbb-2222-cccc-3333dddd4444"
ALICE_ID = "a11ce000-1111-2222-3333-444455556666"
ROBOT_ID = "b0b07000-1111-2222-3333-444455556666"

XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
IDENTITY = "http://schemas.microsoft.com/identity/claims/"

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


def kept(fields: Fields) -> Fields:
    """The fields that are there."""
    return {key: value for key, value in fields.items() if value is not ABSENT}


def a_person(app: object = PORTAL, upn: object = "alice@example.com", **claims: Any) -> Fields:
    """The token of somebody who signed in to an application."""
    return kept(
        {
            "aud": "https://management.core.windows.net/",
            "appid": app,
            "appidacr": "2",
            "http://schemas.microsoft.com/claims/authnmethodsreferences": "pwd,mfa",
            "ipaddr": "203.0.113.7",
            "name": "Alice Example",
            f"{IDENTITY}objectidentifier": ALICE_ID,
            f"{IDENTITY}scope": "user_impersonation",
            f"{XMLSOAP}name": upn,
            f"{XMLSOAP}upn": upn,
            "ver": "1.0",
        }
        | claims
    )


def an_application(app: str = PIPELINE, **claims: Any) -> Fields:
    """The token of an application that signed in alone."""
    return kept(
        {
            "aud": "https://management.azure.com/",
            "appid": app,
            "appidacr": "1",
            "idtyp": "app",
            f"{IDENTITY}objectidentifier": ROBOT_ID,
            "ver": "1.0",
        }
        | claims
    )


def a_record(
    operation: str = "Microsoft.Network/networkSecurityGroups/write",
    resource: str = NSG,
    *,
    status: str = "Succeeded",
    claims: object = None,
    category: str = "Administrative",
    request: object = ABSENT,
    response: object = ABSENT,
    **fields: Any,
) -> Fields:
    """By REST: a person sets a network security group in the portal; arguments say what matters."""
    token = a_person() if claims is None else claims
    upn = token.get(f"{XMLSOAP}upn") if isinstance(token, dict) else None
    oid = token.get(f"{IDENTITY}objectidentifier") if isinstance(token, dict) else None
    bodies = kept({"requestbody": _text(request), "responseBody": _text(response)})
    record = {
        "authorization": {"action": operation, "scope": resource},
        "caller": upn or oid,
        "channels": "Operation",
        "claims": token,
        "correlationId": CORRELATION,
        "description": "",
        "eventDataId": EVENT_ID,
        "eventName": {"value": "EndRequest", "localizedValue": "End request"},
        "category": {"value": category, "localizedValue": category},
        "eventTimestamp": AT,
        "id": f"{resource}/events/{EVENT_ID}/ticks/639000000000000000",
        "level": "Informational",
        "operationId": "0de1a710-1111-2222-3333-444455556666",
        "operationName": {"value": operation, "localizedValue": operation},
        "resourceId": resource,
        "httpRequest": {"clientRequestId": "r-1", "clientIpAddress": "203.0.113.7", "method": "PUT"},
        "status": {"value": status, "localizedValue": status},
        "subStatus": {"value": "Created", "localizedValue": "Created (HTTP Status Code: 201)"},
        "submissionTimestamp": "2026-11-20T10:15:00Z",
        "subscriptionId": SUBSCRIPTION,
        "properties": {"statusCode": "Created", "serviceRequestId": "s-1", **bodies},
        "relatedEvents": [],
    }
    return kept(record | fields)


def _text(body: object) -> object:
    return body if body is ABSENT or isinstance(body, str) else json.dumps(body)


def as_dict(record: Fields) -> Fields:
    """As the SDK's models write it: names with underscores, claims as they are."""
    return {
        _snake(key): as_dict(value)
        if isinstance(value, dict) and key not in ("claims", "properties")
        else value
        for key, value in record.items()
    }


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)


SHORT_STATES = {"Started": "Start", "Accepted": "Accept", "Succeeded": "Success", "Failed": "Failure"}


def for_event_hub(record: Fields) -> Fields:
    """As a diagnostic setting sends it: capitals, verbs for categories, no id of the event."""
    status = record["status"]["value"]
    return {
        "RoleLocation": "West Europe",
        "time": record["eventTimestamp"],
        "resourceId": record["resourceId"].upper(),
        "operationName": record["operationName"]["value"].upper(),
        "category": "Administrative",
        "resultType": SHORT_STATES.get(status, status),
        "resultSignature": f"{status}.{record['subStatus']['value']}",
        "durationMs": "0",
        "callerIpAddress": record["httpRequest"]["clientIpAddress"],
        "correlationId": record["correlationId"],
        "identity": {
            "authorization": {
                **record["authorization"],
                "evidence": {"role": "Owner", "principalType": "User"},
            },
            "claims": record["claims"],
        },
        "level": "Information",
        "location": "global",
        "properties": {
            "eventCategory": record["category"]["value"],
            "operationId": record["operationId"].upper(),
            **record["properties"],
        },
    }


def for_log_analytics(record: Fields) -> Fields:
    """As a row of `AzureActivity`: Pascal case, tokens and properties as texts."""
    status = record["status"]["value"]
    return {
        "TenantId": "00000000-1111-2222-3333-444455556666",
        "TimeGenerated": record["eventTimestamp"],
        "OperationName": "Create or Update Network Security Group",
        "OperationNameValue": record["operationName"]["value"].upper(),
        "CategoryValue": record["category"]["value"],
        "ActivityStatusValue": SHORT_STATES.get(status, status),
        "ActivitySubstatusValue": record["subStatus"]["value"],
        "Caller": record["caller"],
        "CallerIpAddress": record["httpRequest"]["clientIpAddress"],
        "Claims": json.dumps(record["claims"]),
        "Authorization": json.dumps(record["authorization"]),
        "CorrelationId": record["correlationId"],
        "OperationId": record["operationId"],
        "EventDataId": record["eventDataId"],
        "HTTPRequest": json.dumps(record["httpRequest"]),
        "Properties": json.dumps(record["properties"]),
        "SubscriptionId": SUBSCRIPTION,
        "_ResourceId": record["resourceId"].lower(),
        "Type": "AzureActivity",
    }


def for_event_grid(record: Fields, type_: str = "Microsoft.Resources.ResourceWriteSuccess") -> Fields:
    """As an event of Event Grid."""
    return {
        "subject": record["resourceId"],
        "eventType": type_,
        "eventTime": record["eventTimestamp"],
        "id": record["eventDataId"],
        "data": {
            "authorization": record["authorization"],
            "claims": record["claims"],
            "correlationId": record["correlationId"],
            "httpRequest": record["httpRequest"],
            "resourceProvider": "Microsoft.Network",
            "resourceUri": record["resourceId"],
            "operationName": record["operationName"]["value"],
            "status": record["status"]["value"],
            "subscriptionId": SUBSCRIPTION,
        },
        "dataVersion": "2",
        "metadataVersion": "1",
        "topic": f"/subscriptions/{SUBSCRIPTION}",
    }


def as_cloud_event(event: Fields) -> Fields:
    """The same event in the schema of CloudEvents."""
    return {
        "specversion": "1.0",
        "type": event["eventType"],
        "source": event["topic"],
        "id": event["id"],
        "time": event["eventTime"],
        "subject": event["subject"],
        "data": event["data"],
    }


def a_change(resource: str = NSG, changes: object = None, **attributes: Any) -> Fields:
    """A row of `resourcechanges`."""
    changed = {"tags.ticket": {"previousValue": None, "newValue": "OPS-123"}} if changes is None else changes
    return {
        "id": f"{resource}/providers/Microsoft.Resources/changes/08584_1",
        "type": "microsoft.resources/changes",
        "location": "westeurope",
        "subscriptionId": SUBSCRIPTION,
        "properties": {
            "targetResourceId": resource,
            "targetResourceType": "microsoft.network/networksecuritygroups",
            "changeType": "Update",
            "changeAttributes": kept(
                {
                    "timestamp": "2026-11-20T10:11:13.347+00:00",
                    "changedBy": "alice@example.com",
                    "changedByType": "User",
                    "clientType": "Azure Portal",
                    "operation": "microsoft.network/networksecuritygroups/write",
                    "correlationId": CORRELATION,
                    "changesCount": 1,
                    "previousResourceSnapshotId": "0858_0",
                    "newResourceSnapshotId": "0858_1",
                }
                | attributes
            ),
            "changes": changed,
        },
    }


def a_rule(source: object = "*", ports: object = "22", **fields: Any) -> Fields:
    """A network rule, in the body of a request."""
    rule = {"access": "Allow", "direction": "Inbound", "protocol": "Tcp", "priority": 100}
    peers = {"sourceAddressPrefix": source, "destinationPortRange": ports}
    return {"properties": kept(rule | peers | fields)}


def as_bytes(record: object) -> bytes:
    """A record as a file holds it."""
    return json.dumps(record).encode()


def raw(body: bytes) -> RawRecord:
    """Delivered bytes."""
    return RawRecord(body=body, source=Source(file="azure.json", index=0, sha256="00"))


def translated(record: object) -> ChangeEvent:
    """What the translator says of a record that it must be able to read."""
    translator = AzureTranslator()
    said = translator.translate(raw(record if isinstance(record, bytes) else as_bytes(record)))
    assert isinstance(said, ChangeEvent), said
    return translator.describe(said)


def event_of(*args: Any, **fields: Any) -> ChangeEvent:
    """What the translator says of `a_record` with these arguments."""
    return translated(a_record(*args, **fields))


def tool_of(event: ChangeEvent) -> Tool:
    """The first tool that may decide."""
    return next((one.tool for one in event.call.tools if one.confidence is not Confidence.LOW), Tool.UNKNOWN)


def credential_of(event: ChangeEvent) -> Credential:
    """The first credential that may decide."""
    signs = (one.credential for one in event.call.credentials if one.confidence is not Confidence.LOW)
    return next(signs, Credential.UNKNOWN)
