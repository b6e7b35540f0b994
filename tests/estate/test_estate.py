"""Scan an estate that the real provider built: untouched, and after somebody changed it past the code.

`make estate` has Terraform build the estate, which takes minutes. Otherwise the calls that it once made
build it, and the state that it then wrote is scanned.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.aws.native.table import load_types
from tests.estate.build import Estate, account, apply, rebuild
from tests.estate.calls import is_read
from tests.estate.changes import CHANGES
from tests.estate.kinds import built
from tests.estate.out_of_band import Target
from tests.estate.proxy import proxy_before
from tests.estate.scanning import Scanned, expected_of, scan, target_of
from tests.estate.versions import VERSIONS
from tests.simulator.provider_mirror import build_mirror, packed_provider

NATIVE = frozenset(load_types().rows)

UNDECLARED = [
    *["aws_network_interface"] * 4,  # of a NAT gateway and resolver endpoints, which moto takes for anybody's
    "aws_route53_zone",  # of a private namespace, which moto does not mark as a service's
    "aws_sqs_queue",  # of a stack: moto's CloudFormation calls it by another URL than its SQS
]
"""Types of what is called undeclared in the untouched account, as it would not be in the real AWS."""

NOT_LISTED = [
    "aws_db_option_group",  # moto fails where no name is given
    "aws_eks_addon",  # moto has none
    "aws_elasticache_parameter_group",  # moto has none
]
"""Types that moto does not list."""

EVERYBODYS = frozenset({"aws_ebs_snapshot"})
"""Types of which moto lists those of all accounts, where it is asked for one's own."""

pytestmark = [
    pytest.mark.skipif(
        not packed_provider(VERSIONS[0]).exists(),
        reason="the wheel with HashiCorp's providers exists for Linux on x86-64 only",
    ),
    pytest.mark.parametrize("version", VERSIONS),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that is taken away again: unpacked providers are large."""
    with tempfile.TemporaryDirectory() as place:
        yield Path(place)


@pytest.fixture
def mirror(folder: Path) -> Path:
    """Both provider versions, packed."""
    return build_mirror(folder / "providers")


def test_terraform_builds_the_estate_and_a_scan_finds_exactly_what_was_changed(
    version: str, mirror: Path, folder: Path
) -> None:
    if os.environ.get("ESTATE") != "all":
        pytest.skip("built afresh by `make estate` only, which takes minutes: its stored state is scanned")
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed: only the stored state of such a run is scanned")

    with account() as moto:
        estate, _calls = apply(version, moto, folder / "estate", mirror)

        assert types_in(estate) == built(version)
        assert_that_scans_find_the_changes_and_nothing_else(estate, mirror)


def test_the_stored_estate_is_rebuilt_and_a_scan_finds_exactly_what_was_changed(
    version: str, mirror: Path, folder: Path
) -> None:
    """
    Needs no Terraform, so this much runs everywhere, of the newest version.
    """
    if version != VERSIONS[0] and os.environ.get("ESTATE") != "all":
        pytest.skip("scanned by `make estate` only")
    with account() as moto:
        estate = rebuild(version, moto, folder / "estate")

        assert_that_scans_find_the_changes_and_nothing_else(estate, mirror)


def assert_that_scans_find_the_changes_and_nothing_else(estate: Estate, mirror: Path) -> None:
    """Scan, change, scan again, through a proxy that lets nothing but reads pass.

    Both engines do so: of every type that both read, they must say the same.
    """
    before = estate.state.read_bytes()
    with proxy_before(estate.moto.url, admits=is_read) as proxy:
        untouched = scan(estate, proxy.url, mirror)
        untouched_natively = scan(estate, proxy.url, mirror, live="aws")
        for change in CHANGES:
            change.make(target_of(change, estate))
        touched = scan(estate, proxy.url, mirror)
        touched_natively = scan(estate, proxy.url, mirror, live="aws")

    assert (dict(untouched.findings), dict(untouched.not_compared), untouched.exit_code) == ({}, {}, 0)
    assert untouched.compared == instances_in(estate)
    assert dict(touched.findings) == {change.address: expected_of(change) for change in CHANGES}
    assert dict(touched.not_compared) == {}
    assert touched.exit_code == 1
    assert_that_the_native_engine_says_the_same(untouched_natively, untouched)
    assert_that_the_native_engine_says_the_same(touched_natively, touched)
    undeclared = untouched_natively.undeclared - keys_of_services(estate)
    assert sorted(type_ for type_, _ in undeclared if type_ not in EVERYBODYS) == UNDECLARED
    assert [str(call) for call in proxy.refused] == []
    assert proxy.calls, "the scans must have gone through the proxy"
    assert estate.state.read_bytes() == before


def assert_that_the_native_engine_says_the_same(native: Scanned, provider: Scanned) -> None:
    """Compare what both say of the types that both read."""
    assert {one: why for one, why in native.not_compared.items() if type_of(one) in NATIVE} == {}
    assert dict(native.findings) == {
        address: verdict for address, verdict in provider.findings.items() if type_of(address) in NATIVE
    }
    assert sorted(native.not_listed) == NOT_LISTED


def keys_of_services(estate: Estate) -> frozenset[tuple[str, str]]:
    """Return the keys that services made for themselves: only by moto's word does a person manage them."""
    kms = Target(cloud_url=estate.moto.url, attributes={}).client("kms")
    aliases = [one for page in kms.get_paginator("list_aliases").paginate() for one in page["Aliases"]]
    return frozenset(
        ("aws_kms_key", one["TargetKeyId"]) for one in aliases if one["AliasName"].startswith("alias/aws/")
    )


def type_of(address: str) -> str:
    """Return the type in an address of the root module."""
    return address.partition(".")[0]


def types_in(estate: Estate) -> set[str]:
    """Return the managed types of the state."""
    resources = json.loads(estate.state.read_text())["resources"]
    return {one["type"] for one in resources if one["mode"] == "managed"}


def instances_in(estate: Estate) -> int:
    """Return the number of managed instances in the state."""
    resources = json.loads(estate.state.read_text())["resources"]
    return sum(len(one["instances"]) for one in resources if one["mode"] == "managed")
