import json
from typing import Any

import pytest

from drift.errors import ProviderResponseError
from drift.model.baseline import Declaration, StoredForm
from drift.model.resource import Resource
from providers.terraform.locations import Locations
from providers.terraform.state import read_state
from tests.providers.terraform.builders import a_resource, a_state, an_instance


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


@pytest.mark.parametrize(
    ("module", "key", "address"),
    [
        (None, 0, "aws_sqs_queue.orders[0]"),
        (None, "eu", 'aws_sqs_queue.orders["eu"]'),
        (None, 'a"b', r'aws_sqs_queue.orders["a\"b"]'),
        ("module.web", None, "module.web.aws_sqs_queue.orders"),
        ('module.web["x"].module.db[1]', 2, 'module.web["x"].module.db[1].aws_sqs_queue.orders[2]'),
    ],
)
def test_an_address_has_its_modules_and_keys(module: str | None, key: Any, address: str) -> None:
    (resource,) = read(a_state(a_resource(an_instance(index_key=key), module=module))).resources

    assert resource.address == address


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ('provider["registry.terraform.io/hashicorp/aws"]', "hashicorp/aws"),
        ('provider["registry.terraform.io/hashicorp/aws"].ireland', "hashicorp/aws"),
        ('module.web.provider["registry.opentofu.org/hashicorp/aws"].ireland', "hashicorp/aws"),
        ('provider["terraform.example.com/acme/vault"]', "acme/vault"),
        ("provider.aws", "-/aws"),
        ("module.web.provider.aws.ireland", "-/aws"),
    ],
)
def test_a_provider_is_named_by_namespace_and_type(provider: str, name: str) -> None:
    (resource,) = read(a_state(a_resource(provider=provider))).resources

    assert resource.provider == name


def test_data_sources_are_not_managed() -> None:
    declaration = read(a_state(a_resource(mode="data"), a_resource(name="kept")))

    assert [resource.address for resource in declaration.resources] == ["aws_sqs_queue.kept"]
    assert not declaration.unreadable


def test_a_tainted_instance_is_the_instance_and_a_deposed_object_is_not() -> None:
    """
    A deposed object still has to be destroyed, so it is no finding that it exists.
    """
    tainted = an_instance({"id": "new"}, status="tainted")
    deposed = an_instance({"id": "old"}, deposed="a1b2c3d4")

    declaration = read(a_state(a_resource(tainted, deposed)))

    assert [resource.resource_id for resource in declaration.resources] == ["new"]
    assert declaration.deposed == (Resource(type="aws_sqs_queue", id="old"),)


def test_sensitive_attributes_become_paths() -> None:
    paths = [
        [{"type": "get_attr", "value": "password"}],
        [
            {"type": "get_attr", "value": "setting"},
            {"type": "index", "value": {"value": 0, "type": "number"}},
            {"type": "get_attr", "value": "value"},
        ],
        [
            {"type": "get_attr", "value": "env"},
            {"type": "index", "value": {"value": "a.b", "type": "string"}},
        ],
    ]

    (resource,) = read(a_state(a_resource(an_instance(sensitive_attributes=paths)))).resources

    assert resource.sensitive == {"password", "setting[0].value", 'env["a.b"]'}


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
        ({"attributes_flat": {"id": "queue-1", "tags.%": "0"}}, "flat"),
        ({"attributes": None}, "no attributes"),
        ({"attributes": [1]}, "no attributes"),
        ("an instance?", "no object"),
        (an_instance(index_key=1.5), "index key"),
        (an_instance(sensitive_attributes=[[{"type": "splat"}]]), "sensitive"),
        (an_instance(sensitive_attributes="all"), "sensitive"),
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


def test_an_unreadable_instance_keeps_its_id() -> None:
    """
    Else it would be found again as a resource that nobody declares.
    """
    (odd,) = read(a_state(a_resource({"attributes_flat": {"id": "queue-1"}}))).unreadable

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


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_version_says_how_to_get_a_newer_one(version: int) -> None:
    error = the_error(a_state(version=version, terraform_version="0.11.14"))

    assert error.startswith(
        f"prod.tfstate is a Terraform state of version {version}, written by Terraform 0.11.14"
    )
    assert "Terraform 0.12 or newer rewrites" in error


def test_a_version_of_the_future_is_not_guessed_at() -> None:
    assert "of version 5" in the_error(a_state(version=5))


def test_an_encrypted_state_says_so() -> None:
    encrypted = {"meta": {}, "encrypted_data": "bm8=", "encryption_version": "v0"}

    assert "encrypted by OpenTofu" in the_error(json.dumps(encrypted).encode())


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
