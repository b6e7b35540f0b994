"""Says in OCSF what the pack has: every write of the period, every change, and all drift.

API Activity (6003) for a write, Compliance Finding (2003) for a change and for a difference. Required
attributes and numbers are those of version 1.3.0 of the schema: https://schema.ocsf.io/1.3.0.
"""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

import msgspec

from drift.model.evidence import EntryKind
from drift.model.finding import FindingStatus
from drift.model.verdict import Disposition, Severity
from drift.reports.pack.listing import Fields, Listing, Shape
from drift.reports.pack.view import Recorded, View

VERSION: Final = "1.3.0"


class _Class(NamedTuple):
    """A class of the schema."""

    uid: int
    name: str
    category_uid: int
    category: str


_API_ACTIVITY: Final = _Class(6003, "API Activity", 6, "Application Activity")
_COMPLIANCE_FINDING: Final = _Class(2003, "Compliance Finding", 2, "Findings")

_SEVERITIES: Final[dict[str, tuple[int, str]]] = {
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
_INFORMATIONAL: Final = (1, "Informational")

_NEW, _RESOLVED = (1, "New"), (4, "Resolved")

_PASS, _WARNING, _FAIL = (1, "Pass"), (2, "Warning"), (3, "Fail")

_RESULTS: Final[dict[str, tuple[int, str]]] = {
    Disposition.AUTHORISED: _PASS,
    Disposition.EXPLAINED: _PASS,
    Disposition.WAIVED: _WARNING,
    Disposition.EMERGENCY: _WARNING,
    Disposition.PENDING: _WARNING,
    Disposition.BEFORE_ENROLMENT: _WARNING,
}
"""How a change stands with the control; any other disposition makes it a deviation candidate."""


class _Principal(msgspec.Struct):
    id: str = ""


class _Call(msgspec.Struct):
    cloud: str = ""
    account: str | None = None
    region: str | None = None
    service: str | None = None
    action: str | None = None
    principal: _Principal | None = None
    source_ip: str | None = None


class _Resource(msgspec.Struct):
    type: str | None = None
    id: str | None = None


class _Event(msgspec.Struct):
    occurred_at: datetime | None = None
    outcome: str = ""
    call: _Call = msgspec.field(default_factory=_Call)
    resources: tuple[_Resource, ...] = ()
    summary: str = ""


class _Write(msgspec.Struct):
    event: _Event = msgspec.field(default_factory=_Event)


class _Change(msgspec.Struct):
    change_id: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    cloud: str = ""
    account: str | None = None
    region: str | None = None
    resource_type: str | None = None
    resource_id: str = ""
    summary: str = ""
    disposition: str = ""
    severity: str = ""
    reasons: tuple[str, ...] = ()


class _Finding(msgspec.Struct):
    finding_id: str = ""
    kind: str = ""
    type: str | None = None
    resource_id: str | None = None
    address: str | None = None
    account: str | None = None
    region: str | None = None
    severity: str = ""


class _FindingEntry(msgspec.Struct):
    status: str = ""
    finding: _Finding = msgspec.field(default_factory=_Finding)


def ocsf(view: View) -> Iterator[Listing]:
    """Yield the events, one a line."""
    yield Listing(
        path="10_mapping/ocsf",
        title="OCSF events",
        lists="An API Activity (6003) for each write of the period, then a Compliance Finding (2003) for each"
        " change of the period and each finding that was open in it. `metadata.uid` names what it tells of,"
        " `unmapped.ledger_seq` the entry.",
        columns=(),
        rows=_events(view),
        shapes=(Shape.JSON_LINES,),
        limits=(
            "A write stands as it was first recorded: 02_population has what is known of it by now.",
            "`Fail` is said of a change by its disposition alone: it is a deviation candidate, no verdict.",
            "Which tests a change fails, 05_deviation_candidates tells.",
        ),
    )


def _events(view: View) -> Iterator[Fields]:
    period = view.request.period
    for write in view.entries(EntryKind.OBSERVATION, _Write):
        if write.body.event.occurred_at is not None and period.holds(write.body.event.occurred_at):
            yield _api_activity(write)
    for change in view.records(view.population.changes, _Change):
        yield _of_change(change)
    for finding in view.records(view.population.findings, _FindingEntry):
        yield _of_finding(finding)


def _api_activity(one: Recorded[_Write]) -> Fields:
    event, call = one.body.event, one.body.event.call
    is_success = event.outcome != "failure"
    return {
        **_base(one, _API_ACTIVITY, _crud(call.action or ""), one.entry.ref),
        "time": _milliseconds(event.occurred_at),
        "severity_id": _INFORMATIONAL[0],  # of the call itself; the finding has that of the change
        "severity": _INFORMATIONAL[1],
        "status_id": 1 if is_success else 2,
        "status": "Success" if is_success else "Failure",
        "actor": {"user": {"uid": call.principal.id if call.principal else "unknown"}},
        "api": {"operation": call.action or "unknown", "service": {"name": call.service or "unknown"}},
        "src_endpoint": _endpoint(call),
        "cloud": _cloud(call.cloud, call.account, call.region),
        "resources": [_resource(found.type, found.id) for found in event.resources],
        "message": event.summary,
    }


def _of_change(one: Recorded[_Change]) -> Fields:
    change = one.body
    result = _RESULTS.get(change.disposition, _FAIL)
    return {
        **_finding_base(one, change.change_id, change.severity, _RESOLVED if result is _PASS else _NEW),
        "time": _milliseconds(change.began_at),
        "message": change.summary,
        "compliance": _compliance("CC8.1", "changes are authorised, documented, tested and approved", result),
        "finding_info": {
            "uid": change.change_id,
            "title": f"{change.disposition} change",
            "desc": "; ".join(change.reasons),
            "first_seen_time": _milliseconds(change.began_at),
            "last_seen_time": _milliseconds(change.ended_at),
        },
        "cloud": _cloud(change.cloud, change.account, change.region),
        "resources": [_resource(change.resource_type, change.resource_id)],
    }


def _of_finding(one: Recorded[_FindingEntry]) -> Fields:
    finding, is_over = one.body.finding, one.body.status == FindingStatus.RESOLVED
    title = f"{finding.kind}: {finding.address or finding.resource_id or finding.type}"
    result = _PASS if is_over else _FAIL
    return {
        **_finding_base(one, finding.finding_id, finding.severity, _RESOLVED if is_over else _NEW),
        "time": _milliseconds(one.entry.recorded_at),
        "message": title,
        "compliance": _compliance(
            "CC7.1", "configuration is watched for departures from its baseline", result
        ),
        "finding_info": {"uid": finding.finding_id, "title": title, "types": ["configuration drift"]},
        "cloud": _cloud("", finding.account, finding.region),
        "resources": [_resource(finding.type, finding.resource_id)],
    }


def _finding_base(one: Recorded[Any], uid: str, severity: str, status: tuple[int, str]) -> Fields:
    severity_id, caption = _SEVERITIES.get(severity, _INFORMATIONAL)
    activity = (3, "Close") if status is _RESOLVED else (1, "Create")
    return {
        **_base(one, _COMPLIANCE_FINDING, activity, uid),
        "severity_id": severity_id,
        "severity": caption,
        "status_id": status[0],
        "status": status[1],
    }


def _base(one: Recorded[Any], of: _Class, activity: tuple[int, str], uid: str) -> Fields:
    activity_id, activity_name = activity
    return {
        "category_uid": of.category_uid,
        "category_name": of.category,
        "class_uid": of.uid,
        "class_name": of.name,
        "activity_id": activity_id,
        "activity_name": activity_name,
        "type_uid": of.uid * 100 + activity_id,
        "type_name": f"{of.name}: {activity_name}",
        "metadata": {
            "version": VERSION,
            "product": {"name": "Driftledger", "vendor_name": "Driftledger"},
            "profiles": ["cloud"],
            "uid": uid,
        },
        "unmapped": {"ledger_seq": one.entry.seq, "leaf_hash": one.entry.leaf_hash.hex()},
    }


def _compliance(control: str, requirement: str, result: tuple[int, str]) -> Fields:
    return {
        "control": control,
        "standards": ["SOC 2"],
        "requirements": [requirement],
        "status_id": result[0],
        "status": result[1],
    }


def _crud(action: str) -> tuple[int, str]:
    """Say what kind of write it was, by the verbs that all clouds use; any other changes something."""
    whole = action.lower()
    if any(word in whole for word in ("delete", "remove", "terminate")):
        return 4, "Delete"
    verb = whole.rpartition("/")[2].rpartition(".")[2]
    return (1, "Create") if verb.startswith(("create", "insert", "run", "add")) else (3, "Update")


def _endpoint(call: _Call) -> Fields:
    try:
        return {"ip": str(ip_address(call.source_ip or ""))}
    except ValueError:
        return {"svc_name": call.source_ip or call.service or "unknown"}


def _cloud(provider: str, account: str | None, region: str | None) -> Fields:
    found: dict[str, object] = {"provider": provider or "unknown"}
    if account:
        found["account"] = {"uid": account}
    if region:
        found["region"] = region
    return found


def _resource(type_: str | None, uid: str | None) -> Fields:
    return {name: value for name, value in (("type", type_), ("uid", uid)) if value}


def _milliseconds(time: datetime | None) -> int:
    return 0 if time is None else int(time.timestamp() * 1000)
