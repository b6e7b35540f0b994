"""How a provider is configured, and what it may see."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgpack
import pytest

from drift.errors import ProviderResponseError
from drift.model.resource import Found, NotRead
from providers.terraform.live_config import TerraformProviders
from providers.terraform.plugin.configuration import Configuration, Configurations, packed
from providers.terraform.plugin.find.source import Reference, Source
from providers.terraform.plugin.protocol import protocol
from providers.terraform.plugin.schema import Nesting
from providers.terraform.plugin.table import Specials
from tests.providers.terraform.plugin.toys import ToyCloud, a_declared, read, settings

ACCOUNT = "111122223333"


def a_reference(type_: str = "aws", alias: str | None = None) -> Reference:
    return Reference(
        source=Source(host="registry.terraform.io", namespace="hashicorp", type=type_), alias=alias
    )


def configured(
    ambient: Mapping[str, str] = {}, alias: str | None = None, type_: str = "aws", **but: Any
) -> Configuration:
    given = Configurations(
        specials=Specials(),
        ambient=ambient,
        wanted=but.get("wanted", {}),
        role=but.get("role"),
    )
    return given.of(a_reference(type_, alias), but.get("account"), but.get("region"))


def filled(configuration: Configuration) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(configuration.filled)
    return decoded


def test_account_and_region_of_the_resource_are_filled_in() -> None:
    """
    The account, so that the provider refuses other credentials: there everything would seem to be gone.
    """
    found = filled(configured(account=ACCOUNT, region="eu-west-1"))

    assert found["allowed_account_ids"] == [ACCOUNT]
    assert found["region"] == "eu-west-1"
    assert "assume_role" not in found


def test_a_role_is_assumed_in_the_account_of_the_resource() -> None:
    role = "arn:aws:iam::{account}:role/drift"

    assert filled(configured(role=role, account=ACCOUNT))["assume_role"] == {
        "role_arn": f"arn:aws:iam::{ACCOUNT}:role/drift",
        "session_name": "driftledger",
    }
    assert "assume_role" not in filled(configured(role=role))


@pytest.mark.parametrize(
    ("ambient", "region"),
    [({}, "us-east-1"), ({"AWS_DEFAULT_REGION": "eu-west-3", "AWS_REGION": "eu-west-2"}, "eu-west-2")],
)
def test_without_a_region_the_environment_names_it(ambient: dict[str, str], region: str) -> None:
    assert filled(configured(ambient))["region"] == region


def test_what_an_alias_says_goes_before_what_its_provider_says() -> None:
    wanted = {
        "hashicorp/aws": {"profile": "prod", "insecure": True, "region": "us-east-1"},
        "hashicorp/aws.west": {"profile": "west"},
    }

    plain, west = (json.loads(configured(wanted=wanted, alias=one).wanted) for one in (None, "west"))

    assert plain == {"profile": "prod", "insecure": True, "region": "us-east-1"}
    assert west["profile"] == "west"
    assert "region" not in json.loads(configured(wanted=wanted, region="eu-west-1").wanted)


def test_a_provider_sees_of_the_environment_only_what_is_its_own() -> None:
    ambient = {
        "HOME": "/home/a",
        "HTTPS_PROXY": "http://proxy",
        "AWS_SECRET_ACCESS_KEY": "for-aws",
        "GOOGLE_CREDENTIALS": "for-google",
        "SLACK_TOKEN": "for-nobody",
        "DRIFT_VAULT_KEY": "for-nobody",
        "LD_PRELOAD": "evil.so",
    }

    aws, google, other = (
        dict(configured(ambient, type_=one).environment) for one in ("aws", "google", "toy")
    )

    assert aws.keys() == {"HOME", "HTTPS_PROXY", "AWS_SECRET_ACCESS_KEY"}
    assert google.keys() == {"HOME", "HTTPS_PROXY", "GOOGLE_CREDENTIALS"}
    assert other.keys() == {"HOME", "HTTPS_PROXY"}


def test_the_environment_stays_out_of_the_repr() -> None:
    assert "for-aws" not in repr(configured({"AWS_SECRET_ACCESS_KEY": "for-aws"}))


def test_own_rows_of_the_table_add_to_those_that_are_shipped() -> None:
    specials = Specials(
        '[aws]\nenvironment = ["MY_*"]\nfallback_region = "eu-central-1"\n[toy]\nthrottled = ["slow"]'
    )

    aws, toy = specials.of("aws"), specials.of("toy")

    assert {"MY_*", "AWS_*", "HOME"} <= set(aws.environment)
    assert aws.fallback_region == "eu-central-1"
    assert {"slow", "rate exceeded"} <= set(toy.throttled)


@pytest.mark.parametrize("own", ["[aws]\nnew = 1", "[[aws]]", "[aws.budgets]\ntypes = 3", "["])
def test_own_rows_of_another_form_are_refused(own: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are those of the parsers
        Specials(own)


def a_schema(version: int = 5) -> Any:
    texts = [{"name": name, "type": b'"string"'} for name in ("region", "profile")]
    return (
        protocol(version)
        .schema.response(
            provider={
                "block": {
                    "attributes": texts,
                    "block_types": [
                        {"type_name": "endpoints", "nesting": Nesting.SET, "block": {"attributes": texts}},
                        {
                            "type_name": "assume_role",
                            "nesting": Nesting.LIST,
                            "block": {"attributes": texts[:1]},
                        },
                        {"type_name": "one", "nesting": Nesting.SINGLE, "block": {"attributes": texts[:1]}},
                    ],
                }
            }
        )
        .provider
    )


def packed_of(wanted: Any, given: Any, endpoint: str | None = None) -> Any:
    configuration = Configuration(
        wanted=json.dumps(wanted), filled=json.dumps(given), endpoint=endpoint, environment=()
    )
    return msgpack.unpackb(packed(configuration, a_schema(), Specials().of("aws")))


def test_all_that_is_not_given_is_null_or_empty() -> None:
    assert packed_of({}, {}) == {
        "region": None, "profile": None, "endpoints": [], "assume_role": [], "one": None,
    }  # fmt: skip


def test_a_single_block_may_be_written_as_a_table() -> None:
    found = packed_of({"assume_role": {"region": "a"}, "one": {"region": "b"}}, {})

    assert (found["assume_role"], found["one"]) == ([{"region": "a"}], {"region": "b"})


def test_what_is_filled_in_is_left_out_where_the_version_does_not_know_it() -> None:
    assert "s3_use_path_style" not in packed_of({}, {"s3_use_path_style": True, "region": "x"})


@pytest.mark.parametrize(
    ("wanted", "name"),
    [({"regoin": "x"}, "regoin"), ({"assume_role": [{"rolearn": "x"}]}, "assume_role.rolearn")],
)
def test_a_mistake_of_the_user_is_named(wanted: Any, name: str) -> None:
    with pytest.raises(ProviderResponseError, match=f"has no {name}"):
        packed_of(wanted, {})


def test_everything_is_sent_to_the_endpoint_that_the_environment_names() -> None:
    url = "http://127.0.0.1:5000"

    assert packed_of({}, {}, url)["endpoints"] == [{"region": url, "profile": url}]
    assert configured({"AWS_ENDPOINT_URL": url}).endpoint == url
    assert filled(configured({"AWS_ENDPOINT_URL": url}))["s3_force_path_style"] is True
    assert "s3_force_path_style" not in filled(configured())


def test_credentials_of_another_account_are_refused_instead_of_believed(
    cloud: ToyCloud, mirror: Path
) -> None:
    cloud.write(account="444455556666")
    wanted = {"example/toy": {"cloud": str(cloud.file), "accounts": [ACCOUNT]}}

    (reading,) = read(TerraformProviders(settings(cloud, mirror, providers=wanted)), a_declared("a"))

    assert isinstance(reading, NotRead)
    assert reading.error == "account not allowed: these credentials are of 444455556666"
    assert len(cloud.starts()) == 1


def test_the_process_itself_gets_nothing_but_what_it_may_see(
    cloud: ToyCloud, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_TOKEN", "for-nobody")
    cloud.put("a")

    read(TerraformProviders(settings(cloud, mirror)), a_declared("a"))

    (environment,) = cloud.starts()
    assert "SLACK_TOKEN" not in environment
    assert Path(environment["TMPDIR"]).name.startswith("drift-")
    assert not Path(environment["TMPDIR"]).exists()


def test_resources_in_several_regions_are_read_by_a_provider_each(cloud: ToyCloud, mirror: Path) -> None:
    table = '[toy]\nregion = { region = "{region}" }'
    for name in "abc":
        cloud.put(name)
    declared = [
        replace(a_declared(name), region=region)
        for name, region in (("a", "west"), ("b", "east"), ("c", "west"))
    ]

    readings = read(TerraformProviders(settings(cloud, mirror), {"providers": table}), *declared)

    assert all(isinstance(one, Found) for one in readings)
    assert {(region, name) for _, region, name in cloud.reads()} == {
        ("west", "a"),
        ("east", "b"),
        ("west", "c"),
    }
    assert len({pid for pid, _, _ in cloud.reads()}) == 2


def test_what_is_not_found_in_a_region_that_was_guessed_is_not_called_gone(
    cloud: ToyCloud, mirror: Path
) -> None:
    """
    It may well be elsewhere, and "missing" would wake somebody.
    """
    table = '[toy]\nregion = { region = "{region}" }\nfallback_region = "west"'
    live = TerraformProviders(settings(cloud, mirror), {"providers": table})

    (reading,) = read(live, a_declared("gone"))

    assert isinstance(reading, NotRead)
    assert "where it belongs is not known" in reading.error
