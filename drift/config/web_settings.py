"""The pages as the configuration has them."""

from dataclasses import dataclass
from datetime import timedelta

from drift.config.listening import Listen
from drift.model.secret import Secret


@dataclass(frozen=True, kw_only=True, slots=True)
class OidcSettings:
    """Who vouches for people, by OpenID Connect."""

    issuer: str
    client_id: str
    client_secret: Secret | None
    """Without one it is a public client; PKCE is used either way."""
    name_claim: str
    groups_claim: str
    scopes: tuple[str, ...]
    ca_file: str | None
    """The authority that the issuer's certificate is of, where it is a private one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProxySettings:
    """The proxy before the pages: it puts a signed token (JWT) into a header of each request."""

    header: str
    keys: str
    """URL or path of the keys (JWKS), or of a key in PEM; `{kid}` in it stands for the key's id."""
    issuer: str
    audience: str
    name_claim: str
    groups_claim: str
    ca_file: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WebSettings:
    """The pages."""

    listen: Listen
    url: str | None
    """As browsers reach it, without a slash at the end; `None`: where it listens."""
    signed_in_for: timedelta
    """Whoever signed in must do so again after so long."""
    idle_for: timedelta
    """The same, if they open no page for so long."""
    oidc: OidcSettings | None
    proxy: ProxySettings | None
    """With neither, people sign in with a link that is made on this machine."""

    @property
    def address(self) -> str | None:
        """Where browsers reach the pages; `None` where only the port that is taken would tell."""
        if self.url is not None:
            return self.url
        return self.listen.url(self.listen.port) if self.listen.is_loopback and self.listen.port else None
