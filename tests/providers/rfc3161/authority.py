"""A time-stamping authority on loopback: `openssl ts` behind HTTP, with certificates made for the test."""

import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.providers.tickets.server import Answer, Asked, RefusedError, Server, only, served

PASSWORD = "p4ssword-of-the-test"

_CONFIGURATION = """
[tsa]
default_tsa = stamps
[stamps]
serial = serial
signer_cert = signer.pem
certs = chain.pem
signer_key = signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.2
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass(kw_only=True)
class Authority:
    """What it has, and what is to go wrong."""

    folder: Path
    server: Server = field(init=False)
    answers_old: bytes | None = None
    """A reply that it gives to every request."""

    @property
    def ca_file(self) -> str:
        """The root that its stamps lead to."""
        return str(self.folder / "root.pem")

    def answer(self, asked: Asked) -> Answer:
        """Stamp what is asked for."""
        only(asked)
        if asked.method != "POST" or asked.path != "/stamp":
            raise RefusedError(Answer(status=404, body={}), "there is no such address")
        wanted = b64encode(f"acme:{PASSWORD}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {wanted}":
            raise RefusedError(Answer(status=401, body={}), "another user")
        if not isinstance(asked.body, bytes):
            raise RefusedError(Answer(status=415, body={}), "no query")
        return Answer(body=self.answers_old or self.stamp(asked.body))

    def stamp(self, query: bytes) -> bytes:
        """Return the reply to a query."""
        (self.folder / "query.tsq").write_bytes(query)
        command = "openssl ts -reply -config tsa.cnf -queryfile query.tsq -out reply.tsr"
        subprocess.run(command.split(), cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "reply.tsr").read_bytes()


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """Run one whose replies bear three certificates, in an order that DER does not have."""
    made = Authority(folder=folder)
    _write_certificates(folder)
    (folder / "tsa.cnf").write_text(_CONFIGURATION)
    (folder / "serial").write_text("0F\n")
    with served(made) as server:
        made.server = server
        yield made


def _write_certificates(folder: Path) -> None:
    root_key, between_key, key = (generate_private_key(SECP256R1()) for _ in range(3))
    root = _certificate("Root", root_key, "Root", root_key, is_authority=True)
    between = _certificate("Between", between_key, "Root", root_key, is_authority=True)
    signer = _certificate("The signer of stamps", key, "Between", between_key, is_authority=False)
    (folder / "root.pem").write_bytes(root)
    (folder / "chain.pem").write_bytes(between + root)
    (folder / "signer.pem").write_bytes(signer)
    (folder / "signer.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _certificate(
    name: str, key: EllipticCurvePrivateKey, by: str, by_key: EllipticCurvePrivateKey, *, is_authority: bool
) -> bytes:
    now, public = datetime.now(UTC), key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_called(name))
        .issuer_name(_called(by))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=10))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by_key.public_key()), critical=False
        )
    )
    if not is_authority:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(by_key, SHA256()).public_bytes(Encoding.PEM)


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
