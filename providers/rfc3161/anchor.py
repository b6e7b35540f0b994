"""An anchor in time: an authority of RFC 3161 signs that it saw a checkpoint, and when.

1. It is sent the hash of the note, with a number of our own that it has to repeat.
2. Its reply counts only if it is of that hash and number, and signed by a certificate for time stamps
   that leads to one of `roots`: an alarm now is better than a stamp that no auditor can verify.
3. The reply is kept as it came. `openssl ts -verify` checks it, without us and without the authority.
"""

import shlex
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.anchor import DOCUMENT, NOTE, Receipt
from drift.model.evidence import Checkpoint
from drift.model.secret import Secret
from providers.meter import given_meter
from providers.posting import asked, is_safe
from providers.rfc3161.der import with_sorted_certificates
from providers.visible import shortened

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampRequest, TimeStampResponse

_HINT: Final = "check `url`, `user` and `password` of its [[anchor]]"

_TRIAL: Final = b"driftledger tries whether time stamps can be had\n"


class Rfc3161Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which authority stamps, and by which certificates its stamps are verified."""

    url: str
    roots: str
    """PEM: the root that its stamps lead to, and what lies between where its replies leave that out."""
    user: str | None = None
    password: Secret | None = None
    ca_file: str | None = None
    """The authority that the certificate of its server is of, where it is a private one."""

    def __post_init__(self) -> None:
        """Refuse an address that tells a password to others.

        Raises:
            ValueError: It is no address, or would do that.
        """
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError('"url" must begin with https:// or http://, and hold no password')
        if self.password is not None and not is_safe(self.url):
            raise ValueError('"url" must begin with https://, since a password is sent there')


class Rfc3161:
    """An `Anchor` that vouches for the time."""

    def __init__(self, settings: Rfc3161Settings) -> None:
        self._settings = settings
        self._meter = given_meter()

    def check(self) -> str:
        """Have something stamped that is no checkpoint, and verify that."""
        _, stamp = self._stamped(_TRIAL)
        return f"stamps are verified; its clock says {stamp.tst_info.gen_time:%Y-%m-%d %H:%M:%S} UTC"

    def hold(self, checkpoint: Checkpoint, now: datetime) -> Receipt:
        """Have the note stamped. Each time gives another stamp, all of which are good."""
        reply, stamp = self._stamped(checkpoint.note.encode())
        ca_file = shlex.quote(Path(self._settings.roots).name)
        return Receipt(
            reference=f"stamp {stamp.tst_info.serial_number} by {self._settings.url}",
            check=f"openssl ts -verify -data {NOTE} -in {DOCUMENT} -CAfile {ca_file}",
            held_at=stamp.tst_info.gen_time,
            document=reply,
            document_type="tsr",
        )

    @property
    def _what(self) -> str:
        return f"the time stamp by {self._settings.url}"

    def _trusted(self) -> "tuple[Certificate, ...]":
        from cryptography.x509 import load_pem_x509_certificates

        path = self._settings.roots
        try:
            return tuple(dict.fromkeys(load_pem_x509_certificates(Path(path).read_bytes())))
        except (OSError, ValueError) as error:
            raise ProviderAccessError(
                f"{path} holds no certificates: {getattr(error, 'strerror', None) or error}",
                hint="let `roots` name the root certificate of the authority, in PEM",
            ) from error

    def _stamped(self, content: bytes) -> "tuple[bytes, TimeStampResponse]":
        """Return the reply as it came, and what it says once that is verified."""
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

        trusted = self._trusted()  # before anything is asked for that could not be verified
        request = TimestampRequestBuilder(data=content, hash_algorithm=HashAlgorithm.SHA256).build()
        answer = asked(
            "POST",
            self._settings.url,
            self._headers(),
            what=self._what,
            hint=_HINT,
            meter=self._meter,
            body=request.as_bytes(),
            ca_file=self._settings.ca_file,
        )
        if answer.status != 200:
            raise ProviderResponseError(
                f"{self._what}: status {answer.status}: {answer.said(200)}", hint=_HINT
            )
        return answer.body, self._verified(answer.body, request, content, trusted)

    def _verified(
        self, reply: bytes, request: "TimeStampRequest", content: bytes, trusted: "tuple[Certificate, ...]"
    ) -> "TimeStampResponse":
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

        try:
            stamp = decode_timestamp_response(with_sorted_certificates(reply))
        except ValueError as error:
            raise ProviderResponseError(
                f"{self._what} cannot be read: {shortened(str(error), 200)}",
                hint="check that `url` is that of an authority of RFC 3161",
            ) from error
        if stamp.status != 0:
            said = shortened("; ".join(stamp.status_string) or f"status {stamp.status}", 200)
            raise ProviderResponseError(f"{self._what} was not granted: {said}", hint=_HINT)
        builder = VerifierBuilder.from_request(request)
        for certificate in trusted:
            builder = builder.add_root_certificate(certificate)
        try:
            builder.build().verify_message(stamp, content)
        except VerificationError as error:
            raise ProviderResponseError(
                f"{self._what} does not hold good: {shortened(str(error), 200)}",
                hint="let `roots` name the root certificate of this authority",
            ) from error
        return stamp

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        if self._settings.user and self._settings.password is not None:
            pair = f"{self._settings.user}:{self._settings.password.reveal()}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        return headers
