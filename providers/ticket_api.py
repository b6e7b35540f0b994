"""Asks the JSON API of a ticket system or a directory, over httpx, and says in our words what went wrong.

It never retries, since the core does, and follows no redirection: the credentials would go wherever it
leads, and of a system that wants somebody to sign in, it leads to a web page.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from providers.meter import Meter, given_meter, httpx_hooks
from providers.sent_secrets import sent_secrets
from providers.ticket_answers import Answer, is_spent, wait_of

if TYPE_CHECKING:
    from ssl import SSLContext

    from httpx import Response

CONNECT_WITHIN, ANSWER_WITHIN = 10, 30
"""Seconds: to connect, and for each wait on the socket."""

MAX_BYTES = 32 * 1024 * 1024

MAX_PAGES = 100
"""Of one list: no ticket has more edits than fit, and what has more pages has no end."""

T = TypeVar("T")
AtT = TypeVar("AtT", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class TicketApi:
    """One API, asked as somebody."""

    system: str
    """Its product's name, for messages."""
    base_url: str
    headers: Callable[[], Mapping[str, str]]
    """What each request bears, the credentials among it. Raises `ProviderError`."""
    meter: Meter = field(default_factory=given_meter)
    page: str = "docs/tickets.md"
    """Where the permissions are listed."""

    def get(
        self,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        what: str,
        needs: str,
        absent: Collection[int] = (),
    ) -> Answer:
        """Return the answer to a GET; of a status in `absent` too, which means that nothing is there.

        `needs` is the permission that it takes, which a refusal names.

        Raises:
            ProviderError: There is no answer, or it is a refusal.
        """
        return self._ask("GET", path, query, None, what=what, needs=needs, absent=absent)

    def post(self, path: str, document: Mapping[str, object], *, what: str, needs: str) -> Answer:
        """Return the answer to a question that is POSTed. Raises as `get`."""
        return self._ask("POST", path, None, document, what=what, needs=needs, absent=())

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None,
        document: Mapping[str, object] | None,
        *,
        what: str,
        needs: str,
        absent: Collection[int],
    ) -> Answer:
        import httpx

        what = f"{what} in {self.system}"
        headers = {"User-Agent": "driftledger", "Accept": "application/json", **self.headers()}
        timeout = httpx.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN)
        url = f"{self.base_url.rstrip('/')}/{path}"
        with (
            _network_errors(what),
            httpx.Client(verify=_trusted(), timeout=timeout, event_hooks=httpx_hooks(self.meter)) as client,
            client.stream(method, url, params=query, json=document, headers=headers) as response,
        ):
            answer = Answer(
                what=what,
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=_body(response, what),
                secrets=sent_secrets(headers),
            )
        if answer.status == 200 or answer.status in absent:
            return answer
        raise self._refusal(answer, needs)

    def _refusal(self, answer: Answer, needs: str) -> ProviderError:
        status, said = answer.status, f": {answer.said}" if answer.said else ""
        what = f"{answer.what} was answered with status {status}"
        if 300 <= status < 400:
            return ProviderAccessError(
                f"{what}, which leads elsewhere: to a page to sign in, or to a new name",
                hint="check `base_url` and the names in the settings",
            )
        if status == 429 or status >= 500 or is_spent(answer):
            return ProviderUnavailableError(
                what, hint="it is asked again in the next cycle", retry_after=wait_of(answer.headers)
            )
        if status == 401 and "scope" not in said.lower():
            return ProviderAccessError(
                f"{what}: the credentials are refused{said}",
                hint="renew them, and check that they belong there",
            )
        if status in {401, 403}:
            return ProviderAccessError(
                f"{what}: {needs} is missing{said}", hint=f"{self.page} lists what each system needs"
            )
        return ProviderResponseError(f"{what}{said}", hint="check `base_url` and what the settings name")


def all_pages(
    fetch: Callable[[AtT], tuple[Iterable[T], AtT | None]], first: AtT, *, what: str, most: int = MAX_PAGES
) -> Iterator[T]:
    """Yield what stands on every page; `fetch` returns one, and where the next one begins.

    Raises:
        ProviderResponseError: The pages lead in a circle, or have no end.
    """
    seen: set[AtT] = set()
    at: AtT | None = first
    while at is not None and at not in seen and len(seen) < most:
        seen.add(at)
        values, at = fetch(at)
        yield from values
    if at is not None:
        raise ProviderResponseError(f"{what}: its pages have no end", hint="if it happens again, report it")


@contextmanager
def _network_errors(what: str) -> Iterator[None]:
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


def _body(response: "Response", what: str) -> bytes:
    pieces, size = [], 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > MAX_BYTES:
            raise ProviderResponseError(f"{what}: the answer is larger than 32 MB", hint="check `base_url`")
        pieces.append(piece)
    return b"".join(pieces)


@cache
def _trusted() -> "SSLContext":
    """Return the authorities that this machine trusts; reading them takes longer than most answers."""
    import httpx

    return httpx.create_ssl_context()
