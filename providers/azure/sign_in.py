"""As whom Azure is asked, and how it is reached: the same settings for every source of records.

Without settings it is the identity at hand: of the machine, of the workload, or of who ran `az login`.
"""

import logging
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec

from drift.model.secret import Secret

# What goes wrong is raised. Where nobody set up logging, the SDKs would print it as well, unasked.
logging.getLogger("azure").addHandler(logging.NullHandler())

CONNECT_WITHIN, ANSWER_WITHIN = 10, 60
"""Seconds."""

Https = Annotated[str, msgspec.Meta(pattern="^https://")]
"""An address to which a token may be sent."""


class AzureSignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application with a secret, or else the identity at hand."""

    tenant: str | None = None
    """The directory (tenant) id."""
    client: str | None = None
    """The application (client) id; of a managed identity where no secret is given."""
    client_secret: Secret | None = None
    authority: Https | None = None
    """Who issues tokens, if not `https://login.microsoftonline.com`."""
    ca_file: str | None = None
    """Certificates that are trusted in place of those of the system, where a proxy opens TLS."""

    def __post_init__(self) -> None:
        """Refuse half of what signing in with a secret takes.

        Raises:
            ValueError: The tenant or the application is missing.
        """
        if self.client_secret is not None and not (self.tenant and self.client):
            raise ValueError("a client_secret takes the tenant and the client that it belongs to")


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """What each of Azure's clients is given."""

    credential: Any = field(repr=False)
    verify: bool | str
    """Whether certificates are verified, or the file of those that are trusted."""


def sign_in(settings: AzureSignIn) -> SignedIn:
    """Return the credential, which asks for a token when the first one is needed."""
    from azure.identity import ClientSecretCredential, DefaultAzureCredential

    verify = settings.ca_file or True
    options: dict[str, Any] = {
        "connection_verify": verify,
        "connection_timeout": CONNECT_WITHIN,
        "read_timeout": ANSWER_WITHIN,
        "retry_total": 0,
    }
    if settings.authority:
        # Discovery would ask the public cloud whether it knows this authority, which it need not.
        options |= {"authority": settings.authority, "disable_instance_discovery": True}
    if settings.client_secret and settings.tenant and settings.client:
        secret = settings.client_secret.reveal()
        credential: Any = ClientSecretCredential(settings.tenant, settings.client, secret, **options)
    else:
        # Its chain knows nothing of discovery, and retries by itself where an identity is slow to start.
        options = {key: value for key, value in options.items() if key in ("authority", "connection_verify")}
        credential = DefaultAzureCredential(
            managed_identity_client_id=settings.client, workload_identity_tenant_id=settings.tenant, **options
        )
    return SignedIn(credential=credential, verify=verify)
