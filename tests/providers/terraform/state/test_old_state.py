"""States of version 3: the same instances, written by Terraform 0.9 to 0.11."""

import base64
import json
from typing import Any

import pytest

from drift.errors import ProviderResponseError
from drift.model.baseline import Declaration, DeclaredResource, StoredForm
from providers.terraform.state import read_state
from tests.providers.terraform.builders import a_module, an_old_resource, an_old_state


def read(content: bytes) -> Declaration:
    return read_state(content, name="production", origin="prod.tfstate")


def the_only(resource: Any, *path: str) -> DeclaredResource:
    (declared,) = read(an_old_state(a_module(*path, aws_sqs_queue__orders=resource))).resources
    return declared


def test_an_instance_is_read_in_the_shape_that_its_flat_attributes_tell() -> None:
    flat = {
        "id": "queue-url",
        "arn": "arn:aws:sqs:eu-west-1:111122223333:orders",
        "delay_seconds": "5",
        "tags.%": "1",
        "tags.Name": "orders",
        "policy.#": "0",
    }

    declaration = read(an_old_state(a_module(aws_sqs_queue__orders=an_old_resource(flat))))

    (resource,) = declaration.resources
    assert (resource.address, resource.type) == ("aws_sqs_queue.orders", "aws_sqs_queue")
    assert (resource.resource_id, resource.provider) == ("queue-url", "-/aws")
    assert (resource.account, resource.region) == ("111122223333", "eu-west-1")
    assert resource.attributes == {
        "id": "queue-url",
        "arn": "arn:aws:sqs:eu-west-1:111122223333:orders",
        "delay_seconds": "5",
        "tags": {"Name": "orders"},
        "policy": [],
    }
    assert (declaration.serial, declaration.lineage) == (7, "0b8e4d4b-6d1c-4a86-a3c1-5d3f2f4f0a11")


def test_the_flat_form_is_kept_for_the_provider_to_upgrade() -> None:
    flat = {"id": "queue-1", "tags.%": "0"}
    meta = {"schema_version": "1", "e2bfb730": {"create": 600}}

    resource = the_only(an_old_resource(flat, meta=meta))

    assert resource.stored is not None
    assert resource.stored.private is not None
    assert (resource.stored.flat, resource.stored.schema_version) == (flat, 1)
    assert json.loads(base64.b64decode(resource.stored.private)) == {"e2bfb730": {"create": 600}}


@pytest.mark.parametrize(
    ("meta", "version", "kept"),
    [
        ({}, 0, None),
        (None, 0, None),
        ({"schema_version": "3"}, 3, None),
        ({"schema_version": 3}, 3, None),
        ({"schema_version": "new"}, 0, {"schema_version": "new"}),
    ],
)
def test_the_version_of_the_schema_stood_among_the_data_of_the_provider(
    meta: Any, version: int, kept: Any
) -> None:
    stored = the_only(an_old_resource(meta=meta)).stored

    assert stored == StoredForm(
        configuration="provider.aws",
        schema_version=version,
        private=base64.b64encode(json.dumps(kept, separators=(",", ":")).encode()).decode() if kept else None,
        flat={"id": "queue-1"},
    )


@pytest.mark.parametrize(
    ("path", "key", "address"),
    [
        ((), "aws_sqs_queue__orders", "aws_sqs_queue.orders"),
        ((), "aws_sqs_queue__orders__12", "aws_sqs_queue.orders[12]"),
        (("net", "queues"), "aws_sqs_queue__orders__0", "module.net.module.queues.aws_sqs_queue.orders[0]"),
    ],
)
def test_an_address_is_spelt_as_today(path: tuple[str, ...], key: str, address: str) -> None:
    (resource,) = read(an_old_state(a_module(*path, **{key: an_old_resource()}))).resources

    assert resource.address == address


def test_a_provider_is_the_one_of_the_type_where_none_is_named() -> None:
    resource = the_only(an_old_resource(provider=""), "net")

    assert resource.stored is not None
    assert (resource.provider, resource.stored.configuration) == ("-/aws", "module.net.provider.aws")


def test_data_sources_are_not_managed() -> None:
    module = a_module(data__aws_ami__linux=an_old_resource(), data__aws_ami__all__0=an_old_resource())

    declaration = read(an_old_state(module))

    assert (declaration.resources, declaration.unreadable) == ((), ())


