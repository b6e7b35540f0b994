"""Audit entries of our own, in the shapes that Google Cloud delivers."""

import base64
import json
from typing import Any

from drift.model.event import ChangeEvent, OpenedSession, RawRecord, Source
from drift.model.verdict import Actor, Classification, Confidence, Credential, Tool
from drift.stages.attribute import IdentityRules, attribute
from drift.stages.classify import ChannelRules, classify
from providers.gcp.translate import GcpTranslator

Fields = dict[str, Any]

PROJECT = "example-prod"
NUMBER = "111122223333"
ABSENT = object()
"""Leaves a field out."""

PAYLOAD_FIELDS = frozenset(
    (
        "serviceName", "methodName", "resourceName", "resourceLocation", "status", "authenticationInfo",
        "authorizationInfo", "requestMetadata", "request", "response", "metadata", "serviceData",
    )
)  # fmt: skip

TERRAFORM = (
    "Terraform/1.9.5 (+https://www.terraform.io) Terraform-Plugin-SDK/2.33.0 terraform-provider-google/6.8.0"
)
OLD_TERRAFORM = "Terraform/0.13.2 terraform-provider-google/3.90.1,gzip(gfe)"
GCLOUD = (
    "google-cloud-sdk gcloud/502.0.0 command/gcloud.compute.firewall-rules.create "
    "invocation-id/0123456789abcdef0123456789abcdef environment/None environment-version/None "
    "interactive/True from-script/False python/3.12.7 term/xterm-256color (Linux 6.1),gzip(gfe)"
)
DEVSHELL = GCLOUD.replace("environment/None", "environment/devshell")
BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36,gzip(gfe),gzip(gfe)"
)
GO_SDK = "google-api-go-client/0.5 gl-go/1.22.1 gdcl/0.195.0"

GCLOUD_CLIENT = "32555940559.apps.googleusercontent.com"
SHELL_CLIENT = "618104708054-9r9s1c4alg36erliucho9t52n32n6dgq.apps.googleusercontent.com"
ADC_CLIENT = "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com"

CONSOLE_REASON = (
    base64.urlsafe_b64encode(b"\xf2\xe4\xb2\xc0\x06\x10\x1a\x0eExample  Flows").decode().rstrip("=")
)

POOL = f"principal://iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/ci/subject/"
WORKFORCE = "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/"
DEPLOYER = f"deployer@{PROJECT}.iam.gserviceaccount.com"


def log_name(log: str, owner: str = f"projects/{PROJECT}") -> str:
    """The name of an audit log."""
    return f"{owner}/logs/cloudaudit.googleapis.com%2F{log}"


def an_entry(**fields: Any) -> Fields:
    """A person creates a firewall rule that lets nobody in; `fields` say what matters, wherever it stands."""
    payload = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "authenticationInfo": {"principalEmail": "alice@example.com"},
        "requestMetadata": {
            "callerIp": "203.0.113.7",
            "callerSuppliedUserAgent": GCLOUD,
            "requestAttributes": {"time": "2026-11-20T10:11:12.345678Z", "auth": {}},
            "destinationAttributes": {},
        },
        "serviceName": "compute.googleapis.com",
        "methodName": "v1.compute.firewalls.insert",
        "authorizationInfo": [a_permission("compute.firewalls.create")],
        "resourceName": f"projects/{PROJECT}/global/firewalls/web",
        "request": {"@type": "type.googleapis.com/compute.firewalls.insert", "name": "web"},
    }
    entry: Fields = {
        "insertId": "1abcdefg2hij",
        "logName": log_name("activity"),
        "protoPayload": payload,
        "receiveTimestamp": "2026-11-20T10:11:13.5Z",
        "resource": {"type": "gce_firewall_rule", "labels": {"project_id": PROJECT, "firewall_rule_id": "1"}},
        "severity": "NOTICE",
        "timestamp": "2026-11-20T10:11:12.345678Z",
    }
    for name, value in fields.items():
        (payload if name in PAYLOAD_FIELDS else entry)[name] = value
    entry["protoPayload"] = {key: value for key, value in payload.items() if value is not ABSENT}
    return {key: value for key, value in entry.items() if value is not ABSENT}


