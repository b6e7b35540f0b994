"""What the contract of signers asks of each stand-in."""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drift.ports import Signer
from tests.providers.tickets.server import Server

OTHER_KIND = generate_ec_key(SECP256R1())


@dataclass(frozen=True, kw_only=True, slots=True)
class Keeper:
    """A service with one key, which it never tells."""

    key: Ed25519PrivateKey
    opened: Callable[[], Signer]
    """Come to it anew."""
    server: Server
    throttle: Callable[[], None]
    deny: Callable[[], None]
    """Refuse the permission to sign."""
    sign_permission: str
    be_another: Callable[[], None]
    """Sign with another key than the one that it tells."""
    be_of_another_kind: Callable[[], None]
    """Tell a public key that is none of Ed25519."""
