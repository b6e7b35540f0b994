"""Vaults, with what may happen to them from outside: on the local disk, on moto, and on the emulators."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from drift.model.secret import Secret
from drift.ports import RawVault
from providers.aws.vault import S3Vault, S3VaultSettings
from providers.azure.vault import BLOBS, AzureVault, AzureVaultSettings
from providers.gcp.vault import GcsVault, GcsVaultSettings
from providers.vault.local_folder import LocalFolder, LocalFolderSettings
from tests.providers.state_stores import azure, gcs, s3
from tests.providers.state_stores.proxy import proxy_of
from tests.providers.state_stores.servers import Servers


@dataclass(frozen=True, kw_only=True, slots=True)
class Cellar:
    """A vault, with what may happen to it from outside."""

    opened: Callable[[str], RawVault]
    """Open it with these keys."""
    contents: Callable[[], list[bytes]]
    """All that lies in it, as its host sees it."""
    alter: Callable[[Callable[[bytes], bytes]], None]
    """Change each thing that lies in it."""
    break_down: Callable[[], None]
    deny: Callable[[], None] | None = None
    """Take our permissions away; `None` where a test cannot."""
    permission: str = ""
    """What the error of writing must then name."""
    asked: Callable[[], int] = int
    """How many bytes were fetched from it so far; nothing where nobody counts."""


@contextmanager
def local_folder(folder: Path, _: Servers) -> Iterator[Cellar]:
    """A folder on the local disk."""
    root = folder / "vault"

    def files() -> list[Path]:
        return [path for path in sorted(root.rglob("*")) if path.is_file()]

    def alter(change: Callable[[bytes], bytes]) -> None:
        for file in files():
            file.write_bytes(change(file.read_bytes()))

    def break_down() -> None:
        root.rename(folder / "elsewhere")
        root.write_text("no folder")

    yield Cellar(
        opened=lambda keys: LocalFolder(LocalFolderSettings(folder=str(root), key=Secret(keys))),
        contents=lambda: [file.read_bytes() for file in files()],
        alter=alter,
        break_down=break_down,
    )


@contextmanager
def s3_bucket(_: Path, servers: Servers) -> Iterator[Cellar]:
    """A bucket of S3, in which others have their things as well."""
    client, bucket = s3.a_client("s3", servers.moto), s3.a_bucket(servers.moto)
    client.put_object(Bucket=bucket, Key="2026-11-16/other.pack", Body=b"of somebody else")

    def keys() -> list[str]:
        listed = client.list_objects_v2(Bucket=bucket, Prefix="raw/records/")
        return [one["Key"] for one in listed.get("Contents", ())]

    def content(key: str) -> bytes:
        body: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def alter(change: Callable[[bytes], bytes]) -> None:
        for key in keys():
            client.put_object(Bucket=bucket, Key=key, Body=change(content(key)))

    with pytest.MonkeyPatch.context() as environment, proxy_of(servers.moto) as proxy:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")

        def opened(given: str) -> RawVault:
            return S3Vault(
                S3VaultSettings(
                    bucket=bucket,
                    prefix="raw/records",
                    key=Secret(given),
                    region=s3.REGION,
                    endpoint=proxy.url,
                )
            )

        yield Cellar(
            opened=opened,
            contents=lambda: [content(key) for key in keys()],
            alter=alter,
            break_down=lambda: proxy.refuse(503, b"", Retry_After="17"),
            deny=lambda: proxy.refuse(403, s3.DENIED),
            permission=f"s3:PutObject on arn:aws:s3:::{bucket}/raw/records/",
            asked=lambda: sum(one.size for one in proxy.asked),
        )
        assert content("2026-11-16/other.pack") == b"of somebody else"


@contextmanager
def gcs_bucket(_: Path, servers: Servers) -> Iterator[Cellar]:
    """A bucket of Google Cloud Storage, on its emulator, which knows no conditions."""

    def alter(change: Callable[[bytes], bytes]) -> None:
        for blob in list(bucket.list_blobs()):
            blob.upload_from_string(change(blob.download_as_bytes()))

    with (
        pytest.MonkeyPatch.context() as environment,
        gcs.a_gcs_bucket(servers.gcs) as bucket,
        proxy_of(servers.gcs) as proxy,
    ):
        environment.setenv("STORAGE_EMULATOR_HOST", proxy.url)
        yield Cellar(
            opened=lambda keys: GcsVault(GcsVaultSettings(bucket=bucket.name, key=Secret(keys))),
            contents=lambda: [blob.download_as_bytes() for blob in bucket.list_blobs()],
            alter=alter,
            break_down=lambda: proxy.refuse(503, b"{}", Retry_After="17"),
            deny=lambda: proxy.refuse(403, gcs.DENIED, Content_Type="application/json"),
            permission=f"storage.objects.create on the bucket {bucket.name}",
        )


@contextmanager
def azure_container(_: Path, servers: Servers) -> Iterator[Cellar]:
    """A container of Azure's blob storage, on Azurite, with nothing in it but the vault."""
    url = f"{servers.azurite}/{azure.ACCOUNT}"
    with (
        BlobServiceClient(url, credential=azure.KEY) as service,
        proxy_of(servers.azurite) as proxy,
        service.create_container(f"raw-{uuid.uuid4().hex}") as container,
    ):

        def contents() -> list[bytes]:
            names = list(container.list_blob_names())
            return [container.download_blob(name).readall() for name in names]

        def alter(change: Callable[[bytes], bytes]) -> None:
            for name in list(container.list_blob_names()):
                changed = change(container.download_blob(name).readall())
                container.upload_blob(name, changed, overwrite=True)

        def opened(keys: str) -> RawVault:
            return AzureVault(
                AzureVaultSettings(
                    account=azure.ACCOUNT,
                    container=container.container_name,
                    prefix="",
                    key=Secret(keys),
                    access_key=Secret(azure.KEY),
                    endpoint=f"{proxy.url}/{azure.ACCOUNT}",
                )
            )

        yield Cellar(
            opened=opened,
            contents=contents,
            alter=alter,
            break_down=lambda: proxy.refuse(503, b"", Retry_After="17"),
            deny=lambda: proxy.refuse(
                403,
                azure.DENIED,
                x_ms_error_code="AuthorizationPermissionMismatch",
                Content_Type="application/xml",
            ),
            permission=f"{BLOBS}/write on the container {container.container_name}",
            asked=lambda: sum(one.size for one in proxy.asked),
        )
