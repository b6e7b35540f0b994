"""What is not found is called gone only where it was looked for as the code would."""

from pathlib import Path
from typing import Any

import pytest

from drift.model.baseline import DeclaredResource, StoredForm
from drift.model.resource import Absent, Found, LiveReading, NotRead, NotReadReason
from providers.terraform.live_config import TerraformProviders
from providers.terraform.plugin.doubt import doubt
from providers.terraform.plugin.find.source import Source
from providers.terraform.plugin.table import Specials
from tests.providers.terraform.plugin.toys import CONFIGURATION, ToyCloud, a_declared, read, settings

WEST = f"{CONFIGURATION}.west"
OF_MODULE = f"module.shop.{CONFIGURATION}"
GONE = Absent(address="toy_thing.a")


def reading_of(
    cloud: ToyCloud, mirror: Path, configuration: str, names: set[str] | None, **providers: Any
) -> LiveReading:
    """Read a thing whose configuration the code gives what is called so, and the user `providers`."""
    cloud.file.rename(mirror.parent / "toy-cloud.json")
    told = None if names is None else frozenset(names)
    declared = a_declared("a", configuration=configuration, settings=told)
    live = TerraformProviders(settings(cloud, mirror, providers=providers))
    (reading,) = read(live, declared)
    return reading


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the provider take the cloud at home, where nothing tells it which."""
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("configuration", "names", "told"),
    [
        (WEST, None, "example/toy.west: repeat that"),
        (WEST, {"region", "cloud"}, "example/toy.west (cloud, region): repeat that"),
        (CONFIGURATION, {"cloud"}, "example/toy (cloud): repeat that"),
        (OF_MODULE, None, "example/toy: repeat that"),
    ],
)
def test_without_the_settings_of_its_configuration_nothing_is_called_gone(
    cloud: ToyCloud, mirror: Path, configuration: str, names: set[str] | None, told: str
) -> None:
    reading = reading_of(cloud, mirror, configuration, names)

    assert isinstance(reading, NotRead)
    assert reading.reason is NotReadReason.UNREADABLE
    assert told in reading.error
    assert "under `providers` of a [[live]]" in reading.error


@pytest.mark.parametrize(
    ("configuration", "names"),
    [
        (CONFIGURATION, None),
        (CONFIGURATION, set()),
        (CONFIGURATION, {"default_tags", "max_retries"}),
        (WEST, set()),
    ],
)
def test_where_the_code_sets_nothing_what_is_not_found_is_gone(
    cloud: ToyCloud, mirror: Path, configuration: str, names: set[str] | None
) -> None:
    assert reading_of(cloud, mirror, configuration, names) == GONE


@pytest.mark.parametrize("configured", [{"region": "west"}, {}])
@pytest.mark.parametrize(
    ("configuration", "name"),
    [(WEST, "example/toy.west"), (CONFIGURATION, "example/toy"), (OF_MODULE, "example/toy")],
)
def test_where_the_user_says_how_it_is_configured_what_is_not_found_is_gone(
    cloud: ToyCloud, mirror: Path, configuration: str, name: str, configured: dict[str, str]
) -> None:
    """
    An empty table says that nothing is needed.
    """
    assert reading_of(cloud, mirror, configuration, {"cloud"}, **{name: configured}) == GONE


def test_what_the_provider_is_configured_with_says_nothing_of_its_alias(
    cloud: ToyCloud, mirror: Path
) -> None:
    reading = reading_of(cloud, mirror, WEST, None, **{"example/toy": {"region": "east"}})

    assert isinstance(reading, NotRead)


def test_what_is_found_is_compared_whatever_is_not_known(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a", name="blue")

    assert isinstance(reading_of(cloud, mirror, WEST, None), Found)


# With the tables of the clouds


def doubt_of(
    type_: str,
    names: set[str] | None,
    *,
    alias: str = ".west",
    account: str | None = None,
    region: str | None = None,
    **attributes: Any,
) -> str | None:
    provider = type_.partition("_")[0]
    source = Source(host="registry.terraform.io", namespace="hashicorp", type=provider)
    declared = DeclaredResource(
        address=f"{type_}.a",
        type=type_,
        resource_id="a",
        provider=source.short,
        account=account,
        region=region,
        attributes=attributes,
        stored=StoredForm(
            configuration=f'provider["{source.host}/{source.short}"]{alias}',
            settings=None if names is None else frozenset(names),
        ),
    )
    return doubt(declared, source, Specials().of(provider), ())


@pytest.mark.parametrize("names", [None, {"profile", "assume_role", "region"}])
@pytest.mark.parametrize(
    ("type_", "region"),
    [
        ("aws_sqs_queue", "eu-west-1"),
        ("aws_iam_role", None),
        ("google_pubsub_topic", "europe-west1"),
        ("azurerm_resource_group", None),
    ],
)
def test_where_the_resource_says_its_account_and_region_the_code_need_not(
    type_: str, region: str | None, names: set[str] | None
) -> None:
    assert doubt_of(type_, names, account="111122223333", region=region) is None


def test_a_region_that_is_filled_in_need_not_be_repeated() -> None:
    names = {"region", "default_tags", "skip_region_validation"}

    assert doubt_of("aws_s3_bucket", names, region="eu-west-1") is None
    assert doubt_of("aws_s3_bucket", names, region="eu-west-1", alias="") is None
    assert "(profile)" in (doubt_of("aws_s3_bucket", names | {"profile"}, region="eu-west-1") or "")


def test_without_a_region_an_api_of_regions_tells_nothing() -> None:
    told = doubt_of("aws_sqs_queue", set(), alias="", account="111122223333")

    assert told == "it is not where it was looked for, but where it belongs is not known"


def test_what_a_resource_says_itself_need_not_be_set() -> None:
    names = {"project", "region"}

    assert doubt_of("other_thing", names, project="p", region=None) is not None
    assert doubt_of("other_thing", {"project"}, project="p") is None
    assert doubt_of("other_thing", {"project"}, project="") is not None
