"""States that live elsewhere, from the command line to the server; and states that are in motion."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.cli.processes import Done, drift
from tests.providers.state_stores.azure import ACCOUNT, KEY, azure
from tests.providers.state_stores.gcs import gcs
from tests.providers.state_stores.hcp import TOKEN, hcp
from tests.providers.state_stores.http_backend import http_backend
from tests.providers.state_stores.s3 import REGION, s3
from tests.providers.state_stores.servers import Servers
from tests.providers.state_stores.shelf import Shelf, a_lock_info

STORY = Path(__file__).resolve().parents[2] / "terraform-fixtures" / "console-open-security-group"
STATE = (STORY / "terraform.tfstate").read_bytes()
LIVE = ("--live", "file:live.json")

CONFIG = """
[enrolment]
mode = "enforce"
[[live]]
name = "recorded"
type = "recorded"
path = "live.json"

[[baseline]]
name = "network"
type = "terraform-state"
state = "{location}"
live = "recorded"
"""

SHELVES: dict[str, Callable[[Servers], AbstractContextManager[Shelf]]] = {
    "s3": s3,
    "gcs": gcs,
    "azurerm": azure,
    "http": lambda _: http_backend(),
    "hcp-terraform": lambda _: hcp(),
}

SETTINGS = {
    "s3": f'region = "{REGION}"\nendpoint = "{{url}}"',
    "gcs": "",
    "azurerm": f'access_key_file = "secret"\nendpoint = "{{url}}/{ACCOUNT}"',
    "http": "",
    "hcp-terraform": 'token_file = "secret"\nendpoint = "{url}"',
}
SECRETS = {"azurerm": KEY, "hcp-terraform": TOKEN}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which what is live is known."""
    shutil.copy(STORY / "live.json", tmp_path)
    return tmp_path


@pytest.fixture
def shelf(request: pytest.FixtureRequest, state_servers: Servers) -> Iterator[Shelf]:
    """A store with the state of the story."""
    with SHELVES[request.param](state_servers) as opened:
        opened.put("network", STATE)
        yield opened


@pytest.fixture
def states(folder: Path) -> Path:
    """A folder with the state of the story and a configuration that watches it."""
    (folder / "states").mkdir()
    (folder / "states" / "network.tfstate").write_bytes(STATE)
    (folder / "config.toml").write_text(CONFIG.format(location="states"))
    return folder / "states"


