"""States behind Terraform's backend `http`: one address a state, which answers GET with its bytes.

The protocol has no question "who holds it?": its LOCK takes the lock, and we only read. So an apply
is noticed by the state that it leaves, and what was compared meanwhile is discarded.
"""

import base64
from collections.abc import Sequence
from itertools import chain
from urllib.parse import urlsplit

import msgspec

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.secret import Secret
from drift.ports import StateContent, StoredState
from providers.meter import given_meter
from providers.terraform.backends.answers import get, header_text, unexpected


class HttpStatesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the addresses are opened: with a user and password, with a header, or without either."""

    username: str | None = None
    password: Secret | None = None
    header: str | None = None
    """A header's name, `Authorization` for example."""
    header_value: Secret | None = None

    def __post_init__(self) -> None:
        """Refuse halves.

        Raises:
            ValueError: One of two keys that belong together is missing.
        """
        if (self.username is None) != (self.password is None):
            raise ValueError('"username" and the password belong together')
        if (self.header is None) != (self.header_value is None):
            raise ValueError('"header" and its value belong together')


class HttpStates:
    """A `StateStore` of `https://` addresses, each of which is one state."""

    def __init__(self, settings: HttpStatesSettings) -> None:
        self._settings = settings
        self._meter = given_meter()

    def find(self, location: str) -> Sequence[StoredState]:
        """Return the one state at an address; only reading it tells more; see `StateStore`."""
        try:
            parts = urlsplit(location)
            is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            is_address = False
        if not is_address:
            raise ProviderResponseError(f"{location} is no address of a state", hint="write https://...")
        if "@" in parts.netloc or parts.query or parts.fragment:
            # It is shown and recorded as it is, and such parts are where tokens stand.
            raise ProviderResponseError(
                f"the address of a state at {parts.hostname} holds a user, a password or a query",
                hint="name them in a [[state_store]], with password_env or header_value_env",
            )
        return [StoredState(name=location, version=None)]

    def read(self, state: StoredState, *, known: str | None = None) -> StateContent | None:
        """Get a state, unless its ETag still is `known`; see `StateStore`."""
        condition = {"If-None-Match": known} if known else {}
        what = f"reading {state.name}"
        headers = {**self._credentials(), **condition}
        answer = get(state.name, headers, what=what, meter=self._meter)
        if answer.status == 304 and known:
            return None
        if answer.status in {401, 403}:
            raise ProviderAccessError(
                f"{what}: the server refuses to GET it (status {answer.status})",
                hint="give `username` and a password, or a `header`, that may read it",
            )
        if answer.status not in {200, 204, 404}:
            raise unexpected(answer, what=what)
        pieces = iter(answer.pieces)
        if answer.status != 200 or (first := next(pieces, None)) is None:
            raise ProviderResponseError(f"no state at {state.name}", hint="check the address")
        return StateContent(pieces=chain([first], pieces), version=answer.headers.get("etag"))

    def _credentials(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        if self._settings.username is not None and self._settings.password is not None:
            both = f"{self._settings.username}:{self._settings.password.reveal()}"
            headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        if self._settings.header is not None and self._settings.header_value is not None:
            headers[self._settings.header] = header_text(
                self._settings.header_value, what="the value of `header`"
            )
        return headers
