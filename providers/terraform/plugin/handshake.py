"""The first line that a plugin prints: which protocol it speaks, and where.

    1|6|unix|/tmp/plugin123|grpc|MIIB...

Only a socket in the folder that we gave it will do: nobody else on this machine gets in there,
so plain text is as good as TLS.
"""

import base64
import binascii
import ssl
from dataclasses import dataclass
from pathlib import Path

from providers.terraform.plugin.protocol import VERSIONS

COOKIE = {"TF_PLUGIN_MAGIC_COOKIE": "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"}
"""What every Terraform provider asks for before it starts; it is public, and only keeps people from
starting one by mistake."""

LONGEST_LINE = 64 * 1024
"""Bytes; a certificate takes two thousand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Handshake:
    """Where a provider listens."""

    version: int
    """Version of the provider protocol."""
    socket: str
    certificate: bytes | None
    """In PEM, what it authenticates itself with; `None` where it talks plain text."""


def parse(line: bytes, folder: Path) -> Handshake:
    """Return what the line says; the socket must lie in `folder`.

    Raises:
        ValueError: It is no such line, or asks for what is not supported; the message says what.
    """
    fields = line.decode("utf-8", "replace").strip().split("|")
    if len(fields) < 5 or fields[0] != "1":
        raise ValueError("its first line is not that of a Terraform provider")
    _, version, network, address, kind = fields[:5]
    if not version.isdecimal() or int(version) not in VERSIONS or kind != "grpc":
        raise ValueError(f"it speaks version {version[:10]} of the protocol over {kind[:10]}")
    if network != "unix":
        raise ValueError(f"it listens on {network[:10]}, where others could reach it")
    if not Path(address).resolve().is_relative_to(folder.resolve()):
        raise ValueError("its socket lies outside of the folder that it was given")
    return Handshake(
        version=int(version), socket=address, certificate=_pem(fields[5]) if len(fields) > 5 else None
    )


def _pem(text: str) -> bytes | None:
    """Return a certificate that stands in the line in base64, with or without its padding."""
    if not text:
        return None
    try:
        return ssl.DER_cert_to_PEM_cert(base64.b64decode(text + "=" * (-len(text) % 4))).encode()
    except (binascii.Error, ValueError) as error:
        raise ValueError("its certificate cannot be read") from error
