"""What every store of states must do; a new one is one row of `STORES`."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
)
from drift.ports import StoredState
from providers.terraform.backends.local import LocalStates, LocalStatesSettings
from providers.terraform.baseline import TerraformState, TerraformStateSettings
from tests.providers.state_stores.azure import azure
from tests.providers.state_stores.gcs import gcs
from tests.providers.state_stores.hcp import hcp
from tests.providers.state_stores.http_backend import http_backend
from tests.providers.state_stores.s3 import s3
from tests.providers.state_stores.servers import Servers
from tests.providers.state_stores.shelf import ALICE, Shelf, a_lock_info
from tests.providers.terraform.builders import a_resource, a_state

READS = {"GET", "HEAD"}


@contextmanager
def local(folder: Path) -> Iterator[Shelf]:
    """Files in a folder."""
    states = folder / "states"
    states.mkdir()

    yield Shelf(
        store=LocalStates(LocalStatesSettings()),
        location=str(states),
        uri=lambda name: str(states / f"{name}.tfstate"),
        put=lambda name, body: (states / f"{name}.tfstate").write_bytes(body) and None,
        remove=lambda name: (states / f"{name}.tfstate").unlink(),
        hold=lambda name, info: (states / f".{name}.tfstate.lock.info").write_bytes(info) and None,
        release=lambda name: (states / f".{name}.tfstate.lock.info").unlink(),
        deny=None,
        permission="",
        break_down=lambda: shutil.rmtree(states),
        proxy=None,
    )


STORES: dict[str, Callable[[Path, Servers], AbstractContextManager[Shelf]]] = {
    "local": lambda folder, _: local(folder),
    "s3": lambda _, servers: s3(servers),
    "gcs": lambda _, servers: gcs(servers),
    "azurerm": lambda _, servers: azure(servers),
    "http": lambda _, __: http_backend(),
    "hcp-terraform": lambda _, __: hcp(),
}


@pytest.fixture(params=STORES)
def shelf(request: pytest.FixtureRequest, tmp_path: Path, state_servers: Servers) -> Iterator[Shelf]:
    """Each kind of store in turn, with nothing in it."""
    with STORES[request.param](tmp_path, state_servers) as opened:
        yield opened


def content(shelf: Shelf, state: StoredState) -> bytes:
    read = shelf.store.read(state)
    assert read is not None
    return read.whole()


def version(shelf: Shelf, state: StoredState) -> str | None:
    """Of what is read now."""
    read = shelf.store.read(state)
    assert read is not None
    assert read.whole()
    return read.version


def only(shelf: Shelf, name: str = "network") -> StoredState:
    (state,) = shelf.store.find(shelf.uri(name))
    return state


def test_a_state_is_read_byte_for_byte(shelf: Shelf) -> None:
    body = b'{"version": 4, "text": "\xc3\xa9\r\n\x00\xff"}'
    shelf.put("network", body)

    assert content(shelf, only(shelf)) == body


def test_each_state_below_a_location_is_listed_once_by_its_name(shelf: Shelf) -> None:
    if not shelf.lists:
        pytest.skip("it keeps one state at an address")
    for name in ("storage", "network", "network-2"):
        shelf.put(name, name.encode())

    found = shelf.store.find(shelf.location)

    assert [one.name for one in found] == sorted(map(shelf.uri, ("network", "network-2", "storage")))
    assert {content(shelf, one) for one in found} == {b"network", b"network-2", b"storage"}


def test_what_is_listed_is_found_again_by_its_name(shelf: Shelf) -> None:
    for name in ("network", "network-2"):
        shelf.put(name, name.encode())

    (again,) = shelf.store.find(only(shelf).name)

    assert again.name == shelf.uri("network")


def test_a_version_stays_until_the_state_is_written(shelf: Shelf) -> None:
    shelf.put("network", b"one")
    first, again = only(shelf), only(shelf)

    shelf.put("network", b"two")
    written = only(shelf)

    assert first.version == again.version
    assert first.version is None or first.version != written.version


def test_what_is_known_is_not_read_again_and_what_is_new_is(shelf: Shelf) -> None:
    shelf.put("network", b"one")
    known = version(shelf, only(shelf))
    assert known is not None

    unchanged = shelf.store.read(only(shelf), known=known)
    shelf.put("network", b"two")
    changed = shelf.store.read(only(shelf), known=known)

    assert unchanged is None
    assert changed is not None
    assert (changed.whole(), changed.version == known) == (b"two", False)


def test_a_large_state_comes_in_pieces_of_which_none_is_missing(shelf: Shelf) -> None:
    body = bytes(range(256)) * 20_000
    shelf.put("network", body)

    assert content(shelf, only(shelf)) == body


def test_where_there_is_no_state_it_says_so_with_the_next_step(shelf: Shelf) -> None:
    with pytest.raises(ProviderResponseError, match="no state at") as raised:
        content(shelf, only(shelf, "none"))

    assert raised.value.hint


def test_a_state_that_is_gone_by_now_says_so_with_the_next_step(shelf: Shelf) -> None:
    shelf.put("network", b"one")
    state = only(shelf)
    shelf.remove("network")

    with pytest.raises(ProviderError) as raised:
        content(shelf, state)

    assert raised.value.hint


def test_a_location_of_another_kind_is_refused(shelf: Shelf) -> None:
    with pytest.raises(ProviderResponseError) as raised:
        shelf.store.find("pg://example/states")

    assert raised.value.hint


def test_who_holds_a_state_is_told_until_they_let_it_go(shelf: Shelf) -> None:
    shelf.put("network", b"one")
    if shelf.hold is None or shelf.release is None:
        assert only(shelf).lock is None
        return

    before = only(shelf).lock
    shelf.hold("network", a_lock_info())
    held = only(shelf)
    shelf.release("network")

    assert (before, only(shelf).lock) == (None, None)
    assert held.lock is not None
    assert (held.lock.who, held.lock.changes_nothing) == (ALICE, False)
    assert held.lock.since is not None
    assert held.lock.since.utcoffset() == timedelta(0)
    assert content(shelf, held) == b"one"


def test_whoever_only_plans_holds_a_state_and_changes_nothing(shelf: Shelf) -> None:
    if shelf.hold is None:
        pytest.skip("it does not tell who holds a state")
    shelf.put("network", b"one")

    shelf.hold("network", a_lock_info(Operation="OperationTypePlan"))

    lock = only(shelf).lock
    assert lock is not None
    assert lock.changes_nothing


def test_a_lock_is_no_state(shelf: Shelf) -> None:
    if shelf.hold is None:
        pytest.skip("it does not tell who holds a state")
    shelf.put("network", b"one")

    shelf.hold("network", a_lock_info())

    assert [one.name for one in shelf.store.find(shelf.location)] == [shelf.uri("network")]


def test_a_store_that_cannot_be_reached_says_so_and_when_to_ask_again(shelf: Shelf) -> None:
    shelf.put("network", b"one")
    shelf.break_down()

    with pytest.raises(ProviderError) as raised:
        content(shelf, only(shelf))

    assert raised.value.hint
    if shelf.proxy is not None:
        assert isinstance(raised.value, ProviderUnavailableError)
        assert raised.value.retry_after == timedelta(seconds=17)


def test_a_permission_that_is_missing_is_named(shelf: Shelf) -> None:
    if shelf.deny is None:
        pytest.skip("the tests may run as root, whom no permission stops")
    shelf.put("network", b"one")
    shelf.deny()

    with pytest.raises(ProviderAccessError) as raised:
        content(shelf, only(shelf))

    assert shelf.permission in raised.value.what


def test_nothing_is_ever_asked_but_to_read(shelf: Shelf) -> None:
    if shelf.proxy is None:
        pytest.skip("it asks nobody")
    shelf.put("network", a_state(a_resource()))
    if shelf.hold:
        shelf.hold("network", a_lock_info())

    baseline = a_baseline(shelf)
    baseline.moved(list(baseline.declared()))

    assert shelf.proxy.asked
    assert {one.method for one in shelf.proxy.asked} <= READS


def test_an_unchanged_state_costs_a_look_and_a_written_one_its_bytes(shelf: Shelf) -> None:
    """
    The look is one listing, or two where workspaces lie elsewhere, however many the states.
    """
    if shelf.proxy is None:
        pytest.skip("it asks nobody")
    large = a_state(a_resource(), outputs={"padding": {"value": "x" * 100_000}})
    names = ("network", "storage") if shelf.lists else ("network",)
    for name in names:
        shelf.put(name, large)
    baseline = a_baseline(shelf)
    first = list(baseline.declared())

    before = len(shelf.proxy.asked)
    again = list(baseline.declared())
    moved = baseline.moved(again)
    looked = shelf.proxy.asked[before:]
    shelf.put("network", a_state(a_resource(), serial=8, outputs={"padding": {"value": "y" * 100_000}}))
    written = list(baseline.declared())

    assert (again, list(moved)) == (first, [])
    assert len(looked) <= 4
    assert max(one.size for one in looked) < 20_000
    assert sorted(str(one.serial) for one in written) == sorted(["8", "7"][: len(names)])


def test_a_state_that_is_written_or_taken_meanwhile_is_known_to_have_moved(shelf: Shelf) -> None:
    shelf.put("network", a_state(a_resource()))
    baseline = a_baseline(shelf)
    read = list(baseline.declared())

    shelf.put("network", a_state(a_resource(), serial=8))
    written = baseline.moved(read)

    assert [(one.origin, one.why) for one in written] == [
        (shelf.uri("network"), "the state moved from serial 7 to 8 meanwhile")
    ]
    if shelf.hold is not None:
        read = list(baseline.declared())
        shelf.hold("network", a_lock_info())
        (taken,) = baseline.moved(read)
        assert taken.lock is not None
        assert taken.lock.who == ALICE


def a_baseline(shelf: Shelf) -> TerraformState:
    return TerraformState("production", TerraformStateSettings(state=shelf.location), store=shelf.store)
