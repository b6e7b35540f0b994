import itertools
import json
from typing import Any

import pytest

from drift.errors import ProviderResponseError
from drift.model.baseline import Declaration, StoredForm
from providers.terraform.locations import Locations
from providers.terraform.state import read_state
from providers.terraform.state.blocks import HELD_BYTES
from tests.providers.terraform.builders import a_module, a_resource, a_state, an_instance, an_old_resource


def read(content: bytes) -> Declaration:
    return read_state(content, name="production", origin="prod.tfstate")


def the_error(content: bytes) -> str:
    with pytest.raises(ProviderResponseError) as caught:
        read(content)
    return str(caught.value)


def test_an_instance_is_read_with_what_identifies_it() -> None:
    arn = "arn:aws:sqs:eu-west-1:111122223333:orders"

    declaration = read(a_state(a_resource(an_instance({"id": "queue-url", "arn": arn, "delay_seconds": 5}))))

    (resource,) = declaration.resources
    assert (resource.address, resource.type) == ("aws_sqs_queue.orders", "aws_sqs_queue")
    assert (resource.resource_id, resource.provider) == ("queue-url", "hashicorp/aws")
    assert (resource.account, resource.region) == ("111122223333", "eu-west-1")
    assert resource.attributes["delay_seconds"] == 5
    assert (declaration.name, declaration.serial) == ("production", 7)
    assert declaration.lineage == "0b8e4d4b-6d1c-4a86-a3c1-5d3f2f4f0a11"


def test_an_instance_keeps_what_its_provider_needs_to_read_it_again() -> None:
    west = 'module.web.provider["registry.terraform.io/hashicorp/aws"].west'

    (resource,) = read(
        a_state(a_resource(an_instance(schema_version=2, private="e30="), provider=west))
    ).resources

    assert resource.stored == StoredForm(configuration=west, schema_version=2, private="e30=")


def test_the_values_of_a_resource_stay_out_of_its_repr() -> None:
    (resource,) = read(a_state(a_resource(an_instance({"password": "hunter2"})))).resources

    assert "hunter2" not in repr(resource)


def test_an_address_has_its_modules_and_keys() -> None:
    (resource,) = read(a_state(a_resource(an_instance(index_key="a"), module='module.web["x"]'))).resources

    assert resource.address == 'module.web["x"].aws_sqs_queue.orders["a"]'


def test_the_form_that_a_provider_needs_to_read_an_instance_again_is_kept() -> None:
    stored = an_instance(schema_version=2, private="eyJhIjoxfQ==")
    provider = 'module.web.provider["registry.terraform.io/hashicorp/aws"].west'

    (resource,) = read(a_state(a_resource(stored, provider=provider))).resources

    assert resource.provider == "hashicorp/aws"
    assert resource.stored == StoredForm(configuration=provider, schema_version=2, private="eyJhIjoxfQ==")


def test_an_instance_may_have_a_provider_configuration_of_its_own() -> None:
    """
    OpenTofu's configurations may have a `for_each`; each instance then says which of them is its own.
    """
    own = 'provider["registry.opentofu.org/hashicorp/aws"].by_region["eu-west-1"]'
    instance = an_instance(instance_provider=own)

    (resource,) = read(a_state(a_resource(instance, provider=None))).resources

    assert resource.stored is not None
    assert (resource.provider, resource.stored.configuration) == ("hashicorp/aws", own)


def test_attributes_that_are_still_flat_are_read_in_their_shape() -> None:
    """
    Terraform 0.12 left alone what it did not touch after an upgrade from 0.11.
    """
    flat = {"id": "queue-1", "tags.%": "1", "tags.Name": "orders"}

    (resource,) = read(a_state(a_resource({"schema_version": 1, "attributes_flat": flat}))).resources

    assert resource.attributes == {"id": "queue-1", "tags": {"Name": "orders"}}
    assert resource.stored is not None
    assert (resource.stored.flat, resource.stored.schema_version) == (flat, 1)


def test_data_sources_are_not_managed() -> None:
    declaration = read(a_state(a_resource(mode="data"), a_resource(name="kept")))

    assert [resource.address for resource in declaration.resources] == ["aws_sqs_queue.kept"]
    assert not declaration.unreadable


