"""What CloudTrail does hour by hour for a trail with log file validation: logs, and digests that it signs.

The form is that of the public documents, and what AWS's own `aws cloudtrail validate-logs` verifies.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.builders import NOON
from tests.providers.aws.sources.place import ACCOUNT, Place, a_log
from tests.providers.state_stores.s3 import REGION

HOUR = timedelta(hours=1)


@cache
def a_signing_key(name: str = "aws") -> RSAPrivateKey:
    """A key pair, made once."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_key(name: str = "aws") -> bytes:
    """The public half, as `ListPublicKeys` tells it."""
    return a_signing_key(name).public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


@dataclass(kw_only=True, slots=True)
class Validated:
    """A trail with validation, of one account and region; its first hour begins at noon."""

    place: Place
    account: str = ACCOUNT
    region: str = REGION
    trail: str = "main"
    below: str = "AWSLogs/"
    fingerprint: str = "31e8b5433410dfb61a9dc45cc65b22ff"
    key: str = "aws"
    hours: int = 0
    previous: dict[str, Any] = field(default_factory=dict)
    digests: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)

    @property
    def end_at(self) -> datetime:
        """When the last hour ended."""
        return NOON + self.hours * HOUR

    def hour(self, *ids: str, restart: bool = False, **says: Any) -> str:
        """Deliver a log for each id, and the digest of the hour; return its key."""
        begin, self.hours = self.end_at, self.hours + 1
        files = [self._log(one) for one in ids]
        key = self._key("CloudTrail-Digest", f"_{self.trail}_{self.region}_{self.end_at:%Y%m%dT%H%M%SZ}")
        previous = {} if restart else self.previous
        text = {
            "awsAccountId": self.account,
            "digestStartTime": _written(begin),
            "digestEndTime": _written(self.end_at),
            "digestS3Bucket": self.place.bucket,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": self.fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": None,
            "oldestEventTime": None,
            "previousDigestS3Bucket": previous.get("bucket"),
            "previousDigestS3Object": previous.get("key"),
            "previousDigestHashValue": previous.get("sha256"),
            "previousDigestHashAlgorithm": previous and "SHA-256",
            "previousDigestSignature": previous.get("signature"),
            "logFiles": files,
        } | says
        self.previous = self.sign(key, text)
        self.digests.append(key)
        return key

    def added(self, hour_end: datetime, *ids: str, generated_at: datetime) -> str:
        """Deliver a digest of files that the one of their hour did not have."""
        name = f"_{self.trail}_{self.region}_{hour_end:%Y%m%dT%H%M%SZ}_backfill"
        key = self._key("CloudTrail-Digest", name)
        text = {
            "awsAccountId": self.account,
            "digestStartTime": _written(hour_end - HOUR),
            "digestEndTime": _written(hour_end),
            "digestS3Bucket": self.place.bucket,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": self.fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "previousDigestSignature": None,
            "logFiles": [self._log(one) for one in ids],
        }
        self.sign(key, text, **{"backfill-generation-timestamp": _written(generated_at)})
        return key

    def sign(self, key: str, text: dict[str, Any], **metadata: str) -> dict[str, Any]:
        """Write a digest with its signature; return what the next one says of it."""
        body = json.dumps(text).encode()
        sha256 = hashlib.sha256(body).hexdigest()
        signed = "\n".join(
            (
                text["digestEndTime"],
                f"{text['digestS3Bucket']}/{text['digestS3Object']}",
                sha256,
                text["previousDigestSignature"] or "null",
            )
        )
        signature = a_signing_key(self.key).sign(signed.encode(), PKCS1v15(), SHA256()).hex()
        told = {"signature": signature, "signature-algorithm": "SHA256withRSA", **metadata}
        self.place.put(key, gzip.compress(body, mtime=0), Metadata=told)
        return {"bucket": self.place.bucket, "key": key, "sha256": sha256, "signature": signature}

    def _log(self, id_: str) -> dict[str, Any]:
        key = self._key("CloudTrail", f"_{self.end_at - HOUR:%Y%m%dT%H%MZ}_{id_}")
        body = a_log(id_)
        self.place.put(key, body)
        self.logs.append(key)
        return {
            "s3Bucket": self.place.bucket,
            "s3Object": key,
            "hashValue": hashlib.sha256(gzip.decompress(body)).hexdigest(),
            "hashAlgorithm": "SHA-256",
            "newestEventTime": _written(self.end_at),
            "oldestEventTime": _written(self.end_at - HOUR),
        }

    def _key(self, kind: str, name: str) -> str:
        day = f"{self.end_at:%Y/%m/%d}"
        folder = f"{self.below}{self.account}/{kind}/{self.region}/{day}"
        return f"{folder}/{self.account}_{kind}_{self.region}{name}.json.gz"


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
