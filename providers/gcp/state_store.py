"""States in Google Cloud Storage, as Terraform's backend `gcs` keeps them.

The state of a workspace is the object `PREFIX/NAME.tfstate`, its lock is `PREFIX/NAME.tflock` beside
it. One listing tells the generation of every state and which are held.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from drift.errors import ProviderError, ProviderResponseError
from drift.model.baseline import StateLock
from drift.ports import StateContent, StoredState
from providers.gcp.access import credentials_of
from providers.gcp.refusals import refusals
from providers.meter import given_meter
from providers.state_locks import read_lock

STATE = ".tfstate"
LOCK = ".tflock"

SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"

TIMEOUT = (10, 60)
"""Seconds: to connect, and for each wait on the socket."""


class GcsStatesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the buckets are reached. Without any of it: with the credentials of the environment."""

    credentials_file: str | None = None
    """A service account's key. Everything else that Google takes is found in the environment."""
    endpoint: str | None = None


class GcsStates:
    """A `StateStore` of `gs://BUCKET/PREFIX`, or of one object there."""

    def __init__(self, settings: GcsStatesSettings) -> None:
        self._settings = settings
        self._meter = given_meter()

    @cached_property
    def _client(self) -> Any:
        from google.cloud.storage import Client

        from providers.gcp.counted import counted

        file = self._settings.credentials_file
        credentials = credentials_of(file, SCOPE) if file else None  # the client finds what is at hand
        options = {"api_endpoint": self._settings.endpoint} if self._settings.endpoint else None
        return counted(Client(credentials=credentials, client_options=options), self._meter)

    def find(self, location: str) -> Sequence[StoredState]:
        """List the states below a prefix, which are its workspaces, or one object; see `StateStore`."""
        bucket, prefix = _parts(location)
        is_one = prefix.endswith(STATE)
        listed = prefix.removesuffix(STATE) + "." if is_one else _folder(prefix)
        objects = {one.name: one for one in self._list(bucket, listed)}
        found = sorted(name for name in objects if name == prefix or (not is_one and name.endswith(STATE)))
        if not found:
            raise ProviderResponseError(
                f"no state at {location}", hint="write gs://BUCKET/PREFIX as the backend names them"
            )
        return [
            StoredState(
                name=f"gs://{bucket}/{name}",
                version=objects[name].generation,
                lock=self._lock(bucket, objects.get(name.removesuffix(STATE) + LOCK)),
            )
            for name in found
        ]

    def read(self, state: StoredState, *, known: str | None = None) -> StateContent | None:
        """Read an object; Google decrypts it; see `StateStore`."""
        bucket, name = _parts(state.name)
        with refusals(f"reading {state.name}", permission="storage.objects.get", on=f"the bucket {bucket}"):
            blob = self._client.bucket(bucket).blob(name)
            if known is not None:
                blob.reload(timeout=TIMEOUT, retry=None)
                if str(blob.generation) == known:
                    return None
            body = blob.download_as_bytes(timeout=TIMEOUT, retry=None)
        # The answer says which generation it was, or it is that of the listing and read once more.
        generation = blob.generation
        return StateContent(pieces=(body,), version=str(generation) if generation else state.version)

    def _list(self, bucket: str, prefix: str) -> Iterator["_Object"]:
        what = f"listing gs://{bucket}/{prefix}"
        with refusals(what, permission="storage.objects.list", on=f"the bucket {bucket}"):
            for one in self._client.list_blobs(bucket, prefix=prefix, timeout=TIMEOUT, retry=None):
                yield _Object(one.name, str(one.generation), one.updated)

    def _lock(self, bucket: str, lock: "_Object | None") -> StateLock | None:
        if lock is None:
            return None
        try:
            read = self.read(StoredState(name=f"gs://{bucket}/{lock.name}", version=None))
            content = read.whole() if read else b""
        except ProviderError:  # denied, or released meanwhile: that it is held is known from the listing
            content = b""
        return read_lock(content, taken_at=lock.updated_at)


@dataclass(frozen=True, slots=True)
class _Object:
    name: str
    generation: str
    updated_at: datetime


def _folder(prefix: str) -> str:
    return f"{prefix.rstrip('/')}/" if prefix else ""


def _parts(uri: str) -> tuple[str, str]:
    scheme, _, rest = uri.partition("://")
    bucket, _, name = rest.partition("/")
    if scheme != "gs" or not bucket:
        raise ProviderResponseError(
            f"{uri} names no state in Google Cloud Storage", hint="write gs://BUCKET/PREFIX"
        )
    return bucket, name
