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


class InScopeOf(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The function or task that holds the credentials."""

    issuer_type: Text = None


class UserIdentity(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who called, as AWS saw it."""

    type: Text = None
    arn: Text = None
    principal_id: Text = None
    account_id: Text = None
    access_key_id: Text = None
    user_name: Text = None
    invoked_by: Text = None
    identity_provider: Text = None
    session_context: SessionContext | None = None
    on_behalf_of: OnBehalfOf | None = None
    in_scope_of: InScopeOf | None = None


class TrailRecord(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One entry of the trail.

    Request and response stay undecoded: most calls are reads, and theirs matter to nobody.
    """

    event_source: Text = None
    event_name: Text = None
    event_type: Text = None
    event_category: Text = None
    event_time: Text = None
    event_version: msgspec.Raw = NULL
    event_id: Text = msgspec.field(default=None, name="eventID")
    aws_region: Text = None
    source_ip_address: Text = msgspec.field(default=None, name="sourceIPAddress")
    user_agent: Text = None
    error_code: Text = None
    error_message: Text = None
    read_only: Flag = None
    management_event: Flag = None
    recipient_account_id: Text = None
    session_credential_from_console: Flag = None
    user_identity: UserIdentity | None = None
    request_parameters: msgspec.Raw = NULL
    response_elements: msgspec.Raw = NULL
    resources: msgspec.Raw = NULL
    additional_event_data: msgspec.Raw = NULL

    @property
    def identity(self) -> UserIdentity:
        """Who called; empty where the record does not say."""
        return self.user_identity or NOBODY

    @property
    def session(self) -> SessionContext:
        """The session of the call; empty where there was none."""
        return self.identity.session_context or NO_SESSION

    @property
    def is_from_console(self) -> bool:
        """AWS says that the credentials come from a console sign-in. Missing from many console calls."""
        attributes = self.session.attributes
        flag = attributes.session_credential_from_console if attributes else None
        return truth(self.session_credential_from_console) is True or truth(flag) is True

    @property
    def occurred_at(self) -> datetime | None:
        """Time of the call, or `None` where it is missing or no time."""
        return moment(self.event_time)


NOBODY = UserIdentity()
NO_SESSION = SessionContext()


def truth(flag: Flag) -> bool | None:
    """Return what a flag says: `"false"` is false, and anything else that is no boolean says nothing."""
    if isinstance(flag, str):
        return {"true": True, "false": False}.get(flag.strip().lower())
    return flag


def moment(text: str | None) -> datetime | None:
    """Return the time that `text` names, in UTC; a time without zone is UTC already."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
