"""Whether a list of checksums bears a publisher's signature.

OpenPGP is checked by `gpgv`, the small program of GnuPG that only verifies: it trusts the keyring
that it is given and no other, and needs no agent. See ADR 8.
"""

import base64
import binascii
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from drift.errors import ProviderResponseError, ProviderUnavailableError

SECONDS = 30.0

_ARMOR = re.compile(
    r"-----BEGIN PGP PUBLIC KEY BLOCK-----\s*?\n(?:[^\n:]+:[^\n]*\n)*\s*\n(?P<body>[A-Za-z0-9+/=\s]+?)"
    r"(?:\n=[A-Za-z0-9+/]{4}\s*)?\n-----END PGP PUBLIC KEY BLOCK-----"
)
_VALID = re.compile(rb"^\[GNUPG:\] VALIDSIG ", re.MULTILINE)
_BAD = re.compile(rb"^\[GNUPG:\] (?:BADSIG|ERRSIG|EXPSIG|REVKEYSIG) ", re.MULTILINE)


def check_signature(content: bytes, signature: bytes, keys: Sequence[str], whose: str) -> None:
    """Raise unless `signature` is that of `content` by one of the armoured `keys`.

    Raises:
        ProviderResponseError: It is not.
        ProviderUnavailableError: There is no `gpgv` to check it with.
    """
    ring = b"".join(_packets(key) for key in keys)
    if not ring:
        raise ProviderResponseError(
            f"nobody has signed {whose}", hint="install it with `terraform init`, if you trust it"
        )
    with tempfile.TemporaryDirectory(prefix="drift-") as folder:
        place = Path(folder)
        for name, data in (("keys", ring), ("content", content), ("signature", signature)):
            (place / name).write_bytes(data)
        if not _is_valid(place):
            raise ProviderResponseError(
                f"the signature of {whose} is not its publisher's", hint="do not use it; tell its publisher"
            )


def _is_valid(place: Path) -> bool:
    keyring = ("--homedir", str(place), "--keyring", str(place / "keys"))
    try:
        done = subprocess.run(  # noqa: S603 - every argument is ours
            ["gpgv", *keyring, "--status-fd", "1", str(place / "signature"), str(place / "content")],  # noqa: S607
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise ProviderUnavailableError(
            "there is no gpgv to check a provider's signature with",
            hint="install gpgv (Debian, Ubuntu) or gnupg (macOS), or get the provider by `terraform init`",
        ) from error
    return done.returncode == 0 and bool(_VALID.search(done.stdout)) and not _BAD.search(done.stdout)


def _packets(armored: str) -> bytes:
    """Return a key out of its armour, nothing if it is none."""
    found = _ARMOR.search(armored.replace("\r\n", "\n"))
    try:
        return base64.b64decode("".join(found["body"].split()), validate=True) if found else b""
    except binascii.Error:
        return b""
