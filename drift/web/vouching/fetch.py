"""Asks whoever vouches for people, over HTTP: briefly, for little, and nobody but them."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import httpx

from drift.config.listening import is_loopback
from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError

MOST_BYTES: Final = 512 * 1024
"""Of an answer: keys and tokens are a few kilobytes."""

_TIMEOUT = httpx.Timeout(10, connect=5)


@contextmanager
def asking(what: str, ca_file: str | None) -> Iterator[httpx.Client]:
    """Yield what asks within the block; `what` is asked for, in the errors.

    It follows no redirects: what is asked for lies at an address that was told beforehand.

    Raises:
        ProviderError: There was no answer, or none that could be read.
    """
    try:
        with httpx.Client(
            verify=_trusted(ca_file),
            timeout=_TIMEOUT,
            headers={"user-agent": "driftledger", "accept-encoding": "identity"},
            event_hooks={"response": [_bounded]},
        ) as client:
            yield client
    except httpx.DecodingError as error:
        raise ProviderResponseError(f"{what}: the answer is too long or damaged", hint=_HINT) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise ProviderResponseError(f"{what}: the address is none", hint=_HINT) from error
    except httpx.HTTPError as error:
        # Only its kind: messages may repeat what was sent.
        raise ProviderUnavailableError(
            f"{what}: there is no answer ({type(error).__name__})",
            hint="check that this machine reaches it, and `ca_file` if its certificate is of your own",
        ) from error


def fetch(url: str, what: str, ca_file: str | None) -> bytes:
    """Return what lies at an address.

    Raises:
        ProviderError: There was no answer, or another one than it.
    """
    check_address(url, what)
    with asking(what, ca_file) as client:
        answer = client.get(url)
    if answer.status_code != httpx.codes.OK:
        raise ProviderResponseError(f"{what}: the answer is {answer.status_code}", hint=_HINT)
    return answer.content


def check_address(url: str, what: str) -> None:
    """Refuse an address that others can listen in on.

    Raises:
        ProviderResponseError: It begins with neither https:// nor http:// of this machine.
    """
    try:
        found = urlsplit(url)
        host = found.hostname
    except ValueError:
        host = None
    is_near = is_loopback(host)
    if not host or not (found.scheme == "https" or (found.scheme == "http" and is_near)):
        raise ProviderResponseError(f"{what}: its address does not begin with https://", hint=_HINT)


_HINT = "check the addresses of [oidc] or [proxy]"


def _trusted(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()
    except OSError as error:
        raise ProviderAccessError(
            f"the certificates in {ca_file} cannot be read", hint="check `ca_file`"
        ) from error


def _bounded(answer: httpx.Response) -> None:
    """Read no more than is expected, and nothing compressed, which could be anything once it is not."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise httpx.DecodingError("compressed", request=answer.request)
    answer.stream = _Short(answer.stream, answer.request)


class _Short(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream | httpx.AsyncByteStream, request: httpx.Request) -> None:
        assert isinstance(inner, httpx.SyncByteStream)  # noqa: S101 - the transport within is of this kind
        self._inner = inner
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._inner:
            size += len(piece)
            if size > MOST_BYTES:
                raise httpx.DecodingError("too long", request=self._request)
            yield piece

    def close(self) -> None:
        self._inner.close()
