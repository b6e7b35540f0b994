"""What the product's own tables call the same, and what they must not."""

import base64
import hashlib
import json
from typing import Any

import pytest

from drift.model.resource import Found, TypeSchema
from providers.terraform.rules import detect_rules
from tests.stages.detect_builders import a_declared, a_live, a_schema, compared, drifts

RULES = detect_rules()
ROLE = "arn:aws:iam::111122223333:role/app"
SCRIPT = "#!/bin/sh\necho hello\n"
SHA1 = "9db6f074fca0a903137b91c7c866b21d4e7205a7"
"""Of the script, as sha1sum prints it."""
NETWORK = "https://www.googleapis.com/compute/v1/projects/example/global/networks/main"
SCHEMA = a_schema("cidr_blocks", "ingress", "ingress[].cidr_blocks", "records")


def paths(type_: str, declared: Any, live: Any, name: str = "x", **but: Any) -> list[str]:
    found = drifts({name: declared}, {name: live}, schema=SCHEMA, rules=RULES, type=type_, **but)
    return [one.path for one in found]


@pytest.mark.parametrize(
    ("type_", "name", "one", "other"),
    [
        ("aws_instance", "iam_instance_profile", "app", "arn:aws:iam::111122223333:instance-profile/app"),
        ("aws_s3_bucket", "kms_key_id", "alias/app", "arn:aws:kms:eu-west-1:111122223333:alias/app"),
        ("aws_lambda_function", "role", "app", ROLE),
        ("google_compute_instance", "network", NETWORK, NETWORK.replace("/v1/", "/beta/")),
        ("google_compute_subnetwork", "network", "main", NETWORK),
        ("google_compute_subnetwork", "network", "projects/example/global/networks/main", NETWORK),
        (
            "azurerm_subnet",
            "route_table_id",
            "/subscriptions/A/x/routeTables/R",
            "/subscriptions/a/X/routetables/r",
        ),
        ("azurerm_storage_account", "location", "West Europe", "westeurope"),
        ("aws_security_group_rule", "cidr_blocks", ["10.0.0.7/8"], ["10.0.0.0/8"]),
        ("aws_security_group_rule", "ipv6_cidr_blocks", ["2001:DB8:0::/32"], ["2001:db8::/32"]),
        ("aws_route53_record", "name", "WWW.example.com.", "www.example.com"),
        ("aws_route53_record", "records", ["mail.example.com."], ["mail.example.com"]),
        ("aws_instance", "user_data", SCRIPT, SHA1),
        (
            "aws_instance",
            "user_data",
            SHA1,
            base64.b64encode(SCRIPT.encode()).decode(),
        ),
        (
            "aws_lambda_function",
            "source_code_hash",
            SCRIPT,
            base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode(),
        ),
        ("aws_iam_server_certificate", "certificate_body", "-----A\r\nB\r\n", "-----A\nB"),
        ("aws_sqs_queue", "delay_seconds", None, 0),
        ("aws_sqs_queue", "message_retention_seconds", "345600", None),
        (
            "aws_instance",
            "root_block_device",
            [{"encrypted": None, "size": 1}],
            [{"encrypted": False, "size": 1}],
        ),
        ("aws_default_security_group", "ingress", [{"self": None, "a": 1}], [{"self": False, "a": 1}]),
    ],
)
def test_other_spellings_of_the_same_are_no_drift(type_: str, name: str, one: Any, other: Any) -> None:
    account = {"account": "example" if type_.startswith("google_") else "111122223333"}

    assert paths(type_, one, other, name, **account) == []
    assert paths(type_, other, one, name, **account) == []


@pytest.mark.parametrize(
    ("type_", "name", "one", "other"),
    [
        ("aws_lambda_function", "role", "app", "arn:aws:iam::444455556666:role/app"),
        ("aws_lambda_function", "role", ROLE, "arn:aws:iam::444455556666:role/app"),
        ("aws_lambda_function", "role", "app", ROLE + "-admin"),
        ("aws_lambda_function", "description", "app", ROLE),
        ("google_compute_subnetwork", "network", "main", NETWORK.replace("/main", "/other")),
        ("google_compute_subnetwork", "network", "projects/mine/global/networks/main", NETWORK),
        ("azurerm_subnet", "name", "A", "a"),
        ("aws_sqs_queue", "location", "West Europe", "westeurope"),
        ("aws_security_group_rule", "cidr_blocks", ["10.0.0.0/8"], ["10.0.0.0/9"]),
        ("aws_route53_record", "records", ["Token-A"], ["token-a"]),
        ("aws_instance", "user_data", SCRIPT, "b7c8ffb8fbc67c171328e0e8f643694e8e61b335"),
        ("aws_sqs_queue", "delay_seconds", None, 1),
        ("aws_sqs_queue", "delay_seconds", 5, None),
        ("aws_sqs_queue", "name", "a", "a "),
        ("example_thing", "delay_seconds", None, 0),
    ],
)
def test_what_is_not_the_same_is_drift(type_: str, name: str, one: Any, other: Any) -> None:
    assert paths(type_, one, other, name) == [name]


def test_a_name_in_another_project_is_another_thing() -> None:
    account = {"account": "mine"}

    assert paths("google_compute_subnetwork", "main", NETWORK, "network", **account) == ["network"]


