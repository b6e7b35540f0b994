from pathlib import PurePosixPath

import pytest

from providers.terraform.estate.backends import StatePlace
from providers.terraform.estate.matching import UnitIndex
from providers.terraform.estate.units import Unit

S3 = StatePlace(backend="s3", container=("bucket",), key="net/a.tfstate", workspaces="env:")
NAMELESS = StatePlace(backend="s3", container=(), key="net/a.tfstate", workspaces="env:")
GCS = StatePlace(backend="gcs", container=("bucket",), key="net/a", is_prefix=True)
AZURE = StatePlace(backend="azurerm", container=("account", "states"), key="net/a.tfstate")
HCP = StatePlace(backend="remote", container=("org",), key="net-a")
HCP_MANY = StatePlace(backend="remote", container=("org",), key="net-", is_prefix=True)


def a_unit(place: StatePlace | None, folder: str = "/code/net") -> Unit:
    return Unit(folder=PurePosixPath(folder), place=place, how="backend block")


def found(origin: str, *units: Unit, below: str = "") -> list[tuple[str, str | None]]:
    matches = UnitIndex(units).find(origin, below)
    return [(str(one.unit.folder), one.workspace) for one in matches]


@pytest.mark.parametrize(
    ("place", "origin", "workspace"),
    [
        (S3, "s3://bucket/net/a.tfstate", None),
        (S3, "s3://bucket/env:/prod/net/a.tfstate", "prod"),
        (NAMELESS, "s3://bucket/net/a.tfstate", None),
        (GCS, "gs://bucket/net/a/default.tfstate", None),
        (GCS, "gs://bucket/net/a/prod.tfstate", "prod"),
        (AZURE, "azurerm://account/states/net/a.tfstate", None),
        (AZURE, "https://account.blob.core.windows.net/states/net/a.tfstate", None),
        (AZURE, "azurerm://account/states/net/a.tfstateenv:prod", "prod"),
        (HCP, "hcp://org/net-a", None),
        (HCP, "https://app.terraform.io/org/workspaces/net-a", None),
        (HCP_MANY, "hcp://org/net-prod", "prod"),
    ],
)
def test_a_state_is_found_by_bucket_and_key(place: StatePlace, origin: str, workspace: str | None) -> None:
    assert found(origin, a_unit(place)) == [("/code/net", workspace)]


@pytest.mark.parametrize(
    "path",
    [
        "bucket/net/a.tfstate",
        "net/a.tfstate",
        "copies/bucket/net/a.tfstate",
        "bucket/env:/prod/net/a.tfstate",
    ],
)
def test_a_copy_of_a_state_is_found_by_the_folders_that_it_lies_in(path: str) -> None:
    assert [folder for folder, _ in found(f"/srv/states/{path}", a_unit(S3), below="/srv/states")] == [
        "/code/net"
    ]


@pytest.mark.parametrize(
    ("place", "origin"),
    [
        (S3, "s3://other/net/a.tfstate"),
        (S3, "s3://bucket/net/b.tfstate"),
        (S3, "s3://bucket/more/net/a.tfstate"),
        (S3, "/srv/states/other/net/a.tfstate"),
        (NAMELESS, "/srv/states/deep/down/in/net/a.tfstate"),
        (GCS, "gs://bucket/net/default.tfstate"),
        (GCS, "gs://bucket/net/a"),
        (AZURE, "azurerm://other/states/net/a.tfstate"),
        (HCP, "hcp://elsewhere/net-a"),
        (None, "s3://bucket/net/a.tfstate"),
    ],
)
def test_another_bucket_or_key_is_another_state(place: StatePlace | None, origin: str) -> None:
    assert found(origin, a_unit(place), below="/srv/states") == []


def test_the_longest_key_says_most() -> None:
    short = StatePlace(backend="s3", container=(), key="a.tfstate", workspaces="env:")

    assert found("s3://bucket/net/a.tfstate", a_unit(short, "/code/short"), a_unit(NAMELESS)) == [
        ("/code/net", None)
    ]


def test_a_named_bucket_says_more_than_none() -> None:
    assert found("s3://bucket/net/a.tfstate", a_unit(NAMELESS, "/code/other"), a_unit(S3)) == [
        ("/code/net", None)
    ]


def test_two_folders_that_fit_equally_well_are_both_told() -> None:
    both = found("s3://bucket/net/a.tfstate", a_unit(S3), a_unit(S3, "/code/other"))

    assert sorted(folder for folder, _ in both) == ["/code/net", "/code/other"]
