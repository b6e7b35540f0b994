"""The proxy lets pass what it is told to, and a recording builds the same account again."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.parsers import ResponseParserError

from tests.estate.calls import is_read
from tests.estate.out_of_band import Target
from tests.estate.proxy import proxy_before
from tests.estate.recording import ReplayError, replay, store
from tests.simulator.moto import Moto, moto_server

SEED = 7


@pytest.fixture
def moto() -> Iterator[Moto]:
    """An empty account."""
    with moto_server(seed=SEED) as running:
        yield running


def test_a_proxy_that_admits_only_reads_keeps_a_write_from_the_cloud(moto: Moto) -> None:
    with proxy_before(moto.url, admits=is_read) as proxy:
        with pytest.raises(ResponseParserError, match="CreateVpc is not allowed here"):
            _ec2(proxy.url).create_vpc(CidrBlock="10.0.0.0/16")
        seen = _networks(proxy.url)

    assert [call.operation for call in proxy.refused] == ["CreateVpc"]
    assert [call.operation for call in proxy.calls] == ["DescribeVpcs"]
    assert "10.0.0.0/16" not in seen.values()


def test_recorded_calls_build_the_account_with_the_same_ids(moto: Moto, tmp_path: Path) -> None:
    with proxy_before(moto.url, admits=lambda _call: True) as proxy:
        _ec2(proxy.url).create_vpc(CidrBlock="10.0.0.0/16")
    store(proxy.calls, tmp_path / "calls")
    built = _networks(moto.url)

    with moto_server(seed=SEED) as other:
        made = replay(tmp_path / "calls", other.url)
        again = _networks(other.url)

    assert made == 1
    assert "10.0.0.0/16" in built.values()
    assert again == built


def test_a_replay_that_is_answered_otherwise_stops_and_names_the_call(moto: Moto, tmp_path: Path) -> None:
    """
    Another version of moto must not pass for an account that somebody changed.
    """
    with proxy_before(moto.url, admits=lambda _call: True) as proxy:
        _networks(proxy.url)
    store(proxy.calls, tmp_path / "calls")
    _alter_status(tmp_path / "calls", 500)

    with pytest.raises(ReplayError, match=r"call 1, POST / DescribeVpcs, is answered with 200, not 500"):
        replay(tmp_path / "calls", moto.url)


def test_a_recording_keeps_no_signature(moto: Moto, tmp_path: Path) -> None:
    with proxy_before(moto.url, admits=lambda _call: True) as proxy:
        _networks(proxy.url)

    store(proxy.calls, tmp_path / "calls")

    assert b"Signature=" not in gzip.decompress((tmp_path / "calls").read_bytes())
    assert "Signature=" in proxy.calls[0].headers["authorization"]


def _networks(url: str) -> dict[str, str]:
    """Return the address range of every network by its id."""
    return {one["VpcId"]: one["CidrBlock"] for one in _ec2(url).describe_vpcs()["Vpcs"]}


def _ec2(url: str) -> Any:
    return Target(cloud_url=url, attributes={}).client("ec2")


def _alter_status(path: Path, status: int) -> None:
    call = json.loads(gzip.decompress(path.read_bytes()))
    path.write_bytes(gzip.compress(json.dumps({**call, "status": status}).encode() + b"\n"))
