"""Reading through a real provider process: protocol 6, over TLS."""

from dataclasses import replace
from pathlib import Path

import pytest

from drift.errors import ProviderError
from drift.model.resource import Absent, Found, NotRead, NotReadReason, TypeSchema
from providers.terraform.live_config import TerraformProviders
from tests.providers.terraform.plugin.toys import ToyCloud, a_declared, read, settings


def test_a_resource_is_found_as_it_is_now_beside_what_is_declared(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a", name="blue", size=7)
    declared = a_declared("a", attributes={"name": "red", "size": 7})

    (reading,) = read(TerraformProviders(settings(cloud, mirror)), declared)

    assert isinstance(reading, Found)
    assert (reading.resource.type, reading.resource.id) == ("toy_thing", "a")
    assert (reading.resource.attributes["name"], reading.resource.attributes["size"]) == ("blue", 7)
    assert reading.declared is not None
    assert reading.declared["name"] == "red"
    assert reading.declared.keys() == reading.resource.attributes.keys()


def test_what_is_as_declared_is_equal_whatever_the_order_of_its_sets(cloud: ToyCloud, mirror: Path) -> None:
    rules = [{"port": 2, "cidrs": ["b", "a"]}, {"port": 1, "cidrs": None}]
    cloud.put("a", tags=["x", "y"], rule=rules, steps=["2", "1"])
    attributes = {"tags": ["y", "x"], "rule": rules[::-1], "steps": ["2", "1"]}

    (reading,) = read(TerraformProviders(settings(cloud, mirror)), a_declared("a", attributes=attributes))

    assert isinstance(reading, Found)
    assert reading.declared == reading.resource.attributes
    assert reading.resource.attributes["steps"] == ["2", "1"]


def test_what_is_as_declared_is_one_object_on_both_sides(cloud: ToyCloud, mirror: Path) -> None:
    """
    Nearly all of an estate is as declared, and is compared in no time if both sides are one object.
    """
    empty = {"name": None, "size": 3, "enabled": None, "tags": None, "steps": None, "password": None}
    declared = a_declared("a", attributes=empty | {"seen_at": None, "delay_seconds": 1})
    cloud.put("a", **declared.attributes)

    (reading,) = read(TerraformProviders(settings(cloud, mirror)), declared)

    assert isinstance(reading, Found)
    assert reading.declared is reading.resource.attributes


def test_a_state_of_an_older_version_is_translated_by_the_provider(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a", name="blue", size=7)
    old = a_declared("a", version=0, attributes={"title": "blue", "size": "7"})

    (reading,) = read(TerraformProviders(settings(cloud, mirror)), old)

    assert isinstance(reading, Found)
    assert reading.declared == reading.resource.attributes


def test_the_schema_tells_what_comparing_needs_to_know(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a")

    (reading,) = read(TerraformProviders(settings(cloud, mirror)), a_declared("a"))

    assert isinstance(reading, Found)
    assert reading.resource.schema == TypeSchema(
        sets=frozenset({"tags", "rule", "rule[].cidrs"}),
        computed=frozenset({"id", "seen_at"}),
        optional=frozenset({"size"}),
        sensitive=frozenset({"password"}),
    )


def test_what_is_gone_is_absent_and_an_unknown_type_is_unsupported(cloud: ToyCloud, mirror: Path) -> None:
    gone, unknown = read(
        TerraformProviders(settings(cloud, mirror)), a_declared("gone"), a_declared("x", type_="toy_other")
    )

    assert gone == Absent(address="toy_thing.gone")
    assert isinstance(unknown, NotRead)
    assert unknown.reason is NotReadReason.UNSUPPORTED
    assert "1.0.0 has no toy_other" in unknown.error


@pytest.mark.parametrize("told_by", ["the state", "the schema"])
def test_a_refusal_is_told_in_the_providers_words_without_secrets(
    cloud: ToyCloud, mirror: Path, told_by: str
) -> None:
    cloud.put("a", on_read="deny")
    name, sensitive = ("steps", {"steps[0]"}) if told_by == "the state" else ("password", set())
    value = ["hunter2-hunter2"] if told_by == "the state" else "hunter2-hunter2"
    declared = a_declared("a", attributes={name: value}, sensitive=frozenset(sensitive))

    (reading,) = read(TerraformProviders(settings(cloud, mirror)), declared)

    assert isinstance(reading, NotRead)
    assert reading.error == "AccessDenied: not authorized, with the password (sensitive)"


def test_readings_come_in_order_while_later_ones_are_still_under_way(cloud: ToyCloud, mirror: Path) -> None:
    for name in "abcdefgh":
        cloud.put(name)
    cloud.put("h", on_read="hang")
    live = TerraformProviders(settings(cloud, mirror, concurrency=2))
    readings = live.read([a_declared(name) for name in "abcdefgh"])

    first = next(readings)
    readings.close()  # type: ignore[attr-defined]
    live.close()

    assert first.address == "toy_thing.a"
    assert len(cloud.reads()) < 8


def test_private_data_that_is_no_base64_spoils_only_its_own_resource(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a")
    odd = a_declared("a")
    assert odd.stored
    odd = replace(odd, stored=replace(odd.stored, private="no base64!"))

    one, other = read(TerraformProviders(settings(cloud, mirror)), odd, a_declared("a"))

    assert isinstance(one, NotRead)
    assert "base64" in one.error
    assert isinstance(other, Found)


def test_what_no_state_declares_is_read_by_its_type_and_id(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("found", name="blue")
    live = TerraformProviders(settings(cloud, mirror))

    found, gone = (live.adopt("toy_thing", name, like=a_declared("a")) for name in ("found", "gone"))
    with pytest.raises(ProviderError, match="no toy_other"):
        live.adopt("toy_other", "x", like=a_declared("a"))
    live.close()

    assert found is not None
    assert found.attributes["name"] == "blue"
    assert gone is None


def test_nothing_is_discovered_for_the_protocol_has_no_call_for_it(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a")

    assert list(TerraformProviders(settings(cloud, mirror)).discover([])) == []
