"""Fetching from a registry: over encrypted connections only, and never more than belongs there."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
)

LARGEST_TEXT = 4 * 1024 * 1024
"""Bytes of every answer but the zip."""

LARGEST_ZIP = 1024**3

TIMEOUT_SECONDS = 60.0

_LOOPBACK = ("127.0.0.1", "localhost", "::1")

AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)


class Fetcher:
    """A connection. Its methods raise only `ProviderError`."""

    def __init__(self) -> None:
        self._client = httpx.Client(
            timeout=TIMEOUT_SECONDS, follow_redirects=True, event_hooks={"request": [_check_request]}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def text(self, url: str) -> bytes:
        """Return what stands at the URL."""
        text = b""
        with self._stream(url) as blocks:
            for block in blocks:
                text += block
                if len(text) > LARGEST_TEXT:
                    raise odd(url)
        return text

    def answer(self, url: str, into: type[AnswerT]) -> AnswerT:
        """Return the JSON at the URL."""
        try:
            return msgspec.json.decode(self.text(url), type=into)
        except (msgspec.DecodeError, RecursionError) as error:
            raise odd(url) from error

    def file(self, url: str, sha256: str, file: Path) -> None:
        """Download into `file`, which is there afterwards only if it has this hash, in hex."""
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".downloading-") as unfinished:
            place = Path(unfinished) / file.name
            if self._write(url, place) != sha256:
                raise ProviderResponseError(
                    f"what was downloaded as {file.name} is not what its publisher signed",
                    hint="do not use it; try again, or tell its publisher",
                )
            place.replace(file)

    def _write(self, url: str, place: Path) -> str:
        digest, size = hashlib.sha256(), 0
        with place.open("wb") as content, self._stream(url) as blocks:
            for block in blocks:
                size += len(block)
                if size > LARGEST_ZIP:
                    raise odd(url)
                digest.update(block)
                content.write(block)
        return digest.hexdigest()

    @contextmanager
    def _stream(self, url: str) -> Iterator[Iterator[bytes]]:
        try:
            with self._client.stream("GET", url) as response:
                if response.is_error:
                    raise _refused(url, response.status_code)
                yield response.iter_bytes()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderUnavailableError(
                f"{urlsplit(url).hostname} cannot be reached: {type(error).__name__}",
                hint="check the network, or install the provider with `terraform init`",
            ) from error


def odd(url: str) -> ProviderError:
    """Return the error that the answer is not what belongs there."""
    return ProviderResponseError(
        f"{urlsplit(url).hostname} answers {urlsplit(url).path[:200]} with what no registry would",
        hint="check the provider's address",
    )


def _check_request(request: httpx.Request) -> None:
    """Raise if somebody could change the answer on the way; asked for redirections, too."""
    url = request.url
    if url.scheme != "https" and not (url.scheme == "http" and url.host in _LOOPBACK):
        raise ProviderResponseError(
            f"{url.scheme}://{url.host} is not encrypted", hint="providers are downloaded over https only"
        )


def _refused(url: str, status: int) -> ProviderError:
    what = f"{urlsplit(url).hostname} answers {urlsplit(url).path[:200]} with status {status}"
    if status in (401, 403):
        return ProviderAccessError(what, hint="private registries are not supported: use a mirror")
    if status == 429 or status >= 500:
        return ProviderUnavailableError(what, hint="try again later")
    return ProviderResponseError(what, hint="check the provider's address and version")
