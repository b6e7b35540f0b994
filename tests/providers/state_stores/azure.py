"""States in Azure's blob storage, on Azurite."""

import base64
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from azure.storage.blob import BlobServiceClient

from drift.model.secret import Secret
from providers.azure.state_store import READ, AzureStates, AzureStatesSettings
from tests.providers.state_stores.proxy import proxy_of
from tests.providers.state_stores.servers import Servers
from tests.providers.state_stores.shelf import Shelf

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Every Azurite has this account, with this key: https://github.com/Azure/Azurite#default-storage-account"""

DENIED = (
    b'<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthorizationPermissionMismatch</Code>'
    b"<Message>This request is not authorized to perform this operation.</Message></Error>"
)


@contextmanager
def azure(servers: Servers) -> Iterator[Shelf]:
    """Each state is a blob; who holds it has its lease."""
    url = f"{servers.azurite}/{ACCOUNT}"
    with (
        BlobServiceClient(url, credential=KEY) as service,
        proxy_of(servers.azurite) as proxy,
        service.create_container(f"states-{uuid.uuid4().hex}") as container,
    ):
        leases: dict[str, str] = {}

        def put(name: str, body: bytes) -> None:
            blob = container.get_blob_client(f"network/{name}.tfstate")
            metadata = blob.get_blob_properties().metadata if blob.exists() else None
            blob.upload_blob(body, overwrite=True, metadata=metadata, lease=leases.get(name))

        def hold(name: str, info: bytes) -> None:
            blob = container.get_blob_client(f"network/{name}.tfstate")
            leases[name] = blob.acquire_lease(-1).id
            lock = {"terraformlockid": base64.b64encode(info).decode()}
            blob.set_blob_metadata(lock, lease=leases[name])

        def release(name: str) -> None:
            blob = container.get_blob_client(f"network/{name}.tfstate")
            lease = leases.pop(name)
            blob.set_blob_metadata({}, lease=lease)
            blob.acquire_lease(-1, lease_id=lease).release()

        settings = AzureStatesSettings(access_key=Secret(KEY), endpoint=f"{proxy.url}/{ACCOUNT}")
        yield Shelf(
            store=AzureStates(settings),
            location=f"azurerm://{ACCOUNT}/{container.container_name}/network",
            uri=lambda name: f"azurerm://{ACCOUNT}/{container.container_name}/network/{name}.tfstate",
            put=put,
            remove=lambda name: container.delete_blob(f"network/{name}.tfstate"),
            hold=hold,
            release=release,
            deny=lambda: proxy.refuse(
                403, DENIED, x_ms_error_code="AuthorizationPermissionMismatch", Content_Type="application/xml"
            ),
            permission=f"{READ} on the container {container.container_name}",
            break_down=lambda: proxy.refuse(503, b"", Retry_After="17"),
            proxy=proxy,
        )
