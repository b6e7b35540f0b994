"""Where a provider of OpenID Connect is, as its discovery document says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drift.config import OidcSettings
from drift.errors import ProviderResponseError
from drift.web.vouching.fetch import check_address, fetch
from drift.web.vouching.keys import Keys, Ticks

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """Where a provider is, as its discovery document says."""

    authorization: str
    token: str
    is_post: bool
    """The secret goes into the body: it is not taken in a header."""
    keys: Keys


def discovered(settings: OidcSettings, ticks: Ticks) -> Provider:
    """Ask a provider where it is.

    Raises:
        ProviderError: It does not answer, or not as a provider.
    """
    what = "the provider of [oidc]"
    address = f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration"
    told = _object(fetch(address, what, settings.ca_file), what)
    if told.get("issuer") != settings.issuer:
        raise ProviderResponseError(
            f"{what} calls itself otherwise than `issuer` says",
            hint=f"write it as it stands in {address}, to the last slash",
        )
    found = {name: told.get(name) for name in _ENDPOINTS}
    for name, place in found.items():
        if not isinstance(place, str):
            raise ProviderResponseError(f"{what} has no {name}", hint="check `issuer`")
        check_address(place, f"{name} of [oidc]")
    methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        authorization=str(found["authorization_endpoint"]),
        token=str(found["token_endpoint"]),
        is_post="client_secret_basic" not in methods and "client_secret_post" in methods,
        keys=Keys(str(found["jwks_uri"]), "the keys of [oidc]", settings.ca_file, ticks=ticks),
    )


def _object(data: bytes, what: str) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderResponseError(f"{what}: the answer is no JSON object", hint="check `issuer`")
    return found