def test_a_tainted_instance_is_the_instance_and_a_deposed_object_is_not() -> None:
    """
    A deposed object still has to be destroyed, so it is no finding that it exists.
    """
    tainted = an_instance({"id": "new"}, status="tainted")
    deposed = [an_instance({"id": id_}, deposed=key) for id_, key in (("old", "a1b2c3d4"), ("older", "b2"))]

    declaration = read(a_state(a_resource(tainted, *deposed)))

    assert [resource.resource_id for resource in declaration.resources] == ["new"]
    assert [one.id for one in declaration.deposed] == ["old", "older"]
    assert not declaration.unreadable


def test_sensitive_attributes_become_paths() -> None:
    paths = [[{"type": "get_attr", "value": "password"}], [{"type": "get_attr", "value": "user"}]]

    (resource,) = read(a_state(a_resource(an_instance(sensitive_attributes=paths)))).resources

    assert resource.sensitive == {"password", "user"}


@pytest.mark.parametrize(
    ("type_", "attributes", "place"),
    [
        ("aws_vpc", {"owner_id": "111122223333"}, ("111122223333", None)),
        ("aws_subnet", {"availability_zone": "eu-west-1b"}, (None, "eu-west-1")),
        ("aws_s3_bucket", {"arn": "arn:aws:s3:::logs", "region": "eu-central-1"}, (None, "eu-central-1")),
        (
            "aws_sns_topic_policy",
            {"id": "arn:aws:sns:us-gov-west-1:111122223333:x"},
            ("111122223333", "us-gov-west-1"),
        ),
        ("aws_iam_role", {"arn": "arn:aws:iam::111122223333:role/x"}, ("111122223333", None)),
        ("aws_iam_policy", {"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, (None, None)),
        ("aws_cloudwatch_event_target", {"arn": "arn:aws:sqs:eu-west-1:444455556666:theirs"}, (None, None)),
    ],
)
def test_account_and_region_come_from_the_attributes(
    type_: str, attributes: dict[str, Any], place: tuple[str | None, str | None]
) -> None:
    (resource,) = read(a_state(a_resource(an_instance(attributes), type=type_))).resources

    assert (resource.account, resource.region) == place


def test_the_same_provider_configuration_tells_account_and_region() -> None:
    """
    One configuration has one set of credentials; what stands in no region gets none.
    """
    known = an_instance({"arn": "arn:aws:sqs:eu-west-1:111122223333:orders"})
    other = 'provider["registry.terraform.io/hashicorp/aws"].other'
    declaration = read(
        a_state(
            a_resource(known),
            a_resource(type="aws_sqs_queue_policy"),
            a_resource(type="aws_iam_role_policy"),
            a_resource(provider=other, name="elsewhere"),
        )
    )

    places = [(resource.account, resource.region) for resource in declaration.resources]

    assert places == [("111122223333", "eu-west-1")] * 2 + [("111122223333", None), (None, None)]


def test_neighbours_that_contradict_each_other_tell_nothing() -> None:
    one = a_resource(an_instance({"arn": "arn:aws:sqs:eu-west-1:111122223333:a"}))
    other = a_resource(an_instance({"arn": "arn:aws:sqs:eu-west-1:444455556666:b"}), name="other")

    resource = read(a_state(one, other, a_resource(type="aws_sqs_queue_policy"))).resources[2]

    assert (resource.account, resource.region) == (None, "eu-west-1")


@pytest.mark.parametrize(
    ("instance", "reason"),
    [
        ({"attributes_flat": {"id": "queue-1", "tags": {}}}, "not all texts"),
        ({"attributes": None}, "no attributes"),
        ({"attributes": [1], "attributes_flat": {"id": "x"}}, "no attributes"),
        ("an instance?", "no object"),
        (an_instance(index_key=1.5), "index key"),
        (an_instance(index_key=True), "index key"),
        (an_instance(schema_version="2"), "schema version"),
        (an_instance(schema_version=-1), "schema version"),
        (an_instance(private="not base64"), "provider keeps"),
        (an_instance(private={}), "provider keeps"),
        ({"deposed": "a1b2c3d4", "attributes": {}}, "deposed"),
    ],
)
def test_an_instance_that_cannot_be_understood_is_named_and_hides_no_other(
    instance: Any, reason: str
) -> None:
    declaration = read(a_state(a_resource(instance, name="odd"), a_resource(name="sound")))

    assert [resource.address for resource in declaration.resources] == ["aws_sqs_queue.sound"]
    (odd,) = declaration.unreadable
    assert (odd.address, odd.type) == ("aws_sqs_queue.odd", "aws_sqs_queue")
    assert reason in odd.error


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1e999", "out of range"),
        ("9" * 5000, "out of range"),
        ("tru", "damaged"),
        ('"\\x"', "damaged"),
        ('"\xff"', "damaged"),
        ("[" * 2000 + "]" * 2000, "nested too deeply"),
        ("[" * 200 + "1" + "]" * 200, "nested too deeply"),
    ],
)
def test_an_instance_that_no_decoder_takes_is_named_with_its_key_and_id(value: str, reason: str) -> None:
    """
    Without its id it would be found again as a resource that nobody declares.
    """
    odd = a_resource(an_instance({"id": "queue-7", "odd": "HERE"}, index_key="a"), name="odd")
    state = a_state(odd, a_resource(name="sound")).replace(b'"HERE"', value.encode("latin-1"))

    declaration = read(state)

    assert [resource.address for resource in declaration.resources] == ["aws_sqs_queue.sound"]
    (odd_one,) = declaration.unreadable
    assert (odd_one.address, odd_one.resource_id) == ('aws_sqs_queue.odd["a"]', "queue-7")
    assert reason in odd_one.error


