"""Opens Google's APIs, with the credentials at hand or with those of a service account's key."""

from dataclasses import dataclass, field
from typing import Any

from providers.answer_times import note_answer
from providers.meter import Meter, given_meter

PLAIN = "http://"
"""How the endpoint of an emulator begins: it is spoken to without encryption, and told no credentials."""

_OPTIONS = (
    # A page may be longer than the 4 MB that gRPC takes by itself; Google's own clients say the same.
    ("grpc.max_receive_message_length", -1),
    # By itself gRPC would stay away for two minutes from what could not be reached for a while.
    ("grpc.max_reconnect_backoff_ms", 10_000),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class GcpAccess:
    """How an API is reached. What is not said is taken from where Google's libraries look for it."""

    credentials_file: str | None = None
    """A service account's key."""
    endpoint: str | None = None
    """The API's host where it is another one than Google's, or an emulator's address."""
    meter: Meter = field(default_factory=given_meter)
    """Counts what is asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GcpApi:
    """The client of one API, with what it signs in with."""

    _client: Any
    _credentials: Any
    """`None` for an emulator."""

    def ready(self) -> Any:
        """Return the client, signed in.

        Left to itself, gRPC tells of credentials that were refused as if Google were out of reach.
        Raises `GoogleAuthError`; see `refusals`.
        """
        from google.auth.transport.requests import Request

        if self._credentials is not None and not self._credentials.valid:
            self._credentials.refresh(Request(_dated_session()))
        return self._client


def _dated_session() -> Any:
    """Return a session that notes what time it is at Google: over gRPC it does not say."""
    from requests import Session

    session = Session()
    session.hooks["response"].append(lambda answer, **_: note_answer(answer.url, answer.headers))
    return session


def credentials_of(file: str | None, scope: str) -> Any:
    """Return the credentials in a service account's key, or those at hand. Raises `GoogleAuthError`."""
    import google.auth
    from google.oauth2.service_account import Credentials

    if file:
        load: Any = Credentials.from_service_account_file
        return load(file, scopes=[scope])
    at_hand: Any = google.auth.default
    return at_hand(scopes=[scope])[0]


def open_api(client: Any, access: GcpAccess, scope: str) -> GcpApi:
    """Return an API; `client` is the SDK's class for it, over gRPC. Raises `GoogleAuthError`."""
    import grpc
    from google.api_core.gapic_v1.client_info import ClientInfo

    from providers.gcp.counted import CountedCalls

    transport = client.get_transport_class("grpc")
    endpoint = access.endpoint or client.DEFAULT_ENDPOINT
    host = endpoint.removeprefix(PLAIN).removeprefix("https://").rstrip("/")
    if endpoint.startswith(PLAIN):
        credentials, channel = None, grpc.insecure_channel(host, options=_OPTIONS)
    else:
        credentials = credentials_of(access.credentials_file, scope)
        channel = transport.create_channel(host, credentials=credentials, options=_OPTIONS)
    named: Any = ClientInfo
    counted = grpc.intercept_channel(channel, CountedCalls(access.meter))
    opened = transport(channel=counted, client_info=named(user_agent="driftledger"))
    return GcpApi(_client=client(transport=opened), _credentials=credentials)
