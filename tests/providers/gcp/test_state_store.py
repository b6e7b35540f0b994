"""States in Google Cloud Storage beyond the contract: objects, neighbours, and as whom they are read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.oauth2.service_account import Credentials

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from providers.gcp.state_store import GcsStates, GcsStatesSettings
from tests.providers.gcp.key_file import a_key_file
from tests.providers.state_stores.gcs import gcs
from tests.providers.state_stores.loopback import json_answer, served
from tests.providers.state_stores.servers import Servers
from tests.providers.state_stores.shelf import Shelf, a_lock_info


@pytest.fixture
def shelf(state_servers: Servers) -> Iterator[Shelf]:
    """A bucket with two states."""
    with gcs(state_servers) as opened:
        opened.put("default", b"default")
        opened.put("default-2", b"other")
        yield opened


def test_a_prefix_ends_where_its_folder_does(shelf: Shelf) -> None:
    """
    As text, `net` begins `network` as well.
    """
    with pytest.raises(ProviderResponseError, match="no state at"):
        shelf.store.find(shelf.location.removesuffix("work"))

    assert len(shelf.store.find(f"{shelf.location}/")) == 2


def test_the_lock_of_a_neighbour_is_not_that_of_an_object(shelf: Shelf) -> None:
    assert shelf.hold is not None
    shelf.hold("default-2", a_lock_info())

    (default,) = shelf.store.find(shelf.uri("default"))

    assert default.lock is None


def test_a_whole_bucket_is_a_location(shelf: Shelf) -> None:
    assert len(shelf.store.find(shelf.location.removesuffix("/network"))) == 2


@pytest.fixture
def by_key_file(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GcsStates]:
    """The same bucket, read as a service account.

    Google's library asks beside it where the account may be used: that question would leave this machine.
    """
    asks = "_is_regional_access_boundary_lookup_required"
    monkeypatch.setattr(Credentials, asks, lambda _: False, raising=False)
    assert shelf.proxy is not None
    token = json_answer(b'{"access_token": "ya29.drift", "expires_in": 3600, "token_type": "Bearer"}')
    with served(lambda *_: token) as tokens:
        file = a_key_file(tmp_path, token_uri=f"{tokens.url}/token")
        yield GcsStates(GcsStatesSettings(credentials_file=str(file), endpoint=shelf.proxy.url))
        assert {one.path for one in tokens.asked} == {"/token"}


def test_a_key_file_reads_as_its_service_account(shelf: Shelf, by_key_file: GcsStates) -> None:
    assert shelf.proxy is not None

    by_key_file.find(shelf.location)

    assert shelf.proxy.asked[-1].headers["authorization"] == "Bearer ya29.drift"


def test_a_service_account_that_is_no_more_is_refused(shelf: Shelf, by_key_file: GcsStates) -> None:
    assert shelf.proxy is not None
    shelf.proxy.refuse(401, b"{}")

    with pytest.raises(ProviderAccessError, match="Google refuses the credentials"):
        by_key_file.find(shelf.location)


def test_a_key_file_that_is_none_is_refused_without_being_shown(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text('{"private_key": "hunter2"}')

    with pytest.raises(ProviderAccessError, match="no credentials that work") as raised:
        GcsStates(GcsStatesSettings(credentials_file=str(tmp_path / "key.json"))).find(shelf.location)

    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (403, ProviderAccessError, "storage.objects.get on the bucket"),
        (429, ProviderUnavailableError, "status 429"),
        (500, ProviderUnavailableError, "status 500"),
        (404, ProviderResponseError, "it is not there"),
        (400, ProviderResponseError, "status 400"),
    ],
)
def test_a_refusal_says_what_is_missing(
    shelf: Shelf, status: int, error: type[ProviderError], said: str
) -> None:
    assert shelf.proxy is not None
    (state,) = shelf.store.find(shelf.uri("default"))
    shelf.proxy.refuse(status, b"{}")

    with pytest.raises(error) as raised:
        shelf.store.read(state)

    assert said in raised.value.what
    assert raised.value.hint


def test_an_endpoint_that_nobody_listens_at_may_work_later(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")

    with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
        GcsStates(GcsStatesSettings()).find(shelf.location)
