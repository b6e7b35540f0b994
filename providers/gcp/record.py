"""One entry of a Cloud Audit Log, typed."""

from datetime import UTC, datetime

import msgspec

NULL = msgspec.Raw(b"null")

Text = str | None
Flag = bool | str | None
"""The API writes booleans; exports to tables write `"true"` and `"false"`."""


class Resource(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The monitored resource that an entry was written for."""

    type: Text = None
    labels: dict[str, str] | None = None


class OperationMark(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Which part of a long operation an entry tells of."""

    id: Text = None
    producer: Text = None
    first: Flag = None
    last: Flag = None


class Status(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How the call ended; no code, or zero, means well."""

    code: int | str | None = None
    message: Text = None


class Authorization(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One permission that was checked."""

    permission: Text = None
    permission_type: Text = None
    granted: Flag = None


class RequestAttributes(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What the caller said beside the request."""

    reason: Text = None


class RequestMetadata(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where a call came from, and with which program."""

    caller_ip: Text = None
    caller_supplied_user_agent: Text = None
    request_attributes: RequestAttributes | None = None


class ResourceLocation(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where the resource is."""

    current_locations: tuple[str, ...] | None = None


class AuditLog(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The payload of an audit entry.

    What the parameters and the identity hold stays undecoded: the first matter to nobody where
    a call only reads, and the second is the same in most entries.
    """

    type_url: Text = msgspec.field(default=None, name="@type")
    service_name: Text = None
    method_name: Text = None
    resource_name: Text = None
    status: Status | None = None
    authentication_info: msgspec.Raw = NULL
    authorization_info: tuple[Authorization, ...] | None = None
    request_metadata: RequestMetadata | None = None
    resource_location: ResourceLocation | None = None
    request: msgspec.Raw = NULL
    response: msgspec.Raw = NULL
    metadata: msgspec.Raw = NULL
    service_data: msgspec.Raw = NULL


class LogEntry(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One log entry with an audit payload."""

    insert_id: Text = None
    log_name: Text = None
    timestamp: Text = None
    severity: Text = None
    resource: Resource | None = None
    operation: OperationMark | None = None
    proto_payload: AuditLog | None = None

    @property
    def labels(self) -> dict[str, str]:
        """The labels of the monitored resource; empty where the entry has none."""
        return (self.resource.labels if self.resource else None) or {}

    @property
    def payload(self) -> AuditLog:
        """The audit payload; empty where the entry has none."""
        return self.proto_payload or NOTHING

    @property
    def metadata(self) -> RequestMetadata:
        """Where the call came from; empty where the entry does not say."""
        return self.payload.request_metadata or NOWHERE

    @property
    def reason(self) -> str | None:
        """What the caller gave as the reason of the request."""
        attributes = self.metadata.request_attributes
        return (attributes.reason if attributes else None) or None

    @property
    def occurred_at(self) -> datetime | None:
        """Time of the call, or `None` where it is missing or no time."""
        return moment(self.timestamp)


NOTHING = AuditLog()
NOWHERE = RequestMetadata()


class FirstParty(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An identity of Google's own that delegated."""

    principal_email: Text = None


class ThirdParty(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An identity of another provider that delegated."""

    third_party_claims: dict[str, object] | None = None


class Delegation(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One step of a delegation."""

    principal_subject: Text = None
    first_party_principal: FirstParty | None = None
    third_party_principal: ThirdParty | None = None


class OauthInfo(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The OAuth client of the token. In real entries, though in no published schema."""

    oauth_client_id: Text = None


class Authentication(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who called, as Google saw it."""

    principal_email: Text = None
    principal_subject: Text = None
    service_account_key_name: Text = None
    service_account_delegation_info: tuple[Delegation, ...] | None = None
    oauth_info: OauthInfo | None = None


def truth(flag: Flag) -> bool | None:
    """Return what a flag says: `"false"` is false, and anything else that is no boolean says nothing."""
    if isinstance(flag, str):
        return {"true": True, "false": False}.get(flag.strip().lower())
    return flag


def moment(text: str | None) -> datetime | None:
    """Return the time that `text` names, in UTC: as the API writes it, as BigQuery does, or in seconds."""
    if not text:
        return None
    plain = text.strip().removesuffix(" UTC")
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        return _seconds(plain)
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seconds(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC) if text[:1].isdigit() else None
    except (ValueError, OverflowError, OSError):
        return None