def test_a_tainted_instance_is_the_instance_and_deposed_objects_are_not() -> None:
    deposed = [{"id": "old", "attributes": {"id": "old"}}, {"id": "older"}, None]

    module = a_module(aws_sqs_queue__orders=an_old_resource(tainted=True, deposed=deposed))
    declaration = read(an_old_state(module))

    assert [resource.resource_id for resource in declaration.resources] == ["queue-1"]
    assert [one.id for one in declaration.deposed] == ["old", "older"]


def test_where_only_deposed_objects_are_left_nothing_is_declared() -> None:
    gone = an_old_resource(deposed=[{"id": "old"}]) | {"primary": None}

    declaration = read(an_old_state(a_module(aws_sqs_queue__orders=gone)))

    assert (declaration.resources, [one.id for one in declaration.deposed]) == ((), ["old"])


def test_an_id_beside_the_attributes_is_one_of_them() -> None:
    """
    So it is for Terraform, when it upgrades such a state.
    """
    resource = the_only(an_old_resource({"name": "x"}, id="queue-9"))

    assert resource.resource_id == "queue-9"
    assert resource.attributes == {"name": "x", "id": "queue-9"}


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (an_old_resource({"id": "queue-1", "size": 5}), "not all texts"),
        (an_old_resource([1]), "not all texts"),
        (an_old_resource(provider="aws.${var.region}"), "provider cannot be read"),
        (an_old_resource(provider=7), "provider is no text"),
        (an_old_resource(primary="x"), "damaged"),
        ("x", "damaged"),
    ],
)
def test_an_instance_that_cannot_be_understood_is_named_and_hides_no_other(
    resource: Any, reason: str
) -> None:
    module = a_module("net", aws_sqs_queue__odd=resource, aws_sqs_queue__sound=an_old_resource())

    declaration = read(an_old_state(module))

    assert [one.address for one in declaration.resources] == ["module.net.aws_sqs_queue.sound"]
    (odd,) = declaration.unreadable
    assert (odd.address, odd.type) == ("module.net.aws_sqs_queue.odd", "aws_sqs_queue")
    assert reason in odd.error


def test_a_deposed_object_without_an_id_is_named() -> None:
    module = a_module(aws_sqs_queue__orders=an_old_resource(deposed=[{"attributes": {}}]))

    (odd,) = read(an_old_state(module)).unreadable

    assert "deposed" in odd.error


@pytest.mark.parametrize(
    "key", ["orders", "aws_sqs_queue__a__b", "aws_sqs_queue__a__1__2", "aws_sqs_queue____0"]
)
def test_a_key_that_is_no_address_is_named_with_its_place(key: str) -> None:
    (odd,) = read(an_old_state(a_module(**{key: an_old_resource()}))).unreadable

    assert odd.address == f"prod.tfstate#modules[0].{key.replace('__', '.')}"
    assert "no address" in odd.error


@pytest.mark.parametrize("path", [None, "root", [], ["net"], ["root", 7]])
def test_a_module_without_a_path_is_named_by_each_of_its_resources(path: Any) -> None:
    module = a_module(aws_sqs_queue__orders=an_old_resource()) | {"path": path}

    declaration = read(an_old_state(module))

    assert declaration.resources == ()
    assert ["no path" in one.error for one in declaration.unreadable] == [True]


@pytest.mark.parametrize(
    ("modules", "reason"),
    [
        (["x"], "no object"),
        ([{"path": ["root"], "resources": []}], "no object"),
        ([{"path": ["root"]}], None),
    ],
)
def test_a_module_that_cannot_be_understood_is_named(modules: Any, reason: str | None) -> None:
    errors = [one.error for one in read(an_old_state(modules=modules)).unreadable]

    assert [reason in error for error in errors if reason] == [True] * len(errors)
    assert bool(errors) == bool(reason)


def test_the_parts_of_a_state_may_stand_in_any_order() -> None:
    document = json.loads(an_old_state(a_module("net", aws_sqs_queue__orders=an_old_resource())))
    document["modules"] = [dict(reversed(module.items())) for module in document["modules"]]

    declaration = read(json.dumps(dict(reversed(document.items()))).encode())

    assert [one.address for one in declaration.resources] == ["module.net.aws_sqs_queue.orders"]


def test_a_state_without_modules_declares_nothing() -> None:
    assert read(an_old_state(modules=None)).resources == ()


def test_what_init_notes_of_the_backend_does_not_pass_for_a_state_that_declares_nothing() -> None:
    """
    It lies in `.terraform/terraform.tfstate`, and calls itself version 3 to this day.
    """
    noted = an_old_state(a_module(), backend={"type": "s3", "config": {"bucket": "states"}})

    with pytest.raises(ProviderResponseError, match="notes of the backend"):
        read(noted)
