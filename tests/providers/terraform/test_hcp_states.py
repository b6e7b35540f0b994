"""States of HCP Terraform beyond the contract: pages, downloads, tokens, and what a lock means there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.baseline import StateLock
from drift.model.secret import Secret
from providers.terraform.backends.hcp import HcpStates, HcpStatesSettings
from tests.providers.state_stores.hcp import ORGANISATION, TOKEN, Service, hcp_service
from tests.providers.state_stores.proxy import Proxy

ORG = f"tfe://app.terraform.io/{ORGANISATION}"


@pytest.fixture
def running() -> Iterator[tuple[Service, Proxy]]:
    """The service with one workspace."""
    with hcp_service() as (service, api):
        service.workspace("network").versions.append(b"network")
        yield service, api


@pytest.fixture
def service(running: tuple[Service, Proxy]) -> Service:
    return running[0]


@pytest.fixture
def api(running: tuple[Service, Proxy]) -> Proxy:
    return running[1]


@pytest.fixture
def store(api: Proxy) -> HcpStates:
    return HcpStates(HcpStatesSettings(token=Secret(TOKEN), endpoint=api.url))


def names(store: HcpStates, location: str) -> list[str]:
    return [one.name.rpartition("/")[2] for one in store.find(location)]


def test_every_page_is_read(service: Service, store: HcpStates, api: Proxy) -> None:
    service.page = 2
    for number in range(4):
        service.workspace(f"app-{number}").versions.append(b"{}")

    assert names(store, ORG) == ["app-0", "app-1", "app-2", "app-3", "network"]
    assert len(api.asked) == 3


def test_a_name_means_its_workspace_and_the_beginning_of_names_all_that_begin_so(
    service: Service, store: HcpStates
) -> None:
    """
    The API's own search finds what a name holds anywhere.
    """
    for name in ("network-eu", "old-network"):
        service.workspace(name).versions.append(b"{}")

    assert names(store, f"{ORG}/network") == ["network"]
    assert names(store, f"{ORG}/network-") == ["network-eu"]
    assert names(store, f"{ORG}/net") == ["network", "network-eu"]


def test_a_workspace_without_a_state_yet_is_not_listed(service: Service, store: HcpStates) -> None:
    service.workspace("new")

    assert names(store, ORG) == ["network"]


@pytest.mark.parametrize("is_enterprise", [False, True])
def test_the_archive_never_sees_the_token(service: Service, store: HcpStates, is_enterprise: bool) -> None:
    """
    It refuses whoever shows one, as signed addresses do. Enterprise leads there from its own address.
    """
    service.is_enterprise = is_enterprise
    (state,) = store.find(f"{ORG}/network")

    read = store.read(state)

    assert read is not None
    assert read.whole() == b"network"
    assert [("authorization" in one.headers) for one in service.archive.asked] == [False]


def test_a_state_that_was_never_listed_is_found_by_its_name(
    service: Service, api: Proxy, store: HcpStates
) -> None:
    (state,) = store.find(f"{ORG}/network")
    another = HcpStates(HcpStatesSettings(token=Secret(TOKEN), endpoint=api.url))

    read = another.read(state)

    assert read is not None
    assert read.version == state.version == "sv-ws-0000-1"


@pytest.mark.parametrize(
    ("locked_by", "mode", "status", "changes_nothing"),
    [
        (("runs", "run-1"), "remote", "applying", False),
        (("runs", "run-1"), "remote", "apply_queued", False),
        (("runs", "run-1"), "remote", "some status of next year", False),
        (("runs", "run-1"), "remote", "planned", True),
        (("runs", "run-1"), "agent", "policy_checked", True),
        (("runs", "run-1"), "remote", None, False),
        (("users", "user-1"), "remote", None, True),
        (("teams", "team-1"), "agent", None, True),
        (("users", "user-1"), "local", None, False),
    ],
)
def test_only_what_may_be_changing_something_counts_as_an_apply(
    service: Service,
    store: HcpStates,
    locked_by: tuple[str, str],
    mode: str,
    status: str | None,
    changes_nothing: bool,
) -> None:
    """
    A run holds its workspace while it waits for a person, for days: that must not hide it.
    """
    workspace = service.workspace("network")
    workspace.locked_by, workspace.execution_mode, workspace.run_status = locked_by, mode, status

    (state,) = store.find(f"{ORG}/network")

    assert isinstance(state.lock, StateLock)
    assert (state.lock.who, state.lock.changes_nothing) == (locked_by[1], changes_nothing)


def test_a_run_tells_since_when_it_applies(service: Service, store: HcpStates) -> None:
    workspace = service.workspace("network")
    workspace.locked_by, workspace.run_status = ("runs", "run-1"), "applying"
    workspace.timestamps = {"applying-at": "2026-11-16T11:59:00+00:00"}

    (state,) = store.find(f"{ORG}/network")

    assert state.lock is not None
    assert state.lock.since == datetime(2026, 11, 16, 11, 59, tzinfo=UTC)
    assert str(state.lock) == "run-1 since 2026-11-16 11:59 UTC (run applying)"


def test_the_token_is_the_one_that_terraform_login_kept(
    api: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / ".terraform.d" / "credentials.tfrc.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"credentials": {"app.terraform.io": {"token": TOKEN}}}))

    assert names(HcpStates(HcpStatesSettings(endpoint=api.url)), ORG) == ["network"]


@pytest.mark.parametrize("content", [None, "{}", "nonsense", '{"credentials": {"app.terraform.io": {}}}'])
def test_without_a_token_it_says_how_to_get_one(
    api: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    if content is not None:
        (tmp_path / ".terraform.d").mkdir()
        (tmp_path / ".terraform.d" / "credentials.tfrc.json").write_text(content)

    with pytest.raises(ProviderAccessError, match=r"no token for app\.terraform\.io") as raised:
        HcpStates(HcpStatesSettings(endpoint=api.url)).find(ORG)

    assert "terraform login app.terraform.io" in raised.value.hint


def test_a_token_that_is_refused_is_named_without_being_shown(api: Proxy) -> None:
    store = HcpStates(HcpStatesSettings(token=Secret("wrong.atlasv1.token"), endpoint=api.url))

    with pytest.raises(ProviderAccessError, match="the token is refused") as raised:
        store.find(ORG)

    assert "wrong" not in str(raised.value)


def test_a_permission_to_read_states_that_is_missing_is_named(
    service: Service, store: HcpStates, api: Proxy
) -> None:
    (state,) = store.find(f"{ORG}/network")
    api.refuse(404, b"{}")

    with pytest.raises(ProviderAccessError, match='"Read state versions" is missing'):
        store.read(state)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"Retry_After": "3"}, 3),
        ({"X_RateLimit_Reset": "0.25"}, 0.25),
        ({}, None),
        ({"Retry_After": "x"}, None),
    ],
)
def test_a_limit_says_when_to_ask_again(
    store: HcpStates, api: Proxy, header: dict[str, str], seconds: float | None
) -> None:
    api.refuse(429, b"{}", **header)

    with pytest.raises(ProviderUnavailableError) as raised:
        store.find(ORG)

    assert raised.value.retry_after == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html>", ProviderResponseError),
        (b"[]", ProviderResponseError),
        (b'{"data": [{"id": 7}]}', ProviderResponseError),
        (b'{"data": [], "meta": {"pagination": {"next-page": 1}}}', ProviderResponseError),
    ],
    ids=["a page for people", "a list", "another form", "pages without end"],
)
def test_an_answer_of_something_else_is_named(
    store: HcpStates, api: Proxy, body: bytes, error: type[ProviderError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers.terraform.backends.hcp.MAX_PAGES", 3)
    api.refuse(200, body)

    with pytest.raises(error) as raised:
        store.find(ORG)

    assert raised.value.hint


@pytest.mark.parametrize(
    "uri", ["tfe://", "tfe://app.terraform.io", f"{ORG}/a/b", "https://app.terraform.io"]
)
def test_what_names_no_workspace_is_refused(store: HcpStates, uri: str) -> None:
    with pytest.raises(ProviderResponseError, match="names no workspace"):
        store.find(uri)