def a_permission(name: str, kind: str | None = "ADMIN_WRITE", **fields: Any) -> Fields:
    """One permission that was checked, and granted unless said otherwise."""
    known = {"permission": name, "granted": True, "resourceAttributes": {}}
    return known | ({"permissionType": kind} if kind else {}) | fields


def metadata(
    agent: str | None = GCLOUD, *, ip: str | None = "203.0.113.7", reason: str | None = None
) -> Fields:
    """Where a call came from."""
    found: Fields = {"requestAttributes": {"auth": {}} | ({"reason": reason} if reason else {})}
    return found | ({"callerIp": ip} if ip else {}) | ({"callerSuppliedUserAgent": agent} if agent else {})


def identity(email: str | None = "alice@example.com", *, client: str | None = None, **fields: Any) -> Fields:
    """Who called."""
    found = {"principalEmail": email} if email else {}
    return found | ({"oauthInfo": {"oauthClientId": client}} if client else {}) | fields


def delegated(*steps: Fields, to: str = DEPLOYER) -> Fields:
    """An identity that others delegated to, who began first."""
    return identity(to, serviceAccountDelegationInfo=list(steps))


def first_party(email: str) -> Fields:
    """A step of a delegation, by an identity of Google's."""
    return {"firstPartyPrincipal": {"principalEmail": email}}


def a_delta(*deltas: Fields, **policy: Any) -> Fields:
    """What changed in a policy."""
    return {
        "@type": "type.googleapis.com/google.iam.v1.logging.AuditData",
        "policyDelta": {"bindingDeltas": list(deltas)} | policy,
    }


def added(role: str, member: str) -> Fields:
    """A binding that was added."""
    return {"action": "ADD", "role": role, "member": member}


def as_bytes(entry: Fields) -> bytes:
    """An entry as a file holds it."""
    return json.dumps(entry).encode()


def pushed(entry: bytes, attributes: Fields | None = None) -> bytes:
    """A message as Pub/Sub pushes it."""
    message = {"data": base64.b64encode(entry).decode(), "messageId": "1", "attributes": attributes or {}}
    return json.dumps(
        {"message": message, "subscription": "projects/example-prod/subscriptions/audit"}
    ).encode()


def raw(body: bytes) -> RawRecord:
    """Delivered bytes."""
    return RawRecord(body=body, source=Source(file="log.json", index=0, sha256="00"))


TRANSLATOR = GcpTranslator()


def translated(entry: Fields | bytes) -> ChangeEvent:
    """What the translator says of an entry that it must be able to read."""
    said = TRANSLATOR.translate(raw(entry if isinstance(entry, bytes) else as_bytes(entry)))
    assert isinstance(said, ChangeEvent), said
    return said


def event_of(**fields: Any) -> ChangeEvent:
    """What the translator says of `an_entry` with these fields."""
    return translated(an_entry(**fields))


def described(**fields: Any) -> ChangeEvent:
    """The same, with what people are told of it."""
    return TRANSLATOR.describe(event_of(**fields))


def judged(event: ChangeEvent, *openings: OpenedSession) -> tuple[Actor, Classification]:
    """Who answers for an event and how it came about, given the sessions opened before."""
    actor = attribute(event, {one.key: one for one in openings}, IdentityRules())
    return actor, classify(event, actor, ChannelRules())


def tool_of(event: ChangeEvent) -> Tool:
    """The first tool that may decide."""
    return next((one.tool for one in event.call.tools if one.confidence is not Confidence.LOW), Tool.UNKNOWN)


def credential_of(event: ChangeEvent) -> Credential:
    """The first credential that may decide."""
    signs = (one.credential for one in event.call.credentials if one.confidence is not Confidence.LOW)
    return next(signs, Credential.UNKNOWN)
