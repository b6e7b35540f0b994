"""One record of Azure, typed, and the same whatever way it was delivered."""

from datetime import UTC, datetime
from enum import StrEnum

import msgspec

NULL = msgspec.Raw(b"null")

Text = str | None

XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
IDENTITY = "http://schemas.microsoft.com/identity/claims/"


class Claims(msgspec.Struct, frozen=True, gc=False):
    """What the caller's token says."""

    app_id: Text = msgspec.field(default=None, name="appid")
    app_kind: Text = msgspec.field(default=None, name="appidacr")
    """How the application proved itself: `0` not at all, `1` with a secret, `2` with a certificate."""
    type: Text = msgspec.field(default=None, name="idtyp")
    name: Text = None
    upn: Text = msgspec.field(default=None, name=f"{XMLSOAP}upn")
    user_name: Text = msgspec.field(default=None, name=f"{XMLSOAP}name")
    email: Text = msgspec.field(default=None, name=f"{XMLSOAP}emailaddress")
    object_id: Text = msgspec.field(default=None, name=f"{IDENTITY}objectidentifier")
    scope: Text = msgspec.field(default=None, name=f"{IDENTITY}scope")
    managed_identity: Text = msgspec.field(default=None, name="xms_mirid")
    methods: Text = msgspec.field(
        default=None, name="http://schemas.microsoft.com/claims/authnmethodsreferences"
    )


class Evidence(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """By which role assignment a call was allowed."""

    principal_type: Text = None


class Authorization(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Which right a call needed, and where."""

    scope: Text = None
    evidence: Evidence | None = None


NO_CLAIMS = Claims()
NO_RIGHTS = Authorization()


class Kind(StrEnum):
    """What sort of account of a call a record is."""

    ACTIVITY = "activity"
    """An entry of the Activity Log, or Event Grid's copy of one."""
    CHANGE = "change"
    """Resource Graph's account of a change: a row of `resourcechanges`."""
    SETTING = "setting"
    """App Configuration's own log or event: no call of Resource Manager."""
    VAULT = "vault"
    """Key Vault's own log: no call of Resource Manager either, but with the caller's token."""


class Activity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a record says, whatever it calls its fields."""

    kind: Kind = Kind.ACTIVITY
    action: Text = None
    """The operation as delivered."""
    operation: str = ""
    """The operation in the spelling of the tables: `microsoft.compute/virtualmachines/write`."""
    category: str = ""
    """In lower case; empty where the record does not say."""
    time: Text = None
    id: Text = None
    status: str = ""
    """In lower case."""
    sub_status: Text = None
    resource_id: Text = None
    caller: Text = None
    caller_type: Text = None
    """Of Resource Graph: `User`, `Application`, `System`."""
    claims: Claims = NO_CLAIMS
    rights: Authorization = NO_RIGHTS
    correlation_id: Text = None
    operation_id: Text = None
    """The same in the records of one operation, and in no others."""
    subscription_id: Text = None
    location: Text = None
    client_ip: Text = None
    client: Text = None
    """Of Resource Graph: the program, by its friendly name or its application's id."""
    user_agent: Text = None
    properties: msgspec.Raw = NULL
    """Undecoded: reads do not need them."""

    @property
    def occurred_at(self) -> datetime | None:
        """Time of the call, or `None` where it is missing or no time."""
        return moment(self.time)


def moment(text: str | None) -> datetime | None:
    """Return the time that `text` names, in UTC; a time without zone is UTC already."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
