"""Asks an HTTP server, and says in the words of our errors why it did not answer."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from providers.meter import TOO_MANY, Meter, httpx_hooks

if TYPE_CHECKING:
    from ssl import SSLContext

    from httpx import Response

CONNECT_WITHIN, ANSWER_WITHIN = 10, 60
"""Seconds: to connect, and for each wait on the socket."""

PIECE_BYTES = 256 * 1024

MAX_BYTES = 1024**3
"""The largest states that were heard of have a tenth of it."""

LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a server said to a GET."""

    status: int
    headers: Mapping[str, str]
    """Their names in small letters."""
    pieces: Iterable[bytes] = field(repr=False)
    """The body, to be taken once; of 200 it is still to come, and may raise what `get` raises."""

    def body(self) -> bytes:
        """Take the whole body."""
        return b"".join(self.pieces)


def get(url: str, headers: Mapping[str, str], *, what: str, meter: Meter, follows: bool = False) -> Answer:
    """Return the answer to a GET, which `meter` counts; `what` it is for begins each message.

    With `follows`, redirections are followed, and `Authorization` goes to no other host.

    Raises:
        ProviderUnavailableError: It cannot be reached, is broken, or wants fewer requests.
        ProviderResponseError: The address is none, or the answer has no end.
    """
    import httpx

    timeout = httpx.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN)
    with ExitStack() as opened:
        opened.enter_context(_refusals(what))
        client = opened.enter_context(
            httpx.Client(
                verify=_trusted(),
                timeout=timeout,
                follow_redirects=follows,
                max_redirects=3,
                event_hooks=httpx_hooks(meter),
            )
        )
        asking = client.stream("GET", url, headers={"User-Agent": "driftledger", **headers})
        response = opened.enter_context(asking)
        status = response.status_code
        named = {name.lower(): value for name, value in response.headers.items()}
        if status == 200:
            return Answer(status=status, headers=named, pieces=_pieces(response, opened.pop_all(), what))
        body = b"".join(_pieces(response, ExitStack(), what))
    if status == TOO_MANY or status >= 500:
        raise ProviderUnavailableError(
            f"{what}: the server answered with status {status}",
            hint="it is tried again in the next cycle",
            retry_after=_wait(named),
        )
    return Answer(status=status, headers=named, pieces=(body,))


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    import httpx

    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise ProviderResponseError(f"{what}: the address is none", hint="check it") from error
    except httpx.HTTPError as error:
        raise ProviderUnavailableError(
            f"{what}: the server cannot be reached: {str(error) or type(error).__name__}",
            hint="check the network and the address",
        ) from error


@cache
def _trusted() -> "SSLContext":
    """Return the authorities that this machine trusts; reading them takes longer than most answers."""
    import httpx

    return httpx.create_ssl_context()


def unexpected(answer: Answer, *, what: str) -> ProviderError:
    """Return the error for an answer that brings nothing."""
    if 300 <= answer.status < 400:
        return ProviderResponseError(
            f"{what}: the server sends us elsewhere (status {answer.status})",
            hint="name the address that it leads to",
        )
    return ProviderResponseError(f"{what}: the server answered with status {answer.status}", hint="check it")


def header_text(secret: Secret, *, what: str) -> str:
    """Return a secret that can stand in a header; one that cannot would be quoted in the error it causes.

    Raises:
        ProviderAccessError: It cannot.
    """
    text = secret.reveal()
    if not text or not text.isascii() or not text.isprintable():
        raise ProviderAccessError(
            f"{what} is empty or holds characters that no header has",
            hint="check the file or variable that it comes from for quotes, spaces and line ends",
        )
    return text


def _pieces(response: "Response", opened: ExitStack, what: str) -> Iterator[bytes]:
    """Yield the body, and close at its end what was opened for it."""
    size = 0
    with opened:
        for piece in response.iter_bytes(PIECE_BYTES):
            size += len(piece)
            if size > MAX_BYTES:
                raise ProviderResponseError(
                    f"{what}: the answer is larger than 1 GB", hint="check the address"
                )
            yield piece


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long to wait: HCP Terraform says seconds with a fraction until its limit is lifted."""
    told = headers.get("retry-after") or headers.get("x-ratelimit-reset") or ""
    try:
        seconds = float(told)
    except ValueError:
        return None
    return timedelta(seconds=seconds) if 0 <= seconds < LONGEST_WAIT.total_seconds() else None
