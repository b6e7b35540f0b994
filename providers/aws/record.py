"""One CloudTrail record, typed."""

from datetime import UTC, datetime

import msgspec

NULL = msgspec.Raw(b"null")

Text = str | None
Flag = bool | str | None
"""Trail files write booleans; LookupEvents and Athena write `"true"` and `"false"`."""


class SessionIssuer(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The role or user that a session was opened for."""

    type: Text = None
    arn: Text = None
    user_name: Text = None


class SessionAttributes(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How a session came to be."""

    mfa_authenticated: Flag = None
    creation_date: Text = None
    session_credential_from_console: Flag = None


class WebIdentity(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The identity provider whose token opened a session."""

    federated_provider: Text = None


class SessionContext(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The session that a call was made in."""

    session_issuer: SessionIssuer | None = None
    attributes: SessionAttributes | None = None
    web_id_federation_data: WebIdentity | None = None
    source_identity: Text = None
    ec2_role_delivery: Text = None
    assumed_root: Flag = None
    sign_in_session_arn: Text = None


class OnBehalfOf(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The Identity Center user that a service acts for."""

    user_id: Text = None
    identity_store_arn: Text = None


class Delegate(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Whose product works with access that somebody delegated to it for a time."""

    account_id: Text = None


class InScopeOf(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The function or task that holds the credentials."""

    issuer_type: Text = None
    credentials_issued_to: Text = None


class UserIdentity(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who called, as AWS saw it."""

    type: Text = None
    arn: Text = None
    principal_id: Text = None
    account_id: Text = None
    access_key_id: Text = None
    user_name: Text = None
    invoked_by: Text = None
    invoked_by_delegate: Delegate | None = None
    identity_provider: Text = None
    session_context: SessionContext | None = None
    on_behalf_of: OnBehalfOf | None = None
    in_scope_of: InScopeOf | None = None

    @property
    def session(self) -> SessionContext:
        """The session of the call; empty where there was none."""
        return self.session_context or NO_SESSION


class Addendum(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Why a record came late, or which earlier one it corrects."""

    reason: Text = None
    original_event_id: Text = msgspec.field(default=None, name="originalEventID")


class TlsDetails(msgspec.Struct, frozen=True, gc=False):
    """There are some: the client itself spoke to the service. What they are does not matter."""


class TrailRecord(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One entry of the trail, its fields in the order of the trail, in which they are found fastest.

    Identity, request and response stay undecoded: most identities were seen before, and most
    calls are reads, whose request matters to nobody.
    """

    event_version: msgspec.Raw = NULL
    user_identity: msgspec.Raw = NULL
    event_time: Text = None
    event_source: Text = None
    event_name: Text = None
    aws_region: Text = None
    source_ip_address: Text = msgspec.field(default=None, name="sourceIPAddress")
    user_agent: Text = None
    error_code: Text = None
    error_message: Text = None
    request_parameters: msgspec.Raw = NULL
    response_elements: msgspec.Raw = NULL
    additional_event_data: msgspec.Raw = NULL
    event_id: Text = msgspec.field(default=None, name="eventID")
    read_only: Flag = None
    resources: msgspec.Raw = NULL
    event_type: Text = None
    management_event: Flag = None
    recipient_account_id: Text = None
    shared_event_id: Text = msgspec.field(default=None, name="sharedEventID")
    addendum: Addendum | None = None
    event_category: Text = None
    tls_details: TlsDetails | None = None
    session_credential_from_console: Flag = None


NOBODY = UserIdentity()
NO_SESSION = SessionContext()


def truth(flag: Flag) -> bool | None:
    """Return what a flag says: `"false"` is false, and anything else that is no boolean says nothing."""
    if isinstance(flag, str):
        return {"true": True, "false": False}.get(flag.strip().lower())
    return flag


def moment(text: str | None) -> datetime | None:
    """Return the time that `text` names, in UTC; a time without zone is UTC already."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        stripped = text.strip()
        return moment(stripped) if stripped != text else None
    return found if found.tzinfo is UTC else _in_utc(found)


def _in_utc(found: datetime) -> datetime | None:
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None
