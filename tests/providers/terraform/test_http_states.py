"""States behind the backend `http` beyond the contract: as whom they are read, and what no server may do."""

import base64
from collections.abc import Iterator

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.ports import StoredState
from providers.terraform.backends.http import HttpStates, HttpStatesSettings
from providers.terraform.baseline import TerraformState, TerraformStateSettings
from tests.providers.state_stores.http_backend import http_backend
from tests.providers.state_stores.shelf import Shelf
from tests.providers.terraform.builders import a_resource, a_state


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A server with one state."""
    with http_backend() as opened:
        opened.put("network", b"{}")
        yield opened


def read(shelf: Shelf, settings: HttpStatesSettings) -> dict[str, str]:
    """Read the state, and return the headers of the question."""
    assert shelf.proxy is not None
    HttpStates(settings).read(StoredState(name=shelf.location, version=None))
    return shelf.proxy.asked[-1].headers


def test_a_user_and_password_are_sent_as_the_backend_sends_them(shelf: Shelf) -> None:
    headers = read(shelf, HttpStatesSettings(username="drift", password=Secret("pässword:1")))

    sent = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
    assert sent == "drift:pässword:1"


def test_a_header_of_ones_own_is_sent(shelf: Shelf) -> None:
    headers = read(shelf, HttpStatesSettings(header="Private-Token", header_value=Secret("glpat-1")))

    assert headers["private-token"] == "glpat-1"


def test_a_secret_that_no_header_can_hold_is_not_shown(shelf: Shelf) -> None:
    with pytest.raises(ProviderAccessError) as raised:
        read(shelf, HttpStatesSettings(header="Private-Token", header_value=Secret("glpat-1\n")))

    assert "glpat" not in str(raised.value)


@pytest.mark.parametrize("half", [{"username": "drift"}, {"header": "Private-Token"}])
def test_half_of_what_belongs_together_is_refused(half: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="belong together"):
        HttpStatesSettings(**half)


@pytest.mark.parametrize("address", ["drift:hunter2@example.com/state", "example.com/state?sig=hunter2"])
def test_a_secret_in_the_address_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(ProviderResponseError, match="password_env") as raised:
        HttpStates(HttpStatesSettings()).find(f"https://{address}")

    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("address", ["https://", "https://[", "example.com/state"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ProviderResponseError, match="no address"):
        HttpStates(HttpStatesSettings()).find(address)


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (401, b"", ProviderAccessError, "refuses to GET"),
        (204, b"", ProviderResponseError, "no state at"),
        (200, b"", ProviderResponseError, "no state at"),
        (302, b"", ProviderResponseError, "sends us elsewhere"),
        (418, b"", ProviderResponseError, "status 418"),
        (429, b"", ProviderUnavailableError, "status 429"),
        (500, b"", ProviderUnavailableError, "status 500"),
    ],
)
def test_an_answer_without_a_state_says_why(
    shelf: Shelf, status: int, body: bytes, error: type[ProviderError], said: str
) -> None:
    """
    A redirection is not followed: a header of one's own would go to whoever it names.
    """
    assert shelf.proxy is not None
    shelf.proxy.refuse(status, body, Location="https://elsewhere.example/state")

    with pytest.raises(error) as raised:
        read(shelf, HttpStatesSettings())

    assert said in raised.value.what
    assert raised.value.hint


def test_an_address_that_nobody_listens_at_may_work_later() -> None:
    with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
        HttpStates(HttpStatesSettings()).read(StoredState(name="http://127.0.0.1:9/state", version=None))


def test_a_server_that_tells_no_versions_is_read_each_time_and_believed_by_the_bytes() -> None:
    with http_backend(has_etags=False) as shelf:
        shelf.put("network", a_state(a_resource()))
        baseline = TerraformState("prod", TerraformStateSettings(state=shelf.location), store=shelf.store)

        (first,) = baseline.declared()
        (again,) = baseline.declared()
        unmoved = baseline.moved([again])
        shelf.put("network", a_state(a_resource(), serial=8))
        (moved,) = baseline.moved([again])

    assert again == first
    assert again.resources[0].attributes is first.resources[0].attributes
    assert (list(unmoved), moved.origin) == ([], shelf.location)
