"""The table by which writes are led to resources, held against the tables of the calls."""

import json
from importlib.resources import files
from typing import Any

import pytest

from drift.model.baseline import DeclaredResource
from drift.model.naming import NamingRules, is_same_place
from drift.model.resource import Json
from providers.terraform.attribution import attribution_rules

NAMING = attribution_rules().naming

CALLS: list[dict[str, Any]] = json.loads(files("providers.aws").joinpath("resources.json").read_text())[
    "rows"
]


def a_declared(type_: str, resource_id: str | None = "it", **attributes: Json) -> DeclaredResource:
    return DeclaredResource(
        address=f"{type_}.main",
        type=type_,
        resource_id=resource_id,
        provider="hashicorp/aws",
        account=None,
        region=None,
        attributes=attributes,
    )


def names(resource: DeclaredResource, rules: NamingRules = NAMING) -> set[tuple[str, str | None]]:
    """Its names, each with the type of the calls in which it is one."""
    return {(name.text, name.of_type) for name in rules.names_of(resource)}


@pytest.mark.parametrize(
    ("type_", "attribute"),
    sorted({(type_, row["match"]) for row in CALLS for type_ in row["types"] if type_ != "*"}),
)
def test_what_a_call_names_a_resource_by_is_a_name_of_it(type_: str, attribute: str) -> None:
    resource = a_declared(type_, None if attribute != "id" else "the-name", **{attribute: "the-name"})

    assert {("the-name", None), ("the-name", type_)} & names(resource)


def test_an_id_and_what_is_unique_name_a_resource_in_all_calls() -> None:
    resource = a_declared("aws_s3_bucket", "Logs", arn="arn:aws:s3:::Logs", bucket="Logs", acl="private")

    assert names(resource) == {("logs", None), ("arn:aws:s3:::logs", None)}
    assert {name.exact for name in NAMING.names_of(resource)} == {"Logs", "arn:aws:s3:::Logs"}


def test_a_rule_is_also_known_by_its_group() -> None:
    rule = a_declared("aws_security_group_rule", "sgrule-1", security_group_id="sg-1")

    assert names(rule) == {("sgrule-1", None), ("sg-1", "aws_security_group")}


def test_a_type_of_another_name_is_known_by_that_of_its_calls() -> None:
    assert ("web", "aws_lb") in names(a_declared("aws_alb", "arn:x", name="web"))


def test_azures_ids_have_no_case() -> None:
    [name] = NAMING.names_of(a_declared("azurerm_subnet", "/subscriptions/S/resourceGroups/RG"))

    assert name.fits("/SUBSCRIPTIONS/s/RESOURCEGROUPS/rg")
    [name] = NAMING.names_of(a_declared("aws_sqs_queue", "Orders"))
    assert not name.fits("orders")


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("eu-west-1", "eu-west-1", True),
        ("eu-west-1", "eu-west-2", False),
        (None, "eu-west-1", True),
        ("europe-west1", "europe-west1-b", True),
        ("West Europe", "westeurope", True),
        ("us-east-1", "us-east-10", False),
    ],
)
def test_places_are_the_same_as_far_as_they_are_told(
    one: str | None, other: str | None, is_same: bool
) -> None:
    assert is_same_place(one, other) is is_same


def test_own_rows_come_first_and_add_to_those_that_ship() -> None:
    own = """
        [names.own]
        aws_sqs_queue = ["queue_name"]
        [[writers]]
        types = ["aws_sqs_queue"]
        attributes = ["delay_seconds"]
        actions = ["SetDelay"]
    """

    rules = attribution_rules({"attribution": own})

    assert ("q", "aws_sqs_queue") in names(a_declared("aws_sqs_queue", queue_name="q"), rules.naming)
    assert (rules.writers[0].type, rules.writers[0].actions) == ("aws_sqs_queue", ("SetDelay",))
    assert len(rules.writers) == len(attribution_rules().writers) + 1


@pytest.mark.parametrize("own", ["nonsense", "[[writers]]\ntypes = 1", "[verb]\nremoving = []"])
def test_own_rows_of_another_form_are_refused(own: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        attribution_rules({"attribution": own})
