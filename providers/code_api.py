"""Asks the JSON APIs of code hosts, over httpx: one request, or all pages of a list.

It never retries, since the core does. A redirection is followed only within the API itself, where
renamed repositories lead: the token must go nowhere else, whatever an answer says.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from providers.code_answers import Answer
from providers.meter import Meter, given_meter, httpx_hooks
from providers.sent_secrets import sent_secrets

if TYPE_CHECKING:
    from httpx import Client, Response

CONNECT_WITHIN, ANSWER_WITHIN = 10, 60
"""Seconds: to connect, and for each wait on the socket."""

MAX_BYTES = 64 * 1024 * 1024

MAX_PAGES = 200
"""Beyond it, a list that has no end is taken for what it is."""

MAX_REDIRECTS = 3


@dataclass(frozen=True, kw_only=True)
class CodeApi:
    """An API that is asked with GET and answers with JSON."""

    base_url: str
    headers: Callable[[], Mapping[str, str]]
    """What each request bears, the token among it. Raises `ProviderError`."""
    refusal: Callable[[Answer, str], ProviderError]
    """Says what an answer other than 200 means, given what was asked for."""
    next_page: Callable[[Answer], str | None]
    """Finds the address of the next page."""
    ca_file: str | None = None
    meter: Meter = field(default_factory=given_meter)

    def get(self, path: str, *, what: str, **parameters: str | int) -> Answer:
        """Return the answer to a GET; `what` it is for begins each message.

        Raises:
            ProviderError: There is none, or it is a refusal.
        """
        return self.ask(self._address(path, parameters), what=what)

    def pages(self, path: str, *, what: str, **parameters: str | int) -> Iterator[Answer]:
        """Yield the pages of a list.

        Raises:
            ProviderError: One cannot be had.
        """
        url: str | None = self._address(path, {**parameters, "per_page": 100})
        for _ in range(MAX_PAGES):
            answer = self.ask(url or "", what=what)
            yield answer
            url = self.next_page(answer)
            if url is None:
                return
            self._check(url, what)
        raise ProviderResponseError(f"{what}: the list has no end", hint="if it happens again, report it")

    def ask(self, url: str, *, what: str, method: str = "GET", follows: bool = True) -> Answer:
        """Return the answer to a request. Without `follows`, a redirection is an answer."""
        for _ in range(MAX_REDIRECTS):
            answer = self._one(method, url, what)
            if answer.status in {200, 201, 204}:
                return answer
            if not 300 <= answer.status < 400:
                raise self.refusal(answer, what)
            if not follows:
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
            self._check(url, what)
        raise ProviderResponseError(f"{what}: the server sends us in a circle", hint="check `base_url`")

    def download(self, url: str, *, what: str) -> bytes:
        """Return what lies at an address that the API has signed. It sees no token of ours."""
        headers = {"User-Agent": "driftledger"}
        with _refusals(what), self._client.stream("GET", url, headers=headers) as response:
            if response.status_code != 200:
                raise ProviderUnavailableError(
                    f"{what}: the download answered with status {response.status_code}",
                    hint="it is tried again in the next cycle",
                )
            return _body(response, what)

    def _address(self, path: str, parameters: Mapping[str, str | int]) -> str:
        query = f"?{urlencode(parameters)}" if parameters else ""
        return f"{self.base_url.rstrip('/')}/{path}{query}"

    def _one(self, method: str, url: str, what: str) -> Answer:
        headers = {"User-Agent": "driftledger", **self.headers()}
        with _refusals(what), self._client.stream(method, url, headers=headers) as response:
            return Answer(
                url=url,
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=_body(response, what),
                secrets=sent_secrets(headers),
            )

    def _check(self, url: str, what: str) -> None:
        try:
            is_ours = urlsplit(url)[:2] == urlsplit(self.base_url)[:2]
        except ValueError:
            is_ours = False
        if not is_ours:
            raise ProviderResponseError(
                f"{what}: the answer leads to another address than {self.base_url}", hint="check `base_url`"
            )

    @cached_property
    def _client(self) -> "Client":
        import httpx

        try:
            context = httpx.create_ssl_context(verify=self.ca_file or True)
        except OSError as error:
            raise ProviderAccessError(
                f"the certificates in {self.ca_file} cannot be read", hint="check `ca_file`"
            ) from error
        # No connection is kept: nobody says when the last question was asked, so nobody would close it.
        return httpx.Client(
            verify=context,
            timeout=httpx.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN),
            limits=httpx.Limits(max_keepalive_connections=0),
            event_hooks=httpx_hooks(self.meter),
        )


def _body(response: "Response", what: str) -> bytes:
    pieces, size = [], 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > MAX_BYTES:
            raise ProviderResponseError(f"{what}: the answer is larger than 64 MB", hint="check `base_url`")
        pieces.append(piece)
    return b"".join(pieces)


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    import httpx

    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise ProviderResponseError(f"{what}: the address is none", hint="check `base_url`") from error
    except httpx.DecodingError as error:
        raise ProviderResponseError(f"{what}: the answer is damaged", hint="check `base_url`") from error
    except httpx.HTTPError as error:
        raise ProviderUnavailableError(
            f"{what}: the server cannot be reached: {str(error) or type(error).__name__}",
            hint="check the network and `base_url`",
        ) from error