@pytest.mark.parametrize("shelf", ["s3", "gcs", "http"], indirect=True)
def test_a_state_elsewhere_is_scanned_as_whoever_is_signed_in(
    folder: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shelf.proxy is not None
    monkeypatch.setenv("AWS_ENDPOINT_URL", shelf.proxy.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)

    listed = drift(folder, "baseline", "--json", "--state", shelf.location)
    scanned = drift(folder, "scan", "--json", "--state", shelf.location, *LIVE)

    assert (listed.code, listed.err) == (0, "2 resource instances, 0 unreadable\n")
    assert {json.loads(line)["serial"] for line in listed.out.splitlines()} == {3}
    assert (scanned.code, scanned.err) == (1, "")
    assert [one["address"] for one in json.loads(scanned.out)["findings"]] == ["aws_security_group.web"]


@pytest.mark.parametrize(
    ("shelf", "type_"), [(name, name) for name in SHELVES], indirect=["shelf"], ids=list(SHELVES)
)
def test_a_configured_store_is_tried_and_scanned(folder: Path, shelf: Shelf, type_: str) -> None:
    assert shelf.proxy is not None
    store = f'store = "states"\n\n[[state_store]]\nname = "states"\ntype = "{type_}"\n'
    settings = SETTINGS[type_].format(url=shelf.proxy.url)
    (folder / "config.toml").write_text(CONFIG.format(location=shelf.location) + store + settings)
    (folder / "secret").write_text(SECRETS.get(type_, ""))

    checked = drift(folder, "check")
    scanned = drift(folder, "scan")

    assert "ok      baseline network: 1 state with 2 resources, of which 2 can be read live" in checked.out
    assert (scanned.code, scanned.err) == (1, "")
    assert "2 declared, 2 compared: 1 drifted" in scanned.out


@pytest.mark.parametrize("shelf", ["s3"], indirect=True)
def test_a_permission_that_is_missing_is_named_by_check(
    folder: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shelf.proxy is not None
    assert shelf.deny is not None
    monkeypatch.setenv("AWS_ENDPOINT_URL", shelf.proxy.url)
    (folder / "config.toml").write_text(CONFIG.format(location=shelf.location))
    shelf.deny()

    checked = drift(folder, "check")

    assert checked.code == 1
    assert f"FAILED  baseline network: listing {shelf.location}" in checked.out
    assert f"the permission {shelf.permission}" in checked.out


# States in motion


def hold(states: Path, **but: str) -> Path:
    lock = states / ".network.tfstate.lock.info"
    lock.write_bytes(a_lock_info(**but))
    return lock


def test_a_state_under_an_apply_is_named_by_a_scan_and_its_neighbour_is_compared(
    folder: Path, states: Path
) -> None:
    (states / "network.tfstate").write_bytes(only("aws_security_group"))
    (states / "base.tfstate").write_bytes(only("aws_vpc"))
    hold(states)

    done = drift(folder, "scan", "--json", "--state", "states", *LIVE)

    report = json.loads(done.out)
    assert (done.code, done.err, report["findings"]) == (0, "", [])
    [postponed] = report["not_compared"]
    assert (postponed["address"], postponed["reason"]) == ("aws_security_group.web", "unreadable")
    assert postponed["error"].startswith("postponed: an apply is running, by alice@laptop since")
    assert (report["summary"]["declared"], report["summary"]["compared"]) == (2, 1)


def test_where_everything_is_being_applied_nothing_passes_for_as_declared(folder: Path, states: Path) -> None:
    hold(states)

    done = drift(folder, "scan", "--state", "states", *LIVE)

    assert done.code == 2
    assert "none of the 2 declared resources could be compared" in done.err


def test_a_cycle_waits_for_an_apply_and_forgets_nothing_meanwhile(folder: Path, states: Path) -> None:
    drift(folder, "run", "--once")
    lock = hold(states)
    (folder / "live.json").write_bytes(as_declared())

    held = drift(folder, "run", "--once")
    lock.unlink()
    released = drift(folder, "run", "--once")

    assert (held.code, held.err) == (0, "")
    assert "findings  1 open" in held.out
    assert "findings  0 open" in released.out


def test_an_older_state_that_is_put_back_is_an_alarm_until_it_is_as_far_as_it_was(
    folder: Path, states: Path
) -> None:
    drift(folder, "run", "--once")
    older = json.dumps(json.loads(STATE) | {"serial": 1}).encode()
    (states / "network.tfstate").write_bytes(older)

    told = drift(folder, "run", "--once")
    newer = json.dumps(json.loads(STATE) | {"serial": 4}).encode()
    (states / "network.tfstate").write_bytes(newer)
    applied = drift(folder, "run", "--once")

    assert (told.code, told.err, applied.code) == (0, "", 0)
    assert "an older state of network was put back: the serial went down from 3 to 1" in told.out
    assert "went down" not in applied.out
    assert "went down from 3 to 1" in drift(folder, "alarms", "--all").out
    assert turns(folder) == ["first_read", "went_back", "applied"]
    assert drift(folder, "evidence", "verify", "pack").code == 0


def only(type_: str) -> bytes:
    """The state of the story, of which one type is left."""
    document = json.loads(STATE)
    document["resources"] = [one for one in document["resources"] if one["type"] == type_]
    return json.dumps(document).encode()


def as_declared() -> bytes:
    """What is live, if all of it were as it is declared."""
    live = json.loads((STORY / "live.json").read_bytes())
    declared = {
        instance["attributes"]["id"]: instance["attributes"]
        for resource in json.loads(STATE)["resources"]
        for instance in resource["instances"]
    }
    for one in live["resources"]:
        one["attributes"] = declared.get(one["id"], one["attributes"])
    return json.dumps(live).encode()


def turns(folder: Path) -> list[str]:
    """Return what the ledger says of each version of the state, as a pack has it."""
    exported: Done = drift(folder, "evidence", "export", "--out", "pack")
    assert exported.code == 0
    lines = (folder / "pack" / "ledger" / "entries.jsonl").read_text().splitlines()
    return [json.loads(one["body"])["turn"] for one in map(json.loads, lines) if '"baseline"' in one["leaf"]]
