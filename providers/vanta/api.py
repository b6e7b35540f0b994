"""Vanta's API: one token an application, which is kept until it runs out.

A new token revokes the one before, and there are five a minute at most, so none is asked for without need.
https://developer.vanta.com/docs/concepts/authentication
"""

import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.secret import Secret
from providers.meter import Meter, given_meter
from providers.posting import Answer, asked, refused

MARGIN: Final = 60.0
"""Seconds before its end at which a token is used no more."""

_OK = range(200, 300)


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What the token's address answers."""

    access_token: str
    expires_in: float


@dataclass(kw_only=True, slots=True)
class Application:
    """An application of Vanta's developer console, in whose name things are asked."""

    base_url: str
    client_id: str
    client_secret: Secret
    scope: str
    now: Callable[[], float] = time.monotonic
    meter: Meter = field(default_factory=given_meter)
    _token: str = field(default="", init=False, repr=False)
    _until: float = field(default=0.0, init=False)

    def ask(self, method: str, path: str, body: bytes, kind: str, *, what: str, needs: str) -> Answer:
        """Return the answer to a request with a body of this content type.

        Raises:
            ProviderError: There is none, or it is a refusal; `needs` is what that says is missing.
        """
        headers = {"Authorization": f"Bearer {self.token()}", "Content-Type": kind}
        return self._sent(method, path, body, headers, what=what, hint=f"{needs}; docs/push.md lists it all")

    def token(self) -> str:
        """Return a token that is good for a while.

        Raises:
            ProviderError: Vanta gives none.
        """
        if self.now() < self._until:
            return self._token
        secret = self.client_secret.reveal()
        document = {
            "client_id": self.client_id,
            "client_secret": secret,
            "scope": self.scope,
            "grant_type": "client_credentials",
        }
        what, hint = (
            "signing in to Vanta",
            "check the client's id and secret, and what the application is for",
        )
        headers = {"Content-Type": "application/json"}
        body = json.dumps(document).encode()
        answer = self._sent("POST", "/oauth/token", body, headers, what=what, hint=hint, secrets=[secret])
        try:
            token = msgspec.json.decode(answer.body, type=Token)
        except msgspec.MsgspecError as error:
            raise ProviderResponseError(
                f"{what}: the answer holds no token", hint="check `base_url`"
            ) from error
        self._token, self._until = token.access_token, self.now() + token.expires_in - MARGIN
        return self._token

    def _sent(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        what: str,
        hint: str,
        secrets: Collection[str] = (),
    ) -> Answer:
        url = f"{self.base_url.rstrip('/')}{path}"
        try:
            answer = asked(
                method, url, headers, what=what, hint=hint, meter=self.meter, body=body, secrets=secrets
            )
        except ProviderAccessError:
            self._until = 0.0  # somebody else may have asked for a token, which ends ours
            raise
        if answer.status not in _OK:
            raise refused(answer, what=what)
        return answer
