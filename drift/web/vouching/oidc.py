"""Signs people in with a provider of OpenID Connect: authorization code, PKCE, state and nonce.

1. The browser gets a secret of ours; state, nonce and the verifier of PKCE follow from it, and none is kept.
2. The provider signs somebody in, and sends the browser back with a code.
3. The code is exchanged for an ID token, which only whoever has the verifier can.
4. The token is verified: signed by the provider, for us, now, and of this very sign-in.
"""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from threading import Lock
from typing import Any, Final

from drift.config import OidcSettings
from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, RefusedError
from drift.model.visitor import Identity, SignedInBy
from drift.web.vouching.discovery import Provider, discovered
from drift.web.vouching.fetch import asking
from drift.web.vouching.identity import identity_of
from drift.web.vouching.keys import ASKED_EVERY, KEPT_FOR, Ticks
from drift.web.vouching.signed_token import Wanted, verified

_LONGEST_CODE: Final = 4096
_AGAIN = "Sign in again; if it happens again, whoever runs Driftledger compares [oidc] with the provider."


class Oidc:
    """A provider that vouches for people. Safe to use from any thread."""

    def __init__(self, settings: OidcSettings, ticks: Ticks = time.monotonic) -> None:
        self._settings = settings
        self._ticks = ticks
        self._lock = Lock()
        self._provider: tuple[float, Provider] | None = None
        self._failed: tuple[float, ProviderError] | None = None

    def begin(self, secret: str, back: str) -> str:
        """Return the address at which somebody signs in, to be sent to `back`.

        Raises:
            ProviderError: It is not known where that is.
        """
        from authlib.oauth2.client import OAuth2Client

        client = OAuth2Client(
            None,
            client_id=self._settings.client_id,
            scope=" ".join(self._settings.scopes),
            redirect_uri=back,
            code_challenge_method="S256",
        )
        address, _ = client.create_authorization_url(
            self.provider().authorization,
            state=_derived(secret, b"state"),
            nonce=_derived(secret, b"nonce"),
            code_verifier=_derived(secret, b"verifier"),
        )
        return str(address)

    def identity(self, secret: str, back: str, answer: Mapping[str, str], now: float) -> Identity:
        """Return who came back from the provider, by the query of the address that they came back to.

        Raises:
            RefusedError: It is not the sign-in that this browser began, or the provider refused it.
            ProviderError: The provider did not answer as it should.
        """
        self._check_answer(secret, answer)
        provider = self.provider()
        token = self._exchange(provider, secret, back, answer["code"])
        wanted = Wanted(issuer=self._settings.issuer, audience=self._settings.client_id, hint=_AGAIN)
        claims = verified(token, provider.keys, wanted, now)
        self._check_claims(claims, secret, wanted)
        return identity_of(
            claims,
            name_claim=self._settings.name_claim,
            groups_claim=self._settings.groups_claim,
            by=SignedInBy.OIDC,
        )

    def provider(self) -> Provider:
        """Return where the provider is, asked for once an hour at most if it answers.

        Raises:
            ProviderError: It does not answer, or not as a provider.
        """
        with self._lock:
            now = self._ticks()
            if self._provider and now - self._provider[0] < KEPT_FOR:
                return self._provider[1]
            if self._failed and now - self._failed[0] < ASKED_EVERY:
                raise self._failed[1]
            try:
                self._provider = (now, discovered(self._settings, self._ticks))
            except ProviderError as error:
                self._failed = (self._ticks(), error)
                raise
            return self._provider[1]

    def check(self) -> str:
        """Ask where the provider is, and for its keys; say what was seen.

        Raises:
            ProviderError: Something of it is missing.
        """
        return f"{self._settings.issuer} answers, with {discovered(self._settings, self._ticks).keys.check()}"

    def _check_answer(self, secret: str, answer: Mapping[str, str]) -> None:
        given = answer.get("state", "").encode()
        if not hmac.compare_digest(given, _derived(secret, b"state").encode()):
            raise RefusedError("This browser did not begin that sign-in.", hint="Sign in again.")
        # RFC 9207: another provider, which was talked into sending its answer here.
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise RefusedError("Another provider answered than was asked.", hint="Sign in again.")
        if "error" in answer:
            told = f"{answer['error']}: {answer.get('error_description', '')}".rstrip(": ")
            raise RefusedError(f"The provider did not sign you in: {told[:300]}", hint=_AGAIN)
        if not 0 < len(answer.get("code", "")) <= _LONGEST_CODE:
            raise RefusedError("The provider sent no code.", hint=_AGAIN)

    def _exchange(self, provider: Provider, secret: str, back: str, code: str) -> str:
        from authlib.oauth2.client import OAuth2Client

        what, secret_of_ours = "the provider of [oidc]", self._settings.client_secret
        with asking(what, self._settings.ca_file) as session:
            client = OAuth2Client(session, client_id=self._settings.client_id, redirect_uri=back)
            client.oauth_error_class = _NoTokenError
            more: dict[str, Any] = {"auth": _as_it_is}
            if secret_of_ours is None:
                more["client_id"] = self._settings.client_id
            elif provider.is_post:
                more |= {"client_id": self._settings.client_id, "client_secret": secret_of_ours.reveal()}
            else:
                more["auth"] = (self._settings.client_id, secret_of_ours.reveal())
            try:
                answer = client.fetch_token(
                    provider.token,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=_derived(secret, b"verifier"),
                    **more,
                )
            except _NoTokenError as error:
                raise _not_exchanged(error.error) from None
            except ValueError as error:
                raise ProviderResponseError(f"{what}: no token, and no reason", hint=_AGAIN) from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderResponseError(
                f"{what} sent no ID token", hint='`scopes` of [oidc] must have "openid"'
            )
        return token

    def _check_claims(self, claims: Mapping[str, Any], secret: str, wanted: Wanted) -> None:
        """Check what only an ID token says: of which sign-in it is, and for whom among several."""
        nonce, party = claims.get("nonce"), claims.get("azp")
        if not isinstance(nonce, str) or not hmac.compare_digest(
            nonce.encode(), _derived(secret, b"nonce").encode()
        ):
            raise wanted.refused("it is of another sign-in")
        audience = claims.get("aud")
        is_for_several = isinstance(audience, list) and len(audience) > 1
        if (party is not None or is_for_several) and party != wanted.audience:
            raise wanted.refused("it was issued to somebody else")


class _NoTokenError(Exception):
    """Why a provider gives no token. Authlib's own error takes few of the descriptions that they send."""

    def __init__(self, error: object, description: object = None) -> None:
        super().__init__()
        self.error = str(error)


def _derived(secret: str, use: bytes) -> str:
    return urlsafe_b64encode(hmac.new(secret.encode(), use, sha256).digest()).rstrip(b"=").decode()


def _as_it_is(request: Any) -> Any:
    """Add no credentials: a public client has none, or they stand in the body."""
    return request


def _not_exchanged(error: str) -> ProviderError:
    if error in {"invalid_client", "unauthorized_client"}:
        return ProviderAccessError(
            f"the provider does not know us: {error}", hint="check `client_id` and the secret of [oidc]"
        )
    if error == "invalid_grant":
        return ProviderResponseError(
            "the provider does not take the code that it sent", hint="Sign in again."
        )
    return ProviderResponseError(f"the provider gives no token: {error[:100]}", hint=_AGAIN)
