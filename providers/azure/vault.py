"""A vault in a container of Azure's blob storage."""

from contextlib import suppress
from functools import cached_property
from typing import Any

import msgspec

from drift.model.secret import Secret
from providers.answer_times import note_answer
from providers.azure.refusals import refusals
from providers.meter import given_meter
from providers.packs.vault import PackVault

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"

GRANT = (
    "grant the role Storage Blob Data Contributor, or see docs/replay.md; "
    "behind a firewall, let this machine through"
)


class AzureVaultSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which container the records are kept, how it is reached, and what encrypts them."""

    account: str
    """Name of the storage account."""
    container: str
    prefix: str = "driftledger"
    """What all names begin with; empty: nothing."""
    key: Secret
    """32 bytes in base64; behind it, a space or a line apart, the keys that were used before."""
    access_key: Secret | None = None
    """A key of the storage account. Without it or a token: as whoever is signed in."""
    sas_token: Secret | None = None
    endpoint: str | None = None
    """Where the account's blobs are, if not at `https://ACCOUNT.blob.core.windows.net`."""


class AzureVault(PackVault):
    """A `RawVault` of encrypted blobs."""

    def __init__(self, settings: AzureVaultSettings) -> None:
        super().__init__(_Container(settings), settings.key)


class _Container:
    """A `PackPlace` in a storage account."""

    def __init__(self, settings: AzureVaultSettings) -> None:
        self._settings = settings
        self._meter = given_meter()
        self._root = f"{settings.prefix.strip('/')}/".lstrip("/")

    @cached_property
    def _container(self) -> Any:
        from azure.storage.blob import ContainerClient

        from providers.azure.counted import CountedTransport

        return ContainerClient(
            self._settings.endpoint or f"https://{self._settings.account}.blob.core.windows.net",
            self._settings.container,
            credential=self._credential(),
            retry_total=0,
            raw_response_hook=lambda one: note_answer(one.http_request.url, one.http_response.headers),
            transport=CountedTransport(self._meter),
        )

    def _credential(self) -> Any:
        from azure.core.credentials import AzureSasCredential
        from azure.identity import DefaultAzureCredential

        if self._settings.access_key:
            return self._settings.access_key.reveal()
        if self._settings.sas_token:
            return AzureSasCredential(self._settings.sas_token.reveal())
        return DefaultAzureCredential()

    @property
    def name(self) -> str:
        return f"azurerm://{self._settings.account}/{self._settings.container}/{self._root}".rstrip("/")

    def days(self) -> list[str]:
        from azure.storage.blob import BlobPrefix

        with self._refusals(f"listing {self.name}", "read"):
            listed = self._container.walk_blobs(name_starts_with=self._root or None, delimiter="/")
            names = [one.name for one in listed if isinstance(one, BlobPrefix)]
        return [name.removeprefix(self._root).rstrip("/") for name in names]

    def packs(self, day: str) -> list[str]:
        with self._refusals(f"listing {self.name}/{day}", "read"):
            return [name.rpartition("/")[2] for name in self._names(day)]

    def read(self, day: str, pack: str, count: int | None = None) -> bytes:
        with self._refusals(f"reading {self.name}/{day}/{pack}", "read"):
            asked = {"offset": 0, "length": count} if count else {}
            download = self._container.download_blob(f"{self._root}{day}/{pack}", **asked)
            content: bytes = download.readall()
        return content

    def write(self, day: str, pack: str, content: bytes) -> None:
        from azure.core.exceptions import ResourceExistsError

        with self._refusals(f"writing {self.name}/{day}/{pack}", "write"):
            try:
                # Without `overwrite`, it is written on the condition that it is not there.
                self._container.upload_blob(f"{self._root}{day}/{pack}", content)
            except ResourceExistsError:
                return

    def remove(self, day: str) -> None:
        from azure.core.exceptions import ResourceNotFoundError

        with self._refusals(f"erasing {self.name}/{day}", "delete"):
            for name in list(self._names(day)):
                try:
                    self._container.delete_blob(name, delete_snapshots="include")
                except ResourceNotFoundError:  # another run erases as well
                    continue

    def remove_pack(self, day: str, pack: str) -> None:
        from azure.core.exceptions import ResourceNotFoundError

        with self._refusals(f"erasing {self.name}/{day}/{pack}", "delete"), suppress(ResourceNotFoundError):
            self._container.delete_blob(f"{self._root}{day}/{pack}", delete_snapshots="include")

    def _names(self, day: str) -> Any:
        return self._container.list_blob_names(name_starts_with=f"{self._root}{day}/")

    def _refusals(self, what: str, verb: str) -> Any:
        on = f"the container {self._settings.container}"
        return refusals(what, action=f"{BLOBS}/{verb}", on=on, grant=GRANT)
