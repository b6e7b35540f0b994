"""Lets in whom a proxy before the pages vouches for, with a signed token in a header of each request."""

import time
from collections.abc import Mapping

from drift.config import ProxySettings
from drift.model.visitor import Identity, SignedInBy
from drift.web.vouching.identity import identity_of
from drift.web.vouching.keys import Keys, Ticks
from drift.web.vouching.signed_token import Wanted, verified

_HINT = "Come through the proxy; if you did, whoever runs Driftledger compares [proxy] with it."


class Proxy:
    """A proxy that vouches for people: what it signs counts, never a plain header. Any thread may use it."""

    def __init__(self, settings: ProxySettings, ticks: Ticks = time.monotonic) -> None:
        self._settings = settings
        self._keys = Keys(settings.keys, "the keys of [proxy]", settings.ca_file, ticks)

    def identity(self, headers: Mapping[str, str], now: float) -> Identity | None:
        """Return for whom the proxy vouches in a request; `None` if for nobody.

        Raises:
            RefusedError: What the header holds proves nothing.
            ProviderError: The proxy's keys could not be asked for.
        """
        token = headers.get(self._settings.header.lower())
        if not token:
            return None
        wanted = Wanted(
            issuer=self._settings.issuer, audience=self._settings.audience, hint=_HINT, is_by_signer=True
        )
        return identity_of(
            verified(token, self._keys, wanted, now),
            name_claim=self._settings.name_claim,
            groups_claim=self._settings.groups_claim,
            by=SignedInBy.PROXY,
        )

    def check(self) -> str:
        """Ask for the proxy's keys, and say what was seen.

        Raises:
            ProviderError: They cannot be read.
        """
        return f"of {self._settings.header}: {self._keys.check()}"
