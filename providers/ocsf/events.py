"""Says in OCSF what an alert tells: each call of it, and each change for which the control did not operate.

Classes, required attributes and numbers are those of the schema, version 1.3.0: https://schema.ocsf.io/1.3.0,
API Activity (6003) and Compliance Finding (2003). An event that is written again bears the same
`metadata.uid`.
"""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Final

from drift.model.alert import Alert, AlertedChange, AlertedWrite, AlertState
from drift.model.verdict import Disposition, Severity
from providers.difference import difference
from providers.visible import shortened

VERSION: Final = "1.3.0"

SEVERITIES: Final[dict[Severity, int]] = {
    Severity.LOW: 2,
    Severity.MEDIUM: 3,
    Severity.HIGH: 4,
    Severity.CRITICAL: 5,
}

STATUSES: Final[dict[AlertState, tuple[int, str]]] = {
    AlertState.OPEN: (1, "New"),
    AlertState.ANSWERED: (2, "In Progress"),
    AlertState.SETTLED: (4, "Resolved"),
}

_ACTIVITIES: Final[dict[AlertState, tuple[int, str]]] = {
    AlertState.OPEN: (1, "Create"),
    AlertState.ANSWERED: (2, "Update"),
    AlertState.SETTLED: (3, "Close"),
}

_PASSES = frozenset({Disposition.AUTHORISED, Disposition.WAIVED, Disposition.EXPLAINED})
_UNDECIDED = frozenset({Disposition.PENDING, Disposition.BEFORE_ENROLMENT})
_LONG, _NAME = 1000, 200


def events_of(alert: Alert) -> Iterator[dict[str, Any]]:
    """Yield an event for each call, and a finding for each change."""
    for change in alert.changes:
        for write in change.writes:
            yield _api_activity(alert, change, write)
        yield _compliance_finding(alert, change)


def _api_activity(alert: Alert, change: AlertedChange, write: AlertedWrite) -> dict[str, Any]:
    name = "API Activity"
    return {
        **_base(alert, 6, "Application Activity", 6003, name, *_crud(write.action), write.event_id),
        "time": _milliseconds(write.occurred_at or alert.began_at),
        "severity_id": 1,  # the call itself is information; the finding says how severe the change is
        "severity": "Informational",
        "status_id": 1,
        "status": "Success",
        "actor": {"user": {"name": _actor(alert), "uid": shortened(alert.identity, _LONG)}},
        "api": {
            "operation": shortened(write.action, _NAME) or "unknown",
            "service": {"name": shortened(write.service, _NAME) or "unknown"},
        },
        "src_endpoint": _endpoint(write),
        "cloud": _cloud(alert, write),
        "resources": [_resource(change)],
        "message": shortened("; ".join(change.actions[:5]), _LONG),
    }


def _compliance_finding(alert: Alert, change: AlertedChange) -> dict[str, Any]:
    activity_id, activity = _ACTIVITIES[alert.state]
    status_id, status = STATUSES[alert.state]
    name = f"{alert.client_id}/{change.change_id}"
    return {
        **_base(alert, 2, "Findings", 2003, "Compliance Finding", activity_id, activity, name),
        "time": _milliseconds(alert.detected_at),
        "severity_id": SEVERITIES[change.severity],
        "severity": change.severity.capitalize(),
        "status_id": status_id,
        "status": status,
        "message": shortened(alert.headline, _LONG),
        "compliance": {
            "control": "CC8.1",
            "standards": ["SOC 2"],
            "requirements": ["changes are authorised, documented, tested and approved"],
            **_result(change.disposition),
        },
        "finding_info": {
            "uid": shortened(change.change_id, _NAME),
            "title": shortened(f"{change.disposition} change to {change.resource}", _NAME),
            "desc": shortened("; ".join(change.reasons[:10]), _LONG),
            "types": ["unauthorised change", *(["configuration drift"] if change.drift else [])],
            "first_seen_time": _milliseconds(alert.began_at),
            "last_seen_time": _milliseconds(alert.detected_at),
        },
        "cloud": _cloud(alert, change.writes[0] if change.writes else None),
        "resources": [_resource(change)],
        "unmapped": {
            "session_id": shortened(alert.session_id, _NAME),
            "ledger_seq": change.ledger_seq,
            "disposition": change.disposition,
            "difference": difference(change.drift),
        },
    }


def _base(
    alert: Alert,
    category_uid: int,
    category: str,
    class_uid: int,
    name: str,
    activity_id: int,
    activity: str,
    uid: str,
) -> dict[str, Any]:
    return {
        "category_uid": category_uid,
        "category_name": category,
        "class_uid": class_uid,
        "class_name": name,
        "activity_id": activity_id,
        "activity_name": activity,
        "type_uid": class_uid * 100 + activity_id,
        "type_name": f"{name}: {activity}",
        "metadata": {
            "version": VERSION,
            "product": {"name": "Driftledger", "vendor_name": "Driftledger"},
            "profiles": ["cloud"],
            "uid": shortened(uid, _NAME),
            "correlation_uid": shortened(alert.session_id, _NAME),
        },
    }


def _crud(action: str) -> tuple[int, str]:
    """Say what kind of write it was, by the verbs that all clouds use; any other changes something."""
    verb = action.rpartition("/")[2].rpartition(".")[2].lower()
    whole = action.lower()
    if any(word in whole for word in ("delete", "remove", "terminate")):
        return 4, "Delete"
    if verb.startswith(("create", "insert", "run", "add")):
        return 1, "Create"
    return 3, "Update"


def _result(disposition: Disposition) -> dict[str, Any]:
    if disposition in _PASSES:
        return {"status_id": 1, "status": "Pass"}
    if disposition in _UNDECIDED:
        return {"status_id": 2, "status": "Warning"}
    return {"status_id": 3, "status": "Fail"}


def _endpoint(write: AlertedWrite) -> dict[str, str]:
    """Return where the call came from: an address, or the service that made it."""
    try:
        return {"ip": str(ip_address(write.source_ip or ""))}
    except ValueError:
        return {"svc_name": shortened(write.source_ip or write.service, _NAME) or "unknown"}


def _cloud(alert: Alert, write: AlertedWrite | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "provider": write.cloud if write else "unknown",
        "account": {"uid": shortened(alert.account, _NAME)},
    }
    return found | ({"region": shortened(write.region, _NAME)} if write and write.region else {})


def _resource(change: AlertedChange) -> dict[str, str]:
    found = {"name": shortened(change.resource, _LONG)}
    if change.resource_id:
        found["uid"] = shortened(change.resource_id, _LONG)
    if change.resource_type:
        found["type"] = shortened(change.resource_type, _NAME)
    return found


def _actor(alert: Alert) -> str:
    return shortened(alert.actor, _NAME) if alert.actor else "not known for sure"


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)
