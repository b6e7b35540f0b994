"""The shape of the tables about the pages: where they are, and who may see what."""

from drift.config.tables import NamedTable, Table
from drift.model.secret import Secret


class Web(Table, frozen=True, kw_only=True):
    """Where the pages are, and how long somebody stays signed in."""

    heading = "web"
    listen: str | None = None
    url: str | None = None
    signed_in_for: str = "12h"
    idle_for: str = "1h"


class Oidc(Table, frozen=True, kw_only=True):
    """Who vouches for people, by OpenID Connect."""

    heading = "oidc"
    issuer: str | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    name_claim: str = "email"
    groups_claim: str = "groups"
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    ca_file: str | None = None


class Proxy(Table, frozen=True, kw_only=True):
    """The proxy before the pages that signs who somebody is."""

    heading = "proxy"
    header: str | None = None
    keys: str | None = None
    issuer: str | None = None
    audience: str | None = None
    name_claim: str = "email"
    groups_claim: str = "groups"
    ca_file: str | None = None


class RoleTable(NamedTable, frozen=True, kw_only=True):
    """Who has a role, which is its name."""

    heading = "role"
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


SINGLE: tuple[type[Table], ...] = (Web, Oidc, Proxy)
"""The tables that stand once."""

REPEATED: tuple[type[NamedTable], ...] = (RoleTable,)
"""The tables that may be repeated."""
