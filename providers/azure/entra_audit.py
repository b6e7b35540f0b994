"""What Privileged Identity Management did, as the audit log of a Microsoft Entra directory tells it.

It knows what Resource Manager does not: activations of roles of the directory and of groups. They are
told here in the words of Resource Manager's own requests, so that whoever activates a role for some
time is understood in one way. The log comes by Graph, by diagnostic settings, and as the table `AuditLogs`.
"""

import json
import re
from collections.abc import Mapping

import msgspec

from drift.model.resource import Json
from providers.azure.fitting import fields_of
from providers.azure.json_text import value_of
from providers.azure.record import Activity, Claims

REQUESTS = "microsoft.authorization/roleassignmentschedulerequests/write"
SETTINGS = "microsoft.authorization/rolemanagementpolicies/write"

SERVICE = "pim"
_CATEGORY = "auditlogs"
_OF_DIRECTORY = "rolemanagement"
"""The category of roles of the directory, which allow nothing in Resource Manager."""

_PIM_ITSELF = "01fc33a7-78ba-4d2f-a4b7-768e336e890e"
_OWN_NAMES = frozenset({"azure ad pim", "ms-pim"})
"""How PIM calls itself where nobody asked it, as when an activation has run out."""

_BEGUN, _UNDERWAY, _DONE, _FAILED = "started", "accepted", "succeeded", "failed"

_ASKED = (
    (re.compile(r"add member to role (requested|completed) \(pim activation\)"), "SelfActivate"),
    (re.compile(r"remove member from role (requested|completed) \(pim deactivate\)"), "SelfDeactivate"),
    (re.compile(r"add (eligible )?member to role in pim completed \(.*\)"), "AdminAssign"),
    (re.compile(r"remove (eligible )?member from role in pim completed \(.*\)"), "AdminRemove"),
    (re.compile(r"remove permanent (eligible|direct) role assignment"), "AdminRemove"),
)
"""What activities are called among Resource Manager's requests; others open and change nothing.

https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
"""


def is_category(category: str) -> bool:
    """Tell whether a category, as diagnostic settings send it, may be that of this log."""
    return category == _CATEGORY


def is_log(fields: Mapping[str, Json]) -> bool:
    """Tell whether these are the fields of a record of PIM in a directory's audit log."""
    said = _whole(fields)
    return _text(said, "loggedbyservice").lower() == SERVICE and bool(_text(said, "activitydisplayname"))


def operation_of(activity: str) -> str:
    """Return what an activity of the log would be called by Resource Manager."""
    return SETTINGS if "role setting" in activity.lower() else REQUESTS


def of_log(record: Mapping[str, Json]) -> Activity:
    """Return what a record of PIM says."""
    fields = _whole(record)
    activity, details = _text(fields, "activitydisplayname"), _details(fields)
    user, app = (fields_of(fields_of(fields.get("initiatedby")).get(kind)) for kind in ("user", "app"))
    is_pim = _text(user, "displayname").lower() in _OWN_NAMES and not _text(user, "userprincipalname")
    own_id = _text(user, "id") or _text(app, "serviceprincipalid")
    app_id = _PIM_ITSELF if is_pim else _text(app, "appid")
    return Activity(
        action=activity,
        operation=operation_of(activity),
        time=_text(fields, "activitydatetime") or _text(fields, "time", "timegenerated") or None,
        id=_text(fields, "id").lower() or None,
        status=_status(activity, fields),
        caller=_text(user, "userprincipalname") or own_id or None,
        caller_type="User" if _text(user, "userprincipalname") else None,
        claims=Claims(object_id=own_id or None, app_id=app_id or None, type="app" if app_id else None),
        correlation_id=_text(fields, "correlationid") or None,
        subscription_id=_text(details, "tid") or _text(fields, "tenantid", "aadtenantid") or None,
        client_ip=_text(details, "ipaddr") or _text(user, "ipaddress") or None,
        properties=msgspec.Raw(
            json.dumps({"requestbody": _request(activity, fields, details, own_id)}).encode()
        ),
    )


def _status(activity: str, fields: Mapping[str, Json]) -> str:
    """Return how far a request has come. One for a role of the directory never counts as done.

    So its reason and ticket are told as the person's own words: what they were approved for is nothing
    that this person then does in Resource Manager.
    """
    if _text(fields, "result").lower() not in ("", "success"):
        return _FAILED
    if " requested " in activity.lower():
        return _BEGUN
    is_activation = _asked(activity) == "SelfActivate"
    return _UNDERWAY if is_activation and _text(fields, "category").lower() == _OF_DIRECTORY else _DONE


def _asked(activity: str) -> str | None:
    return next((asked for pattern, asked in _ASKED if pattern.fullmatch(activity.strip().lower())), None)


def _request(
    activity: str, fields: Mapping[str, Json], details: Mapping[str, Json], own_id: str
) -> dict[str, object]:
    """Return the request that Resource Manager would have been sent."""
    targets = [fields_of(one) for one in _list(fields.get("targetresources"))]
    role = next((one for one in targets if _text(one, "type").lower() == "role"), {})
    member = next((one for one in targets if _text(one, "type").lower() in ("user", "serviceprincipal")), {})
    schedule = {
        "startDateTime": _text(details, "starttime"),
        "expiration": {"endDateTime": _text(details, "expirationtime")},
    }
    ticket = {
        "ticketNumber": _text(details, "ticketnumber"),
        "ticketSystem": _text(details, "ticketsystem"),
    }
    properties = {
        "requestType": _asked(activity),
        "principalId": _text(member, "id") or own_id,
        "roleDefinitionId": _text(details, "roledefinitionoriginid", "templateid")
        or _text(role, "displayname"),
        "justification": _text(details, "justification")
        or _text(fields, "resultreason", "resultdescription"),
        "scheduleInfo": schedule,
        "ticketInfo": ticket,
    }
    return {"properties": {key: value for key, value in properties.items() if value}}


def _whole(record: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the fields of a record. Diagnostic settings put them among the properties, and others do not."""
    is_sent = is_category(_text(record, "category").lower())
    return {**record, **fields_of(record.get("properties"))} if is_sent else record


def _details(fields: Mapping[str, Json]) -> Mapping[str, Json]:
    each = [fields_of(one) for one in _list(fields.get("additionaldetails"))]
    return {_text(one, "key").lower(): one.get("value") for one in reversed(each)}


def _list(value: Json) -> list[Json]:
    found = value_of(value) if isinstance(value, str) else value
    return found if isinstance(found, list) else []


def _text(fields: Mapping[str, Json], *names: str) -> str:
    """Return the first of these fields that holds a text."""
    return next((value for name in names if isinstance(value := fields.get(name), str) and value), "")
