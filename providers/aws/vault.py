"""A vault in a bucket of S3.

A pack is written on the condition that it is not there yet, so that neither a run that was killed nor
one beside it makes a second version of it.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.secret import Secret
from providers.aws.refusals import code_of, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings
from providers.packs.vault import PackVault

IS_THERE = "PreconditionFailed"

IS_BEING_WRITTEN = "ConditionalRequestConflict"
"""Somebody is just writing the same pack, and may yet fail."""

MOST_DELETED = 1000
"""Objects that one request may delete: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""


class S3VaultSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which bucket the records are kept, how it is reached, and what encrypts them."""

    bucket: str
    prefix: str = "driftledger"
    """What all keys begin with; empty: nothing."""
    key: Secret
    """32 bytes in base64; behind it, a space or a line apart, the keys that were used before."""


class S3Vault(PackVault):
    """A `RawVault` of encrypted objects."""

    def __init__(self, settings: S3VaultSettings) -> None:
        super().__init__(_Bucket(settings), settings.key)


class _Bucket:
    """A `PackPlace` in S3."""

    def __init__(self, settings: S3VaultSettings) -> None:
        self._bucket = settings.bucket
        self._root = f"{settings.prefix.strip('/')}/".lstrip("/")
        self._access = settings.access()

    @cached_property
    def _s3(self) -> Any:
        return open_client("s3", self._access)

    @property
    def name(self) -> str:
        return f"s3://{self._bucket}/{self._root}".rstrip("/")

    def days(self) -> list[str]:
        pages = self._pages(Prefix=self._root, Delimiter="/")
        found = (one["Prefix"] for page in pages for one in page.get("CommonPrefixes", ()))
        return [prefix.removeprefix(self._root).rstrip("/") for prefix in found]

    def packs(self, day: str) -> list[str]:
        return [key.rpartition("/")[2] for key in self._keys(day)]

    def read(self, day: str, pack: str, count: int | None = None) -> bytes:
        key = f"{self._root}{day}/{pack}"
        asked = {"Range": f"bytes=0-{count - 1}"} if count else {}
        with refusals(f"reading s3://{self._bucket}/{key}", action="s3:GetObject", on=self._arn(key)):
            try:
                content: bytes = self._s3.get_object(Bucket=self._bucket, Key=key, **asked)["Body"].read()
            except self._s3.exceptions.ClientError as error:
                if code_of(error) != "InvalidRange":  # of an object without content
                    raise
                content = b""
        return content

    def write(self, day: str, pack: str, content: bytes) -> None:
        key = f"{self._root}{day}/{pack}"
        with refusals(f"writing s3://{self._bucket}/{key}", action="s3:PutObject", on=self._arn(key)):
            try:
                self._s3.put_object(Bucket=self._bucket, Key=key, Body=content, IfNoneMatch="*")
            except self._s3.exceptions.ClientError as error:
                if code_of(error) == IS_BEING_WRITTEN:
                    raise ProviderUnavailableError(
                        f"writing s3://{self._bucket}/{key}: another run is just doing so",
                        hint="it is tried again in the next cycle",
                    ) from error
                if code_of(error) != IS_THERE:
                    raise

    def remove(self, day: str) -> None:
        keys = [{"Key": key} for key in self._keys(day)]
        what, arn = f"erasing {self.name}/{day}", self._arn(f"{self._root}{day}/*")
        with refusals(what, action="s3:DeleteObject", on=arn):
            for at in range(0, len(keys), MOST_DELETED):
                request = {"Objects": keys[at : at + MOST_DELETED], "Quiet": True}
                said = self._s3.delete_objects(Bucket=self._bucket, Delete=request)
                if refused := said.get("Errors"):
                    raise ProviderAccessError(
                        f"{what}: S3 did not delete {len(refused)} objects ({refused[0].get('Code')})",
                        hint=f"allow s3:DeleteObject on {arn}; a lock of the bucket may hold them longer",
                    )

    def remove_pack(self, day: str, pack: str) -> None:
        key = f"{self._root}{day}/{pack}"
        with refusals(f"erasing {self.name}/{day}/{pack}", action="s3:DeleteObject", on=self._arn(key)):
            self._s3.delete_object(Bucket=self._bucket, Key=key)

    def _keys(self, day: str) -> list[str]:
        pages = self._pages(Prefix=f"{self._root}{day}/")
        return [one["Key"] for page in pages for one in page.get("Contents", ())]

    def _pages(self, **asked: str) -> Iterator[dict[str, Any]]:
        on = f"arn:aws:s3:::{self._bucket} (prefix {self._root or 'none'})"
        with refusals(f"listing {self.name}", action="s3:ListBucket", on=on):
            yield from self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, **asked)

    def _arn(self, key: str) -> str:
        return f"arn:aws:s3:::{self._bucket}/{key}"
