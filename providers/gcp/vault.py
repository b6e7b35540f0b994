"""A vault in a bucket of Google Cloud Storage.

A pack is written on the condition that it has no generation yet, so that of two runs that keep the
same only one does. https://cloud.google.com/storage/docs/request-preconditions
"""

from contextlib import suppress
from functools import cached_property
from typing import Any

import msgspec

from drift.model.secret import Secret
from providers.answer_times import note_answer
from providers.gcp.refusals import refusals
from providers.meter import given_meter
from providers.packs.vault import PackVault

SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"

TIMEOUT = (10, 60)
"""Seconds: to connect, and for each wait on the socket."""


class GcsVaultSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which bucket the records are kept, how it is reached, and what encrypts them."""

    bucket: str
    prefix: str = "driftledger"
    """What all names begin with; empty: nothing."""
    key: Secret
    """32 bytes in base64; behind it, a space or a line apart, the keys that were used before."""
    credentials_file: str | None = None
    """A service account's key. Everything else that Google takes is found in the environment."""
    endpoint: str | None = None


class GcsVault(PackVault):
    """A `RawVault` of encrypted objects."""

    def __init__(self, settings: GcsVaultSettings) -> None:
        super().__init__(_Bucket(settings), settings.key)


class _Bucket:
    """A `PackPlace` in Google Cloud Storage."""

    def __init__(self, settings: GcsVaultSettings) -> None:
        self._settings = settings
        self._meter = given_meter()
        self._root = f"{settings.prefix.strip('/')}/".lstrip("/")

    @cached_property
    def _client(self) -> Any:
        from google.cloud.storage import Client
        from google.oauth2.service_account import Credentials

        from providers.gcp.counted import counted

        credentials = None
        if file := self._settings.credentials_file:
            load: Any = Credentials.from_service_account_file
            credentials = load(file, scopes=[SCOPE])
        options = {"api_endpoint": self._settings.endpoint} if self._settings.endpoint else None
        client: Any = counted(Client(credentials=credentials, client_options=options), self._meter)
        client._http.hooks["response"].append(lambda answer, **_: note_answer(answer.url, answer.headers))
        return client

    @property
    def name(self) -> str:
        return f"gs://{self._settings.bucket}/{self._root}".rstrip("/")

    def days(self) -> list[str]:
        with self._refusals(f"listing {self.name}", "list"):
            listed = self._list(self._root, delimiter="/")
            for _ in listed:  # the prefixes are known once all objects beside them are listed
                pass
            return sorted(one.removeprefix(self._root).rstrip("/") for one in listed.prefixes)

    def packs(self, day: str) -> list[str]:
        with self._refusals(f"listing {self.name}/{day}", "list"):
            return [one.name.rpartition("/")[2] for one in self._list(f"{self._root}{day}/")]

    def read(self, day: str, pack: str, count: int | None = None) -> bytes:
        with self._refusals(f"reading {self.name}/{day}/{pack}", "get"):
            blob = self._blob(day, pack)
            asked = {"end": count - 1} if count and self._size(blob) else {}
            content: bytes = blob.download_as_bytes(timeout=TIMEOUT, retry=None, **asked)
        return content[:count]

    def write(self, day: str, pack: str, content: bytes) -> None:
        from google.api_core.exceptions import PreconditionFailed

        with self._refusals(f"writing {self.name}/{day}/{pack}", "create"):
            blob = self._blob(day, pack)
            if blob.exists(timeout=TIMEOUT, retry=None):
                return
            try:
                blob.upload_from_string(
                    content,
                    content_type="application/octet-stream",
                    if_generation_match=0,
                    timeout=TIMEOUT,
                    retry=None,
                    checksum="crc32c",
                )
            except PreconditionFailed:  # another run was quicker
                return

    def remove(self, day: str) -> None:
        from google.api_core.exceptions import NotFound

        with self._refusals(f"erasing {self.name}/{day}", "delete"):
            for blob in list(self._list(f"{self._root}{day}/")):
                try:
                    blob.delete(timeout=TIMEOUT, retry=None)
                except NotFound:  # another run erases as well
                    continue

    def remove_pack(self, day: str, pack: str) -> None:
        from google.api_core.exceptions import NotFound

        with self._refusals(f"erasing {self.name}/{day}/{pack}", "delete"), suppress(NotFound):
            self._blob(day, pack).delete(timeout=TIMEOUT, retry=None)

    def _size(self, blob: Any) -> int:
        """Ask how large an object is: of one without content, no part can be had."""
        blob.reload(timeout=TIMEOUT, retry=None)
        return int(blob.size or 0)

    def _list(self, prefix: str, **asked: str) -> Any:
        bucket = self._settings.bucket
        return self._client.list_blobs(bucket, prefix=prefix, timeout=TIMEOUT, retry=None, **asked)

    def _blob(self, day: str, pack: str) -> Any:
        return self._client.bucket(self._settings.bucket).blob(f"{self._root}{day}/{pack}")

    def _refusals(self, what: str, verb: str) -> Any:
        on = f"the bucket {self._settings.bucket}"
        return refusals(what, permission=f"storage.objects.{verb}", on=on, docs="docs/replay.md")
