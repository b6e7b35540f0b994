"""Opens AWS with the credentials at hand, or with those of a role that they may assume."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from providers.answer_times import note_answer
from providers.aws.refusals import is_throttled
from providers.meter import Meter, given_meter

if TYPE_CHECKING:
    from botocore.session import Session as BotocoreSession

CONNECT_WITHIN = timedelta(seconds=10)
ANSWER_WITHIN = timedelta(seconds=60)
ATTEMPTS = 1
"""Whatever fails is tried again in the next cycle: a throttled account must not be asked again at once."""

SESSION_NAME = "driftledger"
"""What CloudTrail calls our sessions in an assumed role."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsAccess:
    """How an account is reached. What is not said is taken from where the SDK looks for it."""

    region: str | None = None
    profile: str | None = None
    role: str | None = None
    """ARN of a role to assume."""
    external_id: str | None = None
    endpoint: str | None = None
    meter: Meter = field(default_factory=given_meter)
    """Counts what is asked, also what assuming the role takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientOptions:
    """How a client repeats what was refused, and how many connections it keeps."""

    attempts: int = ATTEMPTS
    mode: str = "standard"
    """botocore's: `adaptive` asks less often once AWS wanted fewer requests."""
    connections: int = 10


USUAL = ClientOptions()


def open_client(service: str, access: AwsAccess) -> Any:
    """Return the client of a service. Raises `BotoCoreError`; see `refusals`."""
    return client_of(open_session(access), service, access)


def open_session(access: AwsAccess) -> Any:
    """Return what clients are made of, so that those of several regions share credentials.

    Raises `BotoCoreError`; see `refusals`.
    """
    import boto3

    session = boto3.Session(region_name=access.region, profile_name=access.profile)
    count_calls(session, access.meter)
    if access.role:
        assumed = _in_role(session, access)
        session = boto3.Session(botocore_session=assumed, region_name=session.region_name)
        count_calls(session, access.meter)
    return session


def count_calls(session: Any, meter: Meter) -> None:
    """Let a meter count each attempt of every client that is made of a session from now on."""
    session.events.register("response-received", partial(_count, meter))


def client_of(session: Any, service: str, access: AwsAccess, *, options: ClientOptions = USUAL) -> Any:
    """Return the client of a service in the region of `access`. Raises `BotoCoreError`; see `refusals`."""
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_WITHIN.total_seconds(),
        read_timeout=ANSWER_WITHIN.total_seconds(),
        retries={"mode": options.mode, "total_max_attempts": options.attempts},
        max_pool_connections=options.connections,
        user_agent_extra="driftledger",
    )
    client = session.client(service, region_name=access.region, endpoint_url=access.endpoint, config=config)
    client.meta.events.register("after-call", _note_time)
    client.meta.events.register("after-call", _refuse_what_is_cut)
    return client


def _note_time(http_response: Any, **_: object) -> None:
    note_answer(http_response.url, http_response.headers)


def _count(meter: Meter, parsed_response: Any, **_: object) -> None:
    meter.count(is_throttled=parsed_response is not None and is_throttled(parsed_response))


def _refuse_what_is_cut(http_response: Any, model: Any, **_: object) -> None:
    """Raise `IncompleteReadError` where less has come than was promised.

    Of JSON that is cut off botocore 1.44 makes an empty answer, which would pass for the end of a log.
    """
    from botocore.exceptions import IncompleteReadError

    promised = http_response.headers.get("Content-Length", "")
    if model.has_streaming_output or model.http["method"] == "HEAD" or not promised.isdigit():
        return
    arrived = len(http_response.content)
    if arrived < int(promised):
        raise IncompleteReadError(actual_bytes=arrived, expected_bytes=int(promised))


def _in_role(session: Any, access: AwsAccess) -> "BotocoreSession":
    """Return a session in the role, which assumes it again whenever its credentials run out."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import NoCredentialsError
    from botocore.session import Session

    own = session._session
    source = own.get_credentials()
    if source is None:
        raise NoCredentialsError
    more = {"RoleSessionName": SESSION_NAME}
    if access.external_id:
        more["ExternalId"] = access.external_id
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=own.create_client,
        source_credentials=source,
        role_arn=access.role,
        extra_args=more,
    )
    assumed = Session()
    assumed._credentials = DeferredRefreshableCredentials(
        refresh_using=fetcher.fetch_credentials, method="assume-role"
    )
    return assumed
