"""States in Azure beyond the contract: workspaces, leases, and as whom they are read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob import (
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    generate_container_sas,
)

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from providers.azure.state_store import AzureStates, AzureStatesSettings
from tests.providers.state_stores.azure import ACCOUNT, KEY, azure
from tests.providers.state_stores.servers import Servers
from tests.providers.state_stores.shelf import Shelf


@pytest.fixture
def shelf(state_servers: Servers) -> Iterator[Shelf]:
    """A container with one state."""
    with azure(state_servers) as opened:
        opened.put("main", b"{}")
        yield opened


@pytest.fixture
def container(shelf: Shelf, state_servers: Servers) -> Iterator[ContainerClient]:
    """The same container, as its owner has it."""
    name = shelf.location.split("/")[3]
    with BlobServiceClient(f"{state_servers.azurite}/{ACCOUNT}", credential=KEY) as service:
        yield service.get_container_client(name)


def names(shelf: Shelf, location: str) -> list[str]:
    return [one.name.rpartition("/")[2] for one in shelf.store.find(location)]


def test_the_workspaces_of_a_key_are_found_with_it_and_those_of_no_other(
    shelf: Shelf, container: ContainerClient
) -> None:
    for name in ("main.tfstateenv:dev", "main.tfstateenv:prod", "main.tfstate.old", "main2.tfstateenv:dev"):
        container.upload_blob(f"network/{name}", b"{}")

    of_key = ["main.tfstate", "main.tfstateenv:dev", "main.tfstateenv:prod"]
    assert names(shelf, shelf.uri("main")) == of_key
    assert names(shelf, shelf.location) == [*of_key, "main2.tfstateenv:dev"]


def test_a_blob_that_is_only_a_lock_yet_is_no_state(shelf: Shelf, container: ContainerClient) -> None:
    """
    The backend makes an empty one to have something to lease, before the first apply has written.
    """
    container.upload_blob("network/first.tfstate", b"")

    assert names(shelf, shelf.location) == ["main.tfstate"]


@pytest.mark.parametrize("metadata", [{}, {"terraformlockid": "no base64"}])
def test_a_lease_that_does_not_say_whose_it_is_holds_the_state(
    shelf: Shelf, container: ContainerClient, metadata: dict[str, str]
) -> None:
    blob = container.get_blob_client("network/main.tfstate")
    lease = blob.acquire_lease(-1)
    blob.set_blob_metadata(metadata, lease=lease)

    (state,) = shelf.store.find(shelf.uri("main"))

    assert state.lock is not None
    assert (state.lock.who, state.lock.changes_nothing) == (None, False)


def test_a_token_that_may_read_and_list_is_enough(shelf: Shelf, container: ContainerClient) -> None:
    assert shelf.proxy is not None
    token = generate_container_sas(
        ACCOUNT,
        container.container_name,
        account_key=KEY,
        permission=ContainerSasPermissions(read=True, list=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    settings = AzureStatesSettings(sas_token=Secret(token), endpoint=f"{shelf.proxy.url}/{ACCOUNT}")
    store = AzureStates(settings)

    (state,) = store.find(shelf.location)

    read = store.read(state)
    assert read is not None
    assert read.body == b"{}"


@pytest.mark.parametrize("key", ["bm90IHRoZSBrZXk=", "no base64\n"])
def test_a_wrong_key_is_refused_without_being_shown(shelf: Shelf, key: str) -> None:
    assert shelf.proxy is not None
    settings = AzureStatesSettings(access_key=Secret(key), endpoint=f"{shelf.proxy.url}/{ACCOUNT}")

    with pytest.raises(ProviderAccessError) as raised:
        AzureStates(settings).find(shelf.location)

    assert key.strip() not in str(raised.value)
    assert raised.value.hint


@pytest.mark.parametrize(
    ("status", "code", "error", "said"),
    [
        (403, "AuthenticationFailed", ProviderAccessError, "refuses the credentials"),
        (403, "AuthorizationFailure", ProviderAccessError, "AuthorizationFailure"),
        (404, "ContainerNotFound", ProviderResponseError, "it is not there (ContainerNotFound)"),
        (429, "", ProviderUnavailableError, "status 429"),
        (500, "InternalError", ProviderUnavailableError, "status 500"),
        (400, "InvalidUri", ProviderResponseError, "InvalidUri"),
    ],
)
def test_a_refusal_says_what_is_missing(
    shelf: Shelf, status: int, code: str, error: type[ProviderError], said: str
) -> None:
    assert shelf.proxy is not None
    shelf.proxy.refuse(status, b"", **({"x_ms_error_code": code} if code else {}))

    with pytest.raises(error) as raised:
        shelf.store.find(shelf.location)

    assert said in raised.value.what
    assert raised.value.hint


def test_an_endpoint_that_nobody_listens_at_may_work_later() -> None:
    settings = AzureStatesSettings(access_key=Secret(KEY), endpoint="http://127.0.0.1:9/x")

    with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
        AzureStates(settings).find(f"azurerm://{ACCOUNT}/states/network")
