"""Where a call came from: the parts of a record that tell who called, and with what.

Two records that agree in them come from the same caller; what was called stands apart.
"""

from operator import attrgetter

from msgspec import Struct

from drift.model.resource import Json
from providers.aws.reading import read_identity, value_of
from providers.aws.record import SessionContext, TrailRecord, UserIdentity, truth
from providers.aws.user_agent import UserAgent, read_user_agent

SERVICE_EVENT = "AwsServiceEvent"
SERVICE_IDENTITY = "AWSService"
SIGN_IN = "AwsConsoleSignIn"
CONSOLE_EVENTS = frozenset({SIGN_IN, "AwsConsoleAction"})

_TELLING_MORE = frozenset({SERVICE_EVENT, SIGN_IN})

_plain_key = attrgetter(
    "user_agent", "source_ip_address", "event_type", "session_credential_from_console", "tls_details"
)


class Origin(Struct, frozen=True, kw_only=True):
    """Where a call came from."""

    identity: UserIdentity
    agent: UserAgent
    address: str
    """An address of the network, or the name of a service."""
    event_type: str | None
    source: str | None
    """The service that an event of a service is about."""
    is_flagged: bool
    """AWS says that the credentials come from a console sign-in. Missing from many console calls."""
    is_direct: bool
    """The client itself spoke to the service: behind the console's own servers there are no TLS details."""
    sign_in: Json
    """What a sign-in adds about itself."""

    @property
    def is_stated_console(self) -> bool:
        """AWS itself says that the call is the console's: no user agent does."""
        return self.is_flagged or self.event_type in CONSOLE_EVENTS

    @property
    def session(self) -> SessionContext:
        """The session of the call; empty where there was none."""
        return self.identity.session


def origin_key(record: TrailRecord) -> tuple[object, ...]:
    """Return what is equal for two records of one origin."""
    if record.event_type in _TELLING_MORE:
        more = (record.event_source, bytes(record.additional_event_data))
        return (bytes(record.user_identity), _plain_key(record), more)
    return (bytes(record.user_identity), _plain_key(record))


def origin_of(record: TrailRecord) -> Origin:
    """Return where the call of a record came from."""
    identity = read_identity(record.user_identity)
    attributes = identity.session.attributes
    inner_flag = attributes.session_credential_from_console if attributes else None
    return Origin(
        identity=identity,
        agent=read_user_agent(record.user_agent),
        address=record.source_ip_address or "",
        event_type=record.event_type,
        source=record.event_source if record.event_type == SERVICE_EVENT else None,
        is_flagged=truth(record.session_credential_from_console) is True or truth(inner_flag) is True,
        is_direct=record.tls_details is not None,
        sign_in=value_of(record.additional_event_data) if record.event_type == SIGN_IN else None,
    )