@pytest.mark.parametrize(("live", "is_drift"), [("sg-1", False), ("sg-2", True)])
def test_nothing_may_stand_for_what_another_attribute_says(live: str, is_drift: bool) -> None:
    declared = {"security_group_id": "sg-1", "source_security_group_id": None, "self": True}

    found = drifts(
        declared, {**declared, "source_security_group_id": live}, rules=RULES, type="aws_security_group_rule"
    )

    assert bool(found) is is_drift


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": "<b>"}', '{"a": "\\u003cb\\u003e"}'),
        (
            [
                {
                    "image": "nginx",
                    "name": "web",
                    "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                }
            ],
            [
                {
                    "name": "web",
                    "image": "nginx",
                    "cpu": 0,
                    "essential": True,
                    "mountPoints": [],
                    "environment": [{"value": "2", "name": "B"}, {"name": "A", "value": "1"}],
                }
            ],
        ),
        (
            {"bindings": [{"role": "r", "members": ["a", "b"]}]},
            {"bindings": [{"members": ["b", "a"], "role": "r"}]},
        ),
        ({"inside": '{"x": 1, "y": 2}'}, {"inside": '{"y":2,"x":1}'}),
        ({"a": {}, "b": 1}, {"b": "1", "c": None}),
    ],
)
def test_documents_are_compared_by_what_they_say(one: Any, other: Any) -> None:
    texts = [each if isinstance(each, str) else json.dumps(each) for each in (one, other)]

    assert paths("aws_ecs_task_definition", *texts, "container_definitions") == []


def test_another_image_in_a_container_is_drift() -> None:
    one, other = (json.dumps([{"image": image, "name": "web"}]) for image in ("nginx:1", "nginx:2"))

    assert paths("aws_ecs_task_definition", one, other, "container_definitions") == ["container_definitions"]


def test_tags_of_the_cloud_itself_are_no_drift_but_others_are() -> None:
    live = {"Name": "a", "aws:cloudformation:stack-name": "x", "new": "1"}

    assert paths("aws_sqs_queue", {"Name": "a"}, live, "tags") == ["tags.new"]
    assert paths("aws_sqs_queue", None, {"aws:x": "y"}, "tags") == []
    assert paths("aws_sqs_queue", {"aws:x": "y"}, {"aws:x": "z"}, "tags") == ['tags["aws:x"]']


def test_a_default_tag_of_the_provider_is_no_drift_of_the_tags() -> None:
    declared = {"tags": {"Name": "a"}, "tags_all": {"Name": "a", "owner": "ops"}}

    assert not drifts(declared, {"tags": {"Name": "a", "owner": "ops"}}, rules=RULES)
    assert [one.path for one in drifts(declared, {"tags": {"Name": "a", "owner": "eve"}}, rules=RULES)] == [
        "tags.owner"
    ]


# What the reader brought to its schema


def found(
    declared: dict[str, Any] | None, live: dict[str, Any], *, schema: TypeSchema | None = None
) -> Found:
    one = a_live(live, schema=schema or a_schema("rule"))
    return Found(address="aws_sqs_queue.orders", resource=one, declared=declared)


def drifted(stored: dict[str, Any], reading: Found) -> list[str]:
    findings = compared((a_declared(stored), reading), rules=RULES).findings
    return [one.path for finding in findings for one in finding.attributes]


def test_what_the_reader_made_of_the_state_is_compared() -> None:
    stored = {"size": "8", "flat.#": "1"}

    assert drifted(stored, found({"size": 8, "flat": ["a"]}, {"size": 8, "flat": ["a"]})) == []
    assert drifted(stored, found({"size": 8, "flat": ["a"]}, {"size": 8, "flat": ["b"]})) == ["flat[0]"]


def test_of_a_state_that_keeps_no_attributes_as_they_are_everything_counts() -> None:
    """
    Terraform 0.11 wrote `disk.0.iops`; what the reader makes of it is all that is known.
    """
    upgraded, live = (
        {"a": None, "disk": [{"size": 1, "iops": None}]},
        {"a": 1, "disk": [{"size": 1, "iops": 9}]},
    )

    assert drifted({}, found(upgraded, live)) == ["a", "disk[0].iops"]


def test_what_only_a_newer_provider_knows_is_no_drift() -> None:
    """
    Upgrading a state adds what the new schema has, empty: nobody declared it, so it cannot have changed.
    """
    stored = {"size": 8, "disk": [{"type": "ssd"}], "rule": [{"port": 1}]}
    upgraded = {
        "size": 8,
        "new": None,
        "disk": [{"type": "ssd", "iops": None}],
        "rule": [{"port": 1, "new": None}],
    }
    live = {"size": 8, "new": True, "disk": [{"type": "ssd", "iops": 9}], "rule": [{"port": 1, "new": 5}]}

    assert drifted(stored, found(upgraded, live)) == []
    assert drifted({**stored, "new": None}, found(upgraded, live)) == ["new"]


def test_what_is_computed_inside_a_block_never_drifts() -> None:
    schema = TypeSchema(sets=frozenset({"rule"}), computed=frozenset({"disk[].id", "rule[].id"}))
    live = {"disk": [{"id": "b", "size": 9}], "rule": [{"id": "b", "port": 1}]}

    declared = {"disk": [{"id": "a", "size": 8}], "rule": [{"id": "a", "port": 1}]}

    assert [one.path for one in drifts(declared, live, schema=schema)] == ["disk[0].size"]


def test_a_text_where_the_schema_has_a_set_is_not_taken_for_its_letters() -> None:
    assert [one.path for one in drifts({"ids": "abc"}, {"ids": "cab"}, schema=a_schema("ids"))] == ["ids"]
