"""Public states of every shape, where their folder is at hand; it is no part of the project.

Terraform's own conversions to version 4 lie beside older states, so what we read of one must be
what we read of the other.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from drift.errors import ProviderError
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.secret import Secret
from providers.terraform.state import read_state
from providers.terraform.state.key_providers import StateKeys

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("CORPUS", ROOT.parent / "shared" / "corpus")) / "terraform"

STATES = sorted(file for file in FOLDER.rglob("*") if file.suffix in (".json", ".tfstate"))
CONVERTED = [
    file
    for file in STATES
    if file.name.endswith(".in.tfstate")
    and file.with_name(file.name.replace(".in.", ".out.")).exists()
    and not file.name.startswith("v1")
]

REFUSED = {
    "v1-simple.in.tfstate": "of version 1",
    "invalid_version_state.json": "of version 2",
    "terraform.tfstate": "encrypted by OpenTofu, and cut short",
}
"""States that must not be read, with the reason; the encrypted one is but a sketch of one."""

EMPTY = {"empty.json", "v3-builtin.in.tfstate", "v3-builtin.out.tfstate"}
WITHOUT_ID = {"error_missing_id.json"}

pytestmark = pytest.mark.skipif(not STATES, reason="the public states are not at hand")


def read(file: Path) -> Declaration:
    keys = StateKeys(passphrase=Secret("some passphrase"))
    return read_state(file.read_bytes(), name="public", origin=file.name, keys=keys)


@pytest.mark.parametrize(
    "file", [one for one in STATES if one.name not in REFUSED], ids=lambda file: file.name
)
def test_every_instance_is_read_with_its_id_and_attributes(file: Path) -> None:
    declaration = read(file)

    assert declaration.unreadable == ()
    assert bool(declaration.resources) == (file.name not in EMPTY)
    for resource in declaration.resources:
        assert resource.attributes.get("id") == resource.resource_id
        assert (resource.resource_id is None) == (file.name in WITHOUT_ID)
        assert resource.stored is not None


@pytest.mark.parametrize("file", [one for one in STATES if one.name in REFUSED], ids=lambda file: file.name)
def test_what_cannot_be_read_says_why(file: Path) -> None:
    with pytest.raises(ProviderError, match=REFUSED[file.name]):
        read(file)


@pytest.mark.parametrize("file", CONVERTED, ids=lambda file: file.name)
def test_an_old_state_is_read_like_terraforms_own_conversion_of_it(file: Path) -> None:
    before, after = read(file), read(file.with_name(file.name.replace(".in.", ".out.")))

    assert sorted(map(comparable, before.resources), key=address) == sorted(
        map(comparable, after.resources), key=address
    )
    assert (before.serial, before.lineage) == (after.serial, after.lineage)


def comparable(resource: DeclaredResource) -> DeclaredResource:
    """Leave out how the provider is addressed, which changed with Terraform 0.13."""
    assert resource.stored is not None
    return replace(resource, stored=replace(resource.stored, configuration=""))


def address(resource: DeclaredResource) -> str:
    return resource.address
