"""Records of a directory's audit log, in the shapes that they are delivered in."""

import json
from typing import Any

from tests.providers.azure.records import ALICE_ID, CORRELATION, OWNER, Fields

ACTIVATED = "Add member to role completed (PIM activation)"
REQUESTED = "Add member to role requested (PIM activation)"
DEACTIVATED = "Remove member from role completed (PIM deactivate)"

TENANT = "0ddba115-1111-2222-3333-444455556666"

_DETAILS = {
    "RoleDefinitionOriginId": OWNER,
    "RoleDefinitionOriginType": "BuiltInRole",
    "StartTime": "2026-11-20T10:00:00Z",
    "ExpirationTime": "2026-11-20T18:00:00Z",
    "Justification": "certificate has run out",
    "TicketNumber": "OPS-123",
    "TicketSystem": "Jira",
    "oid": ALICE_ID,
    "tid": TENANT,
    "ipaddr": "203.0.113.7",
    "RequestId": "5e9e5700-1111-2222-3333-444455556666",
}


def an_audit(activity: str = ACTIVATED, *, details: Fields | None = None, **fields: Any) -> Fields:
    """By Graph: somebody activates a role on Azure resources; arguments say what matters."""
    said = _DETAILS | (details or {})
    alice = {"id": ALICE_ID, "displayName": "Alice Example", "userPrincipalName": "alice@example.com"}
    return {
        "id": "PIM_5e9e5700-1111-2222-3333-444455556666_1",
        "category": "ResourceManagement",
        "correlationId": CORRELATION,
        "result": "success",
        "resultReason": "certificate has run out",
        "activityDisplayName": activity,
        "activityDateTime": "2026-11-20T10:00:01.1234567Z",
        "loggedByService": "PIM",
        "operationType": "ActivateRole",
        "initiatedBy": {"app": None, "user": alice | {"ipAddress": None, "userType": None}},
        "targetResources": [
            {"id": OWNER, "displayName": "Owner", "type": "Role", "modifiedProperties": []},
            {"id": said["RequestId"], "displayName": None, "type": "Request", "modifiedProperties": []},
            alice | {"type": "User", "modifiedProperties": []},
        ],
        "additionalDetails": [
            {"key": key, "value": value} for key, value in said.items() if value is not None
        ],
    } | fields


def sent(audit: Fields) -> Fields:
    """As a diagnostic setting of the directory sends it."""
    return {
        "time": audit["activityDateTime"],
        "resourceId": f"/tenants/{TENANT}/providers/Microsoft.aadiam",
        "operationName": audit["activityDisplayName"],
        "operationVersion": "1.0",
        "category": "AuditLogs",
        "tenantId": TENANT,
        "resultSignature": "None",
        "resultType": audit["result"],
        "durationMs": 0,
        "correlationId": audit["correlationId"],
        "properties": audit,
    }


def as_texts(row: Fields) -> Fields:
    """As the API of a workspace gives a row: what is nested is a text."""
    return {
        name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in row.items()
    }


def as_row(audit: Fields) -> Fields:
    """As a row of the table `AuditLogs`."""
    return {
        "TenantId": "00000000-1111-2222-3333-444455556666",
        "TimeGenerated": audit["activityDateTime"],
        "OperationName": audit["activityDisplayName"],
        "Category": audit["category"],
        "AADTenantId": TENANT,
        "CorrelationId": audit["correlationId"],
        "Type": "AuditLogs",
    } | {name[0].upper() + name[1:]: value for name, value in audit.items() if name != "category"}
