"""One digest file of CloudTrail: what it says, and whether AWS signed it.

1. The file is gzip, and nothing stands behind it; its text is JSON.
2. It lies where it says it lies.
3. The signature stands in the object's metadata, in hex. It is RSA (PKCS #1 v1.5) with SHA-256, over four
   lines: the end of its time; its bucket and key; the SHA-256 of its text, in hex; the signature of the
   digest before it, or `null`.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html,
read 2026-11.
"""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, TypeAlias

import msgspec

from providers.aws.digest_keys import DigestKeys
from providers.aws.s3_objects import open_described, uri
from providers.aws.written_files import NotAsWrittenError, unpacked

MOST_BYTES = 64 * 1024 * 1024
"""Of a digest's text; a real one has a few hundred bytes for each file of an hour."""


Time: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]


class LoggedFile(msgspec.Struct, frozen=True, rename="camel"):
    """One log file that a digest vouches for."""

    s3_bucket: str
    s3_object: str
    hash_value: str
    """Hex SHA-256 of the file's text, unpacked."""
    hash_algorithm: str = "SHA-256"


class DigestText(msgspec.Struct, frozen=True, rename="camel"):
    """What a digest says, as far as it is needed."""

    aws_account_id: str
    digest_start_time: Time
    digest_end_time: str
    """As it stands there: the signature covers it."""
    digest_s3_bucket: str
    digest_s3_object: str
    digest_public_key_fingerprint: str
    previous_digest_s3_bucket: str | None = None
    previous_digest_s3_object: str | None = None
    previous_digest_hash_value: str | None = None
    previous_digest_signature: str | None = None
    log_files: tuple[LoggedFile, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """A digest that AWS signed, and that lies in its place."""

    bucket: str
    key: str
    says: DigestText
    sha256: str
    """Hex, of its text."""
    signature: str
    """Hex."""
    end_at: datetime

    @property
    def uri(self) -> str:
        """Where it lies."""
        return uri(self.bucket, self.key)


def read_digest(s3: Any, bucket: str, key: str, region: str, keys: DigestKeys) -> Digest:
    """Read a digest and verify it.

    Raises:
        NotAsWrittenError: It was altered, moved or is no digest.
        ProviderError: It, or the key that signed it, cannot be read.
    """
    stream, metadata = open_described(s3, bucket, key)
    with stream:
        text = b"".join(unpacked(stream, MOST_BYTES))
    try:
        says = msgspec.json.decode(text, type=DigestText)
        end_at = msgspec.convert(says.digest_end_time, Time)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise NotAsWrittenError(f"it is no digest: {error}") from error
    if (says.digest_s3_bucket, says.digest_s3_object) != (bucket, key):
        raise NotAsWrittenError("it was moved: it says that it lies somewhere else")
    digest = Digest(
        bucket=bucket,
        key=key,
        says=says,
        sha256=sha256(text).hexdigest(),
        signature=metadata.get("signature", ""),
        end_at=end_at,
    )
    _verify(digest, region, keys, _signed_at(metadata, end_at))
    return digest


def _verify(digest: Digest, region: str, keys: DigestKeys, signed_at: datetime) -> None:
    """Hold the signature against the text. Raises `NotAsWrittenError`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    key = keys.key_of(region, digest.says.digest_public_key_fingerprint, signed_at)
    if key is None:
        raise NotAsWrittenError(f"AWS has no key {digest.says.digest_public_key_fingerprint} in {region}")
    try:
        key.verify(binascii.unhexlify(digest.signature), string_to_sign(digest), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError) as error:
        raise NotAsWrittenError("its signature is not that of AWS") from error


def string_to_sign(digest: Digest) -> bytes:
    """Return what AWS signs of a digest."""
    says = digest.says
    lines = (
        says.digest_end_time,
        f"{digest.bucket}/{digest.key}",
        digest.sha256,
        says.previous_digest_signature or "null",
    )
    return "\n".join(lines).encode()


def _signed_at(metadata: Mapping[str, str], end_at: datetime) -> datetime:
    """Return when it was signed: one that was added later tells that itself."""
    told = metadata.get("backfill-generation-timestamp")
    try:
        return msgspec.convert(told, Time) if told else end_at
    except msgspec.ValidationError as error:
        raise NotAsWrittenError("its time is none") from error
