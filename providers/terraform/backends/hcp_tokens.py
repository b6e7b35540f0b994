"""Finds the token that `terraform login` kept for a host."""

from pathlib import Path

import msgspec

from drift.errors import ProviderAccessError
from drift.model.secret import Secret

FILE = "~/.terraform.d/credentials.tfrc.json"


class _Credentials(msgspec.Struct, frozen=True):
    credentials: dict[str, dict[str, str]] = {}


def token_for(host: str) -> Secret:
    """Return the token of a host.

    Raises:
        ProviderAccessError: There is none.
    """
    try:
        content = Path(FILE).expanduser().read_bytes()
        token = msgspec.json.decode(content, type=_Credentials).credentials[host]["token"]
    except (OSError, RuntimeError, msgspec.DecodeError, UnicodeDecodeError, KeyError):
        raise ProviderAccessError(
            f"there is no token for {host}",
            hint=f"run `terraform login {host}`, or name one by token_env in a [[state_store]]",
        ) from None
    return Secret(token)
