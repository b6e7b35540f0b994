"""Posts to a service over HTTPS, and says what its refusals mean to the core."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from providers.meter import Meter, httpx_hooks
from providers.sent_secrets import sent_secrets, without
from providers.visible import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from ssl import SSLContext

    from httpx import Response

ANSWER_WITHIN: Final = 15.0
"""Seconds for each wait on the socket."""

_PASSES = frozenset({408, 425, 429})
_REFUSES = frozenset({401, 403, 404, 407, 410})
_LONGEST_WAIT = timedelta(days=1)
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a service answered, if it neither failed nor refused the access."""

    status: int
    body: bytes
    secrets: "Collection[str]" = field(default=(), repr=False)
    """What was sent to prove who we are: a refusal may quote it."""

    def said(self, most: int) -> str:
        """Return what a refusal says of itself, cut short."""
        return shortened(without(self.body.decode("utf-8", "replace"), self.secrets), most)


def post(
    url: str,
    body: bytes,
    headers: "Mapping[str, str]",
    *,
    what: str,
    hint: str,
    meter: Meter,
    ca_file: str | None = None,
) -> Answer:
    """Post `body`, which `meter` counts; `what` begins each error.

    `hint` says what to do where the access is refused.

    No redirection is followed: a signature and a secret are meant for one address.

    Raises:
        ProviderUnavailableError: Nobody knows whether it was taken, or it is to be sent again later.
        ProviderAccessError: The address or the credentials are refused.
    """
    return asked("POST", url, headers, what=what, hint=hint, meter=meter, body=body, ca_file=ca_file)


def asked(
    method: str,
    url: str,
    headers: "Mapping[str, str]",
    *,
    what: str,
    hint: str,
    meter: Meter,
    body: bytes = b"",
    secrets: "Collection[str]" = (),
    ca_file: str | None = None,
) -> Answer:
    """Send a request of any method; see `post`. `secrets` are those in its body."""
    import httpx

    try:
        with (
            httpx.Client(
                verify=_trusted(ca_file), timeout=ANSWER_WITHIN, event_hooks=httpx_hooks(meter)
            ) as client,
            client.stream(
                method, url, content=body, headers={"User-Agent": "driftledger", **headers}
            ) as response,
        ):
            content = _beginning(response)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise ProviderAccessError(f"{what}: the address is none", hint=hint) from error
    except (httpx.HTTPError, OSError) as error:
        raise ProviderUnavailableError(
            f"{what}: no answer: {shortened(str(error) or type(error).__name__, 200)}",
            hint="check the network, the proxy and the address; it will be sent again later",
        ) from error
    status = response.status_code
    if status in _PASSES or status >= 500:
        raise ProviderUnavailableError(
            f"{what}: it takes nothing now (status {status})",
            hint="it will be sent again later",
            retry_after=_retry_after(response),
        )
    if status in _REFUSES or 300 <= status < 400:
        raise ProviderAccessError(f"{what}: it refuses us (status {status})", hint=hint)
    return Answer(status=status, body=content, secrets=[*sent_secrets(headers), *secrets])


def refused(answer: Answer, *, what: str) -> ProviderResponseError:
    """Return the error for a message that is refused for what it is."""
    said = answer.said(300)
    return ProviderResponseError(
        f"{what}: it refuses the message (status {answer.status}){f': {said}' if said else ''}",
        hint="sending it again is useless; please report it, since a message should always fit",
    )


def is_safe(url: str) -> bool:
    """Tell whether an address is `https://`, or `http://` on this machine, and holds no password."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or is_loopback(parts.hostname)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _beginning(response: "Response") -> bytes:
    found = b""
    for piece in response.iter_bytes():
        found += piece
        if len(found) > _MOST_BYTES:
            break
    return found[:_MOST_BYTES]


def _retry_after(response: "Response") -> timedelta | None:
    """Return the wait that the service asks for: seconds, or a time, which its own clock tells best."""
    asked_for = response.headers.get("retry-after", "").strip()
    if asked_for.isascii() and asked_for.isdigit() and len(asked_for) < 10:
        return min(timedelta(seconds=int(asked_for)), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(asked_for)
        now = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return None
    wait = _aware(until) - _aware(now)
    return min(max(wait, timedelta()), _LONGEST_WAIT)


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


@cache
def _trusted(ca_file: str | None) -> "SSLContext":
    """Return the authorities that are trusted; reading them takes longer than most answers."""
    import ssl

    import httpx

    return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()