def test_half_a_surrogate_pair_is_the_strange_character_that_terraform_takes_it_for() -> None:
    state = a_state(a_resource(an_instance({"name": "HERE"})))
    text = r"\\ud800 \ud83d\ude00 \ud83d \ude00"

    (resource,) = read(state.replace(b"HERE", text.encode())).resources

    assert resource.attributes["name"] == "\\ud800 \U0001f600 \ufffd \ufffd"


def test_a_large_number_keeps_its_digits() -> None:
    (resource,) = read(a_state(a_resource(an_instance({"number": 2**70})))).resources

    assert resource.attributes["number"] == 2**70


def test_of_two_instances_with_one_address_the_second_is_named() -> None:
    first, second = an_instance({"id": "first"}), an_instance({"id": "second"})

    declaration = read(a_state(a_resource(first), a_resource(second)))

    assert [resource.resource_id for resource in declaration.resources] == ["first"]
    (twice,) = declaration.unreadable
    assert (twice.address, twice.resource_id) == ("aws_sqs_queue.orders", "second")
    assert "twice" in twice.error


def test_an_unreadable_instance_keeps_its_id() -> None:
    """
    Else it would be found again as a resource that nobody declares.
    """
    (odd,) = read(a_state(a_resource(an_instance(schema_version="?")))).unreadable

    assert odd.resource_id == "queue-1"


@pytest.mark.parametrize(
    "resource",
    ["text", {}, a_resource(type=None), a_resource(name=7), a_resource(mode="new"), a_resource(instances="x"),
     a_resource(provider=None), a_resource(provider="aws?")],
)  # fmt: skip
def test_a_resource_that_cannot_be_understood_is_named_and_hides_no_other(resource: Any) -> None:
    declaration = read(a_state(resource, a_resource(name="sound")))

    assert [one.address for one in declaration.resources] == ["aws_sqs_queue.sound"]
    assert len(declaration.unreadable) == 1


def test_a_resource_without_an_id_is_declared_all_the_same() -> None:
    (resource,) = read(a_state(a_resource({"attributes": {"name": "x"}}))).resources

    assert resource.resource_id is None


