"""Drops packs into a bucket of S3, every file of each, under the hash of its manifest.

An object is written on the condition that it is not there: a pack never changes, so what is there is it.
"""

import base64
import mimetypes
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from drift.ports import HandedPack
from providers.aws.refusals import Asker, code_of, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings

SINKS: Final = Asker("[[evidence_sink]]", "docs/push.md")

IS_THERE: Final = "PreconditionFailed"

TRIAL: Final = "driftledger-check"
"""The object by which it is tried whether one can be written; it stays, since nothing may be deleted."""


class S3DropSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which bucket, and as whom."""

    bucket: str
    prefix: str = "evidence"
    """What all keys begin with; empty: nothing."""


class S3Drop:
    """An `EvidenceSink` that takes the permission `s3:PutObject` below its prefix, and no other."""

    def __init__(self, settings: S3DropSettings) -> None:
        self._bucket = settings.bucket
        self._root = f"{settings.prefix.strip('/')}/".lstrip("/")
        self._access = settings.access()

    @cached_property
    def _s3(self) -> Any:
        return open_client("s3", self._access)

    def parcels(self, pack: HandedPack) -> Sequence[str]:
        """Take every file, the signed note of the manifest last: a pack that has it is whole."""
        return tuple(pack.files)

    def deliver(self, pack: HandedPack, parcel: str) -> str:
        """Write one file; see `EvidenceSink`."""
        file = pack.files[parcel]
        key = f"{self._root}{pack.manifest_sha256}/{parcel}"
        self._put(key, file.read(), digest=bytes.fromhex(file.sha256), IfNoneMatch="*")
        return f"s3://{self._bucket}/{key}"

    def check(self) -> str:
        """Write a small object; see `EvidenceSink`."""
        key = f"{self._root}{TRIAL}"
        self._put(key, b"driftledger could write here\n")
        return f"s3://{self._bucket}/{self._root}: packs can be written"

    def _put(self, key: str, content: bytes, *, digest: bytes = b"", **condition: str) -> None:
        kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
        checksum = {"ChecksumSHA256": base64.b64encode(digest).decode()} if digest else {}
        what = f"writing s3://{self._bucket}/{key}"
        with refusals(what, action="s3:PutObject", on=f"arn:aws:s3:::{self._bucket}/{key}", asker=SINKS):
            try:
                self._s3.put_object(
                    Bucket=self._bucket, Key=key, Body=content, ContentType=kind, **checksum, **condition
                )
            except self._s3.exceptions.ClientError as error:
                if code_of(error) != IS_THERE:
                    raise
