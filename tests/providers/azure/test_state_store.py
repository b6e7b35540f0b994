"""States in Azure beyond the contract: workspaces, leases, and as whom they are read."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
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
from tests.providers.state_stores.loopback import json_answer, served
from tests.providers.state_stores.servers import Servers, azurite
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
    assert read.whole() == b"{}"


def test_without_a_key_it_reads_as_the_identity_of_the_machine(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The identity is an App Service's, told through the environment. Azure takes its token over https only.
    """
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    secure = ("--oauth", "basic", "--cert", str(tmp_path / "cert.pem"), "--key", str(tmp_path / "key.pem"))

    with azurite(*secure) as url, served(lambda *_: json_answer(a_token())) as identity:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{identity.url}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "of this machine")
        with BlobServiceClient(f"{url}/{ACCOUNT}", credential=KEY) as owner:
            owner.create_container("states").upload_blob("main.tfstate", b"{}")
        store = AzureStates(AzureStatesSettings(endpoint=f"{url}/{ACCOUNT}"))
        (state,) = store.find(f"azurerm://{ACCOUNT}/states")
        read = store.read(state)

    assert read is not None
    assert read.whole() == b"{}"
    assert {one.headers["x-identity-header"] for one in identity.asked} == {"of this machine"}


def test_without_any_credentials_it_says_how_to_get_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"):
        monkeypatch.delenv(name, raising=False)
    store = AzureStates(AzureStatesSettings(endpoint="https://127.0.0.1:9"))

    with pytest.raises(ProviderAccessError, match="no credentials that work") as raised:
        store.find(f"azurerm://{ACCOUNT}/states")

    assert "az login" in raised.value.hint


def a_token() -> bytes:
    """What an identity endpoint answers: Azurite looks at the claims, and at no signature."""
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "aud": "https://storage.azure.com",
        "iss": "https://sts.windows.net/00000000-0000-4000-8000-000000000000/",
        "iat": now - 60,
        "nbf": now - 60,
        "exp": now + 3600,
        "ver": "1.0",
    }
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    token = {
        "access_token": ".".join([*encoded, "c2lnbmF0dXJl"]),
        "expires_on": str(now + 3600),
        "resource": "https://storage.azure.com/",
        "token_type": "Bearer",
    }
    return json.dumps(token).encode()


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