def test_a_state_without_resources_declares_nothing() -> None:
    assert read(a_state(resources=None)).resources == ()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_parts_of_a_state_may_stand_in_any_order(order: tuple[int, ...]) -> None:
    """
    Tools that sort keys put the version last, and the instances of a block before its name.
    """
    document = json.loads(a_state(a_resource(module="module.web")))
    (block,) = document["resources"]
    moved = [{"instances": block.pop("instances")}, {"module": block.pop("module")}, block]
    document["resources"] = [{key: part[key] for at in order for part in [moved[at]] for key in part}]

    declaration = read(json.dumps(dict(reversed(document.items()))).encode())

    assert [one.address for one in declaration.resources] == ["module.web.aws_sqs_queue.orders"]
    assert (declaration.serial, declaration.unreadable) == (7, ())


def test_a_block_of_very_many_instances_is_read_as_it_comes() -> None:
    """
    Then its head must stand first, as Terraform writes it: what is read has its address.
    """
    instances = [an_instance({"note": "x" * 1000}, index_key=at) for at in range(2 * HELD_BYTES // 1000)]
    block = a_resource(*instances)

    declaration = read(a_state(block))

    assert len(declaration.resources) == len(instances)
    assert "many instances before its module" in the_error(a_state(block | {"module": "module.late"}))


@pytest.mark.parametrize("version", [0, 1, 2])
def test_an_older_version_says_how_to_get_a_newer_one(version: int) -> None:
    error = the_error(a_state(version=version, terraform_version="0.6.16"))

    assert error.startswith(
        f"prod.tfstate is a Terraform state of version {version}, written by Terraform 0.6.16"
    )
    assert "a newer Terraform rewrites" in error


def test_a_version_of_the_future_is_not_guessed_at() -> None:
    """
    Not even where its lists look like those of today.
    """
    assert "of version 5" in the_error(a_state({"of": "another form"}, version=5))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (a_state(a_resource())[:-20], "is damaged or no Terraform state"),
        (b"\x1f\x8b\x08\x00", "is damaged or no Terraform state"),
        (b'{"version": 4, "lineage": "\xff"}', "is damaged or no Terraform state"),
        (b"[" * 100_000, "is damaged or no Terraform state"),
        (b"[]", "is no Terraform state"),
        (b"{}", "it names no version"),
        (b'{"version": true}', "it names no version"),
        (b'{"format_version": "1.0"}', "`terraform show -json`"),
        (a_state(resources={"a": 1}), "its `resources` is no list"),
        (a_state(a_resource(), version=3), "calls itself version 3"),
        (a_state(modules=[a_module(aws_sqs_queue__a=an_old_resource())]), "calls itself version 4"),
        (a_state() + b"{}", "is damaged or no Terraform state: something follows the end"),
        (a_state()[:-1] + b', "resources": []}', "its `resources` stands twice"),
        (a_state()[:-1] + b', "serial": 9}', "its `serial` stands twice"),
        (a_state(lineage="HERE").replace(b"HERE", rb"\ud800"), "is damaged"),
        ("{}".encode("utf-16"), "is damaged"),
    ],
)
def test_what_is_no_state_says_what_it_is(content: bytes, what: str) -> None:
    assert what in the_error(content)


def test_a_byte_order_mark_does_not_matter() -> None:
    assert len(read(b"\xef\xbb\xbf" + a_state(a_resource())).resources) == 1


# Own rows


def test_a_provider_of_ones_own_says_where_its_resources_stand() -> None:
    provider = 'provider["registry.example.com/example/cloud"]'
    state = a_state(a_resource(an_instance({"place": "mars/base-1"}), provider=provider))
    own = Locations("[cloud]\nregion = [{ attribute = 'place', pattern = '^(\\w+)/' }]")

    declared = read_state(state, name="production", origin="prod.tfstate", locations=own)

    assert declared.resources[0].region == "mars"


@pytest.mark.parametrize(
    ("own", "what"),
    [
        ("[aws]\nregoin = []", "regoin"),
        ("[aws]\nregion = [{ attribute = 'x', pattern = '(' }]", "no regular expression"),
        ("[aws]\nregion = [{ attribute = 'x', pattern = 'x' }]", "must have one group"),
    ],
)
def test_own_locations_of_another_form_are_refused_with_the_reason(own: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        Locations(own)
