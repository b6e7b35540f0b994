"""A small but honest provider of OpenID Connect on this machine, which tests may make dishonest."""

import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import parse_qsl, urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from drift.config import Listen
from drift.operations.http import serving

SECRET = "only-for-us:+/"

Key = RSAKey | ECKey


def a_key(kid: str | None = "one") -> RSAKey:
    """Return a key that signs."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"} if kid else {"use": "sig"})


@dataclass
class Grant:
    """What somebody at the provider was given, to be exchanged once."""

    challenge: str
    redirect: str
    nonce: str


@dataclass
class LocalProvider:
    """A provider: everybody who comes is `claims`."""

    url: str = ""
    client_id: str = "driftledger"
    secret: str | None = SECRET
    keys: list[Key] = field(default_factory=lambda: [a_key()])
    published: list[Key] | None = None
    """What the set of keys says, where it is not the truth."""
    claims: dict[str, Any] = field(
        default_factory=lambda: {"sub": "00u1", "email": "erin@example.com", "email_verified": True}
    )
    told: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    """What becomes of the claims of a token before it is signed."""
    header: dict[str, Any] = field(default_factory=dict)
    signed: Callable[[str], str] = lambda token: token
    """What becomes of a token after it was signed."""
    discovery: dict[str, Any] = field(default_factory=dict)
    answer: Response | None = None
    """What the token's endpoint says instead."""
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for."""
    grants: dict[str, Grant] = field(default_factory=dict)

    def app(self, port: int) -> Starlette:
        """Return its pages."""
        self.url = f"http://127.0.0.1:{port}"
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
                Route("/keys/{kid}", self._pem),
            ]
        )

    def token(self, **claims: Any) -> str:
        """Return a signed token that says so, for ten minutes."""
        now = int(time.time())
        told = {"iss": self.url, "aud": self.client_id, "iat": now, "exp": now + 600, **self.claims, **claims}
        key = self.keys[-1]
        algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
        kid = {"kid": key.kid} if key.get("kid") else {}
        header = {"alg": algorithm, **kid, **self.header}
        return self.signed(jwt.encode(header, self.told(told), key, algorithms=["RS256", "ES256"]))

    def _discovery(self, _request: Request) -> Response:
        self.asked.append("discovery")
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                **self.discovery,
            }
        )

    def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        assert asked["response_type"] == "code"
        assert asked["client_id"] == self.client_id
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.grants[code] = Grant(asked["code_challenge"], asked["redirect_uri"], asked["nonce"])
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        )

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        form = dict(parse_qsl((await request.body()).decode()))
        if self.answer is not None:
            return self.answer
        if not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client", "error_description": 'no "client"'}, 401)
        grant = self.grants.pop(form["code"], None)
        is_theirs = (
            grant is not None
            and form["grant_type"] == "authorization_code"
            and form["redirect_uri"] == grant.redirect
            and create_s256_code_challenge(form["code_verifier"]) == grant.challenge
        )
        if grant is None or not is_theirs:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.token(nonce=grant.nonce)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        if self.secret is None:
            return form.get("client_id") == self.client_id
        if "authorization" not in request.headers:
            return (form.get("client_id"), form.get("client_secret")) == (self.client_id, self.secret)
        expected = b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        return request.headers["authorization"] == f"Basic {expected}"

    def _keys(self, _request: Request) -> Response:
        self.asked.append("keys")
        keys = self.keys if self.published is None else self.published
        return JSONResponse({"keys": [one.as_dict(private=False) for one in keys]})

    def _pem(self, request: Request) -> Response:
        self.asked.append(f"pem {request.path_params['kid']}")
        found = [one for one in self.keys if one.kid == request.path_params["kid"]]
        return Response(found[0].as_pem(private=False) if found else b"", 200 if found else 404)

    def be_honest(self) -> None:
        """Become as it was at first."""
        fresh = LocalProvider(url=self.url)
        for one in fields(self):
            setattr(self, one.name, getattr(fresh, one.name))


@contextmanager
def a_provider() -> Iterator[LocalProvider]:
    """Run a provider within the block."""
    made = LocalProvider()
    with serving(Listen(host="127.0.0.1", port=0), made.app):
        yield made
