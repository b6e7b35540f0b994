"""States in Azure's blob storage, as Terraform's backend `azurerm` keeps them.

The state of the default workspace is the blob `KEY`, that of another is `KEYenv:NAME` beside it. Who
holds a state has a lease of its blob and says so in the blob's metadata; a listing tells both.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property, partial
from typing import Any

import msgspec

from drift.errors import ProviderResponseError
from drift.model.baseline import StateLock
from drift.model.secret import Secret
from drift.ports import StateContent, StoredState
from providers.azure.refusals import refusals
from providers.meter import given_meter
from providers.state_locks import read_lock

STATE = ".tfstate"
WORKSPACE = "env:"
LOCK_METADATA = "terraformlockid"

READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"


class AzureStatesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the storage accounts are reached. Without a key or token: as whoever is signed in."""

    access_key: Secret | None = None
    sas_token: Secret | None = None
    endpoint: str | None = None
    """Where the account's blobs are, if not at `https://ACCOUNT.blob.core.windows.net`."""


class AzureStates:
    """A `StateStore` of `azurerm://ACCOUNT/CONTAINER/KEY-OR-FOLDER`."""

    def __init__(self, settings: AzureStatesSettings) -> None:
        self._settings = settings
        self._meter = given_meter()
        self._clients: dict[str, Any] = {}

    def find(self, location: str) -> Sequence[StoredState]:
        """List the states at a key or below a folder, and their workspaces; see `StateStore`."""
        account, container, key = _parts(location)
        blobs = {one.name: one for one in self._list(account, container, key)}
        states = {name: _default_of(name) for name, blob in blobs.items() if blob.size}
        is_one = key in states.values()
        found = sorted(name for name, default in states.items() if _is_wanted(default, key, is_one))
        if not found:
            raise ProviderResponseError(
                f"no state at {location}",
                hint=f"name the key of a state, or a folder above blobs that end in {STATE}",
            )
        return [
            StoredState(
                name=f"azurerm://{account}/{container}/{name}",
                version=_tag(blobs[name].etag),
                lock=_lock(blobs[name]),
            )
            for name in found
        ]

    def read(self, state: StoredState, *, known: str | None = None) -> StateContent | None:
        """Read a blob; Azure decrypts it; see `StateStore`."""
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceModifiedError

        account, container, name = _parts(state.name)
        condition = {"etag": f'"{known}"', "match_condition": MatchConditions.IfModified} if known else {}
        reading = partial(refusals, f"reading {state.name}", action=READ, on=f"the container {container}")
        with reading():
            blob = self._client(account).get_blob_client(container, name)
            try:
                download = blob.download_blob(**condition)
            except ResourceModifiedError:
                return None
        return StateContent(pieces=_pieces(download, reading), version=_tag(download.properties.etag))

    def _list(self, account: str, container: str, prefix: str) -> Iterator[Any]:
        what = f"listing azurerm://{account}/{container}/{prefix}"
        with refusals(what, action=READ, on=f"the container {container}"):
            blobs = self._client(account).get_container_client(container)
            yield from blobs.list_blobs(name_starts_with=prefix or None, include=["metadata"])

    def _client(self, account: str) -> Any:
        from azure.storage.blob import BlobServiceClient

        from providers.azure.counted import CountedTransport

        if account not in self._clients:
            self._clients[account] = BlobServiceClient(
                self._settings.endpoint or f"https://{account}.blob.core.windows.net",
                credential=self._credential,
                retry_total=0,
                transport=CountedTransport(self._meter),
            )
        return self._clients[account]

    @cached_property
    def _credential(self) -> Any:
        from azure.core.credentials import AzureSasCredential
        from azure.identity import DefaultAzureCredential

        if self._settings.access_key:
            return self._settings.access_key.reveal()
        if self._settings.sas_token:
            return AzureSasCredential(self._settings.sas_token.reveal())
        return DefaultAzureCredential()


def _pieces(download: Any, reading: Callable[[], AbstractContextManager[None]]) -> Iterator[bytes]:
    """Yield what is downloaded; what comes in further requests is of the same version, or Azure refuses."""
    with reading():
        yield from download.chunks()


def _is_wanted(default: str, key: str, is_one: bool) -> bool:
    """Tell whether a state belongs to a location, by the key of its default workspace."""
    if is_one:
        return default == key
    folder = key if key.endswith("/") or not key else f"{key}/"
    return default.startswith(folder) and default.endswith(STATE)


def _default_of(name: str) -> str:
    """Return the key of which a blob is a workspace; a workspace's name holds no slash."""
    key, mark, workspace = name.rpartition(WORKSPACE)
    return key if mark and key and not key.endswith("/") and "/" not in workspace else name


def _lock(blob: Any) -> StateLock | None:
    """Return who has the lease, since when its blob was last written: by them, at the earliest."""
    if blob.lease.status != "locked":
        return None
    try:
        content = base64.b64decode((blob.metadata or {}).get(LOCK_METADATA, ""), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    return read_lock(content, taken_at=blob.last_modified)


def _tag(etag: str | None) -> str | None:
    """Return an ETag as listings write it, without quotes."""
    return etag.strip('"') if etag else None


def _parts(uri: str) -> tuple[str, str, str]:
    scheme, _, rest = uri.partition("://")
    account, _, path = rest.partition("/")
    container, _, key = path.partition("/")
    if scheme != "azurerm" or not account or not container:
        raise ProviderResponseError(
            f"{uri} names no state in Azure", hint="write azurerm://ACCOUNT/CONTAINER/KEY"
        )
    return account, container, key
