"""States in Google Cloud Storage, on its emulator."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Client

from providers.gcp.state_store import GcsStates, GcsStatesSettings
from tests.providers.state_stores.proxy import proxy_of
from tests.providers.state_stores.servers import Servers
from tests.providers.state_stores.shelf import Shelf

DENIED = json.dumps(
    {
        "error": {
            "code": 403,
            "message": "drift@example.iam.gserviceaccount.com does not have storage.objects.list access.",
            "errors": [{"message": "denied", "domain": "global", "reason": "forbidden"}],
        }
    }
).encode()


@contextmanager
def a_gcs_bucket(url: str) -> Iterator[Any]:
    """Make a bucket that no other test knows, as its owner has it."""
    client = Client(
        project="example",
        credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
        client_options={"api_endpoint": url},
    )
    yield client.create_bucket(f"states-{uuid.uuid4().hex}")
    client.close()


@contextmanager
def gcs(servers: Servers) -> Iterator[Shelf]:
    """Each state is a workspace of one prefix."""

    def put(name: str, body: bytes) -> None:
        bucket.blob(f"network/{name}.tfstate").upload_from_string(body)

    def hold(name: str, info: bytes) -> None:
        bucket.blob(f"network/{name}.tflock").upload_from_string(info)

    with (
        pytest.MonkeyPatch.context() as environment,
        a_gcs_bucket(servers.gcs) as bucket,
        proxy_of(servers.gcs) as proxy,
    ):
        environment.setenv("STORAGE_EMULATOR_HOST", proxy.url)
        yield Shelf(
            store=GcsStates(GcsStatesSettings()),
            location=f"gs://{bucket.name}/network",
            uri=lambda name: f"gs://{bucket.name}/network/{name}.tfstate",
            put=put,
            remove=lambda name: bucket.blob(f"network/{name}.tfstate").delete(),
            hold=hold,
            release=lambda name: bucket.blob(f"network/{name}.tflock").delete(),
            deny=lambda: proxy.refuse(403, DENIED, Content_Type="application/json"),
            permission=f"storage.objects.list on the bucket {bucket.name}",
            break_down=lambda: proxy.refuse(503, b"{}", Retry_After="17"),
            proxy=proxy,
        )
