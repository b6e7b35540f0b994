"""Asks whoever vouches for people, over HTTP: briefly, for little, and nobody but them."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import httpx

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
            transport=_Bounded(httpx.HTTPTransport(verify=_trusted(ca_file))),
            timeout=_TIMEOUT,
            headers={"user-agent": "driftledger", "accept-encoding": "identity"},
            trust_env=False,
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
    is_near = host in {"localhost", "127.0.0.1", "::1"}
    if not host or not (found.scheme == "https" or (found.scheme == "http" and is_near)):
        raise ProviderResponseError(f"{what}: its address does not begin with https://", hint=_HINT)


_HINT = "check the addresses of [oidc] or [proxy]"


def _trusted(ca_file: str | None) -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context(verify=ca_file or True, trust_env=False)
    except OSError as error:
        raise ProviderAccessError(
            f"the certificates in {ca_file} cannot be read", hint="check `ca_file`"
        ) from error


class _Bounded(httpx.BaseTransport):
    """Reads no more than is expected, and nothing compressed, which could be anything once it is not."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            answer.close()
            raise httpx.DecodingError("compressed", request=request)
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Short(answer.stream, request),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._inner.close()


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
