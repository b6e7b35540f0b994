"""Signs in at GitHub: with a token, or as an app, whose tokens last an hour."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from drift.errors import ProviderAccessError
from drift.model.secret import Secret

VERSION = "2022-11-28"
"""Of the API: https://docs.github.com/rest/about-the-rest-api/api-versions"""

ACCEPTED = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": VERSION}

JWT_LASTS = 540
"""Seconds; GitHub takes none that lasts longer than ten minutes, and its clock may be a minute ahead."""

RENEWED_BEFORE = timedelta(minutes=5)


class InstallationToken(msgspec.Struct, frozen=True, kw_only=True):
    """What an app is given for one of its installations."""

    token: str
    expires_at: datetime


def header_text(secret: Secret, what: str) -> str:
    """Return a secret that can stand in a header; one that cannot would be quoted in the error it causes.

    Raises:
        ProviderAccessError: It cannot.
    """
    text = secret.reveal()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ProviderAccessError(
            f"{what} is empty or holds characters that no token has",
            hint="check the file or variable that it comes from for quotes, spaces and line ends",
        )
    return text


class TokenSignIn:
    """Signs in with a token as it is."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def headers(self) -> Mapping[str, str]:
        """Return what each request bears."""
        return {**ACCEPTED, "Authorization": f"Bearer {header_text(self._token, 'the GitHub token')}"}


class AppSignIn:
    """Signs in as an installation of a GitHub App, with a token that is renewed before it expires."""

    def __init__(
        self, app: str, private_key: Secret, renew: Callable[[Mapping[str, str]], InstallationToken]
    ) -> None:
        self._app = app
        self._key = private_key
        self._renew = renew
        self._token: InstallationToken | None = None

    def headers(self) -> Mapping[str, str]:
        """Return what each request bears."""
        if self._token is None or self._token.expires_at.timestamp() - time.time() < _seconds(RENEWED_BEFORE):
            self._token = self._renew({**ACCEPTED, "Authorization": f"Bearer {self._jwt()}"})
        token = header_text(Secret(self._token.token), "the token of the GitHub App")
        return {**ACCEPTED, "Authorization": f"Bearer {token}"}

    def _jwt(self) -> str:
        """Return what the app itself signs in with (RS256, RFC 7515)."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(self._key.reveal().encode(), password=None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, RSAPrivateKey):
            raise ProviderAccessError(
                "the private key of the GitHub App is no RSA key in PEM form",
                hint="download a new one on the app's page, and name its file in `private_key_file`",
            )
        now = int(time.time())
        claims = {"iat": now - 60, "exp": now + JWT_LASTS, "iss": self._app}
        said = f"{_encoded({'alg': 'RS256', 'typ': 'JWT'})}.{_encoded(claims)}"
        return f"{said}.{_base64(key.sign(said.encode(), PKCS1v15(), SHA256()))}"


def _encoded(value: object) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _seconds(span: timedelta) -> float:
    return span.total_seconds()
