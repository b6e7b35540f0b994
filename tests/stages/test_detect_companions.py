"""Children that are declared as resources of their own, with the product's own table."""

from typing import Any

import pytest

from drift.model.baseline import DeclaredResource
from drift.model.finding import AttributeDrift
from drift.model.resource import LiveReading, LiveResource, NotRead, NotReadReason
from providers.terraform.rules import detect_rules
from tests.stages.detect_builders import a_declared, a_live, a_schema, compared

SETS = a_schema("ingress", "ingress[].cidr_blocks", "managed_policy_arns")


def a_group(*ingress: dict[str, Any]) -> tuple[DeclaredResource, dict[str, Any]]:
    declared = a_declared(
        {"ingress": list(ingress)},
        type="aws_security_group",
        address="aws_security_group.web",
        resource_id="sg-1",
    )
    return declared, {"type": "aws_security_group", "id": "sg-1", "schema": SETS}


def an_element(port: int, *cidr_blocks: str, is_self: bool = False) -> dict[str, Any]:
    """A rule as a security group lists it: all addresses with the same ports in one element."""
    return {
        "from_port": port,
        "to_port": port,
        "protocol": "tcp",
        "cidr_blocks": list(cidr_blocks),
        "ipv6_cidr_blocks": [],
        "description": "",
        "self": is_self,
    }


def a_rule(
    port: int, *cidr_blocks: str, **but: Any
) -> tuple[DeclaredResource, LiveResource | LiveReading | None]:
    """A rule as a resource of its own, unchanged."""
    attributes = {
        "security_group_id": "sg-1",
        "type": "ingress",
        "from_port": port,
        "to_port": port,
        "protocol": "tcp",
        "cidr_blocks": list(cidr_blocks),
        "self": False,
    } | but
    address = f"aws_security_group_rule.r{port}"
    declared = a_declared(attributes, type="aws_security_group_rule", address=address, resource_id=address)
    return declared, a_live(attributes, type="aws_security_group_rule", id=address)


def drift_of_group(
    declared: list[dict[str, Any]],
    live: list[dict[str, Any]],
    *rules: tuple[DeclaredResource, LiveResource | LiveReading | None],
) -> tuple[AttributeDrift, ...]:
    group, facts = a_group(*declared)
    comparison = compared((group, a_live({"ingress": live}, **facts)), *rules, rules=detect_rules())
    return next((one.attributes for one in comparison.findings if one.resource_id == "sg-1"), ())


def test_rules_that_are_resources_of_their_own_are_no_drift_of_the_group() -> None:
    live = [an_element(443, "10.0.0.0/8", "10.1.0.0/16"), an_element(53, "10.0.0.0/8")]

    found = drift_of_group(
        [], live, a_rule(443, "10.0.0.0/8"), a_rule(443, "10.1.0.0/16"), a_rule(53, "10.0.0.0/8")
    )

    assert not found


def test_a_rule_that_no_resource_declares_is_drift_of_the_group() -> None:
    opened = an_element(22, "0.0.0.0/0")

    found = drift_of_group([], [an_element(443, "10.0.0.0/8"), opened], a_rule(443, "10.0.0.0/8"))

    assert found == (AttributeDrift(path="ingress", declared=[], live=[opened]),)


def test_an_address_added_to_the_ports_of_a_declared_rule_is_drift() -> None:
    """
    The cloud shows it inside the element of the declared rule.
    """
    widened = an_element(22, "10.0.0.0/8", "0.0.0.0/0")

    found = drift_of_group([], [widened], a_rule(22, "10.0.0.0/8"), a_rule(443, "0.0.0.0/0"))

    assert [one.live for one in found] == [[widened]]


def test_a_rule_of_the_other_direction_explains_nothing() -> None:
    opened = an_element(443, "0.0.0.0/0")

    found = drift_of_group([], [opened], a_rule(443, "0.0.0.0/0", type="egress"))

    assert [one.live for one in found] == [[opened]]


def test_a_rule_of_another_group_explains_nothing() -> None:
    assert drift_of_group(
        [], [an_element(22, "10.0.0.0/8")], a_rule(22, "10.0.0.0/8", security_group_id="sg-2")
    )


def test_a_group_that_may_reach_itself_is_explained_by_its_rule() -> None:
    live = [an_element(443, "10.0.0.0/8", is_self=True)]

    assert not drift_of_group([], live, a_rule(443, "10.0.0.0/8"), a_rule(443, self=True))
    assert drift_of_group([], live, a_rule(443, "10.0.0.0/8"))


def test_a_rule_that_is_gone_is_told_by_the_rule_and_not_again_by_its_group() -> None:
    rule, _ = a_rule(443, "10.0.0.0/8")

    assert not drift_of_group([an_element(443, "10.0.0.0/8")], [], (rule, None))


def test_a_rule_that_is_gone_is_told_by_its_group_where_the_rule_cannot_be_read() -> None:
    rule, _ = a_rule(443, "10.0.0.0/8")
    unread = NotRead(address=rule.address, reason=NotReadReason.UNSUPPORTED, error="no reader")

    assert drift_of_group([an_element(443, "10.0.0.0/8")], [], (rule, unread))


@pytest.mark.parametrize(("there", "is_drift"), [("orders", False), ("anybody", True)])
def test_a_policy_that_cannot_be_read_by_itself_explains_no_other_than_the_declared_one(
    there: str, is_drift: bool
) -> None:
    queue = a_declared({"policy": None}, type="aws_sqs_queue", address="aws_sqs_queue.a", resource_id="a")
    live = a_live({"policy": a_policy(there)}, type="aws_sqs_queue", id="a", schema=SETS)
    type_ = "aws_sqs_queue_policy"
    policy = a_declared(
        {"queue_url": "a", "policy": a_policy("orders")}, type=type_, address=f"{type_}.a", resource_id="a"
    )
    unread = NotRead(address=policy.address, reason=NotReadReason.UNSUPPORTED, error="no reader")

    found = compared((queue, live), (policy, unread), rules=detect_rules()).findings

    assert bool(found) is is_drift


def a_policy(principal: str) -> str:
    return f'{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}}}]}}'


def test_a_rule_that_was_changed_is_told_by_the_rule_and_not_again_by_its_group() -> None:
    rule, _ = a_rule(443, "10.0.0.0/8")
    _, changed = a_rule(443, "10.0.0.0/8", "0.0.0.0/0")

    assert not drift_of_group([], [an_element(443, "10.0.0.0/8", "0.0.0.0/0")], (rule, changed))


def test_an_attached_policy_that_no_resource_declares_is_drift_of_the_role() -> None:
    role = a_declared(
        {"managed_policy_arns": []}, type="aws_iam_role", address="aws_iam_role.a", resource_id="a"
    )
    reading, admin = "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/AdministratorAccess"
    live = a_live({"managed_policy_arns": [reading, admin]}, type="aws_iam_role", id="a", schema=SETS)
    attachment = {"role": "a", "policy_arn": reading}
    type_ = "aws_iam_role_policy_attachment"
    declared = a_declared(attachment, type=type_, address=f"{type_}.a", resource_id="a-1")

    (finding,) = compared(
        (role, live), (declared, a_live(attachment, type=type_)), rules=detect_rules()
    ).findings

    assert finding.attributes == (AttributeDrift(path="managed_policy_arns", declared=[], live=[admin]),)


def test_a_policy_that_is_a_resource_of_its_own_belongs_to_that_resource() -> None:
    queue = a_declared({"policy": ""})
    policy = {"queue_url": "queue-1", "policy": '{"Statement": []}'}
    declared = a_declared(
        policy, type="aws_sqs_queue_policy", address="aws_sqs_queue_policy.a", resource_id="p"
    )
    changed = policy | {"policy": '{"Statement": [1]}'}

    comparison = compared(
        (queue, a_live({"policy": changed["policy"]})),
        (declared, a_live(changed, type="aws_sqs_queue_policy")),
        rules=detect_rules(),
    )

    assert [one.address for one in comparison.findings] == ["aws_sqs_queue_policy.a"]


def test_a_child_of_the_same_name_in_another_account_explains_nothing() -> None:
    role = a_declared(
        {"managed_policy_arns": []}, type="aws_iam_role", address="aws_iam_role.a", resource_id="a"
    )
    live = a_live({"managed_policy_arns": ["arn:x"]}, type="aws_iam_role", id="a", schema=SETS)
    type_, attachment = "aws_iam_role_policy_attachment", {"role": "a", "policy_arn": "arn:x"}
    theirs = a_declared(attachment, type=type_, address=f"{type_}.a", account="444455556666")

    comparison = compared((role, live), (theirs, a_live(attachment, type=type_)), rules=detect_rules())

    assert [one.type for one in comparison.findings] == ["aws_iam_role"]


# Rules of their own, one for each address


def a_new_rule(**but: Any) -> tuple[DeclaredResource, LiveResource]:
    type_ = "aws_vpc_security_group_ingress_rule"
    attributes = {
        "security_group_id": "sg-1",
        "from_port": 443,
        "to_port": 443,
        "ip_protocol": "tcp",
        "cidr_ipv4": None,
        "cidr_ipv6": None,
        "prefix_list_id": None,
        "referenced_security_group_id": None,
        "description": "",
    } | but
    address = f"{type_}.r{len(str(but))}"
    declared = a_declared(attributes, type=type_, address=address, resource_id=address)
    return declared, a_live(attributes, type=type_, id=address)


@pytest.mark.parametrize(
    ("element", "rule"),
    [
        (an_element(443, "10.0.0.0/8"), {"cidr_ipv4": "10.0.0.0/8"}),
        (an_element(443) | {"ipv6_cidr_blocks": ["::/0"]}, {"cidr_ipv6": "::/0"}),
        (an_element(443) | {"security_groups": ["sg-9"]}, {"referenced_security_group_id": "sg-9"}),
        (an_element(443) | {"prefix_list_ids": ["pl-1"]}, {"prefix_list_id": "pl-1"}),
        (an_element(443, is_self=True), {"referenced_security_group_id": "sg-1"}),
        (
            an_element(0, "10.0.0.0/8") | {"protocol": "-1"},
            {"cidr_ipv4": "10.0.0.0/8", "ip_protocol": "-1", "from_port": None, "to_port": None},
        ),
    ],
)
def test_a_rule_of_its_own_for_one_address_explains_it(element: dict[str, Any], rule: dict[str, Any]) -> None:
    assert not drift_of_group([], [element], a_new_rule(**rule))


@pytest.mark.parametrize(
    ("element", "rule"),
    [
        (an_element(443, "0.0.0.0/0"), {"cidr_ipv4": "10.0.0.0/8"}),
        (an_element(22, "10.0.0.0/8"), {"cidr_ipv4": "10.0.0.0/8"}),
        (an_element(443, "10.0.0.0/8") | {"to_port": 8443}, {"cidr_ipv4": "10.0.0.0/8"}),
        (an_element(443, is_self=True), {"cidr_ipv4": "10.0.0.0/8"}),
        (an_element(443, is_self=True), {"referenced_security_group_id": "sg-9"}),
        (an_element(443, "10.0.0.0/8", "10.9.0.0/16"), {"cidr_ipv4": "10.0.0.0/8"}),
        (an_element(443, "10.0.0.0/8") | {"protocol": "-1"}, {"cidr_ipv4": "10.0.0.0/8"}),
    ],
)
def test_what_no_rule_of_its_own_says_is_drift(element: dict[str, Any], rule: dict[str, Any]) -> None:
    (drift,) = drift_of_group([], [element], a_new_rule(**rule))

    assert drift.live == [element]


def test_a_port_within_the_range_of_a_rule_is_another_rule() -> None:
    """
    The ports of a rule by hand are among those of the declared rule, and yet it is not that rule.
    """
    by_hand = an_element(22, "10.0.0.0/8")

    (drift,) = drift_of_group([], [by_hand], a_rule(22, "10.0.0.0/8", to_port=443))

    assert drift.live == [by_hand]


# The same for other parents and children


def left_of(
    parent: str, attribute: str, live: Any, child: str, says: dict[str, Any], **facts: Any
) -> list[AttributeDrift]:
    """Return what is left of a drift from nothing to `live`, where a child is declared beside the parent."""
    known = {"name": "main", "arn": "arn:x:main", "resource_group_name": "rg", "project": "p"} | facts
    one = a_declared({attribute: None, **known}, type=parent, address=f"{parent}.main", resource_id="main")
    there = a_live({attribute: live, **known}, type=parent, id="main", schema=a_schema(attribute))
    beside = a_declared(says, type=child, address=f"{child}.one", resource_id="one")
    rules = detect_rules()
    findings = compared((one, there), (beside, a_live(says, type=child, id="one")), rules=rules).findings
    return [drift for finding in findings for drift in finding.attributes]


PAIRS: list[tuple[str, str, Any, str, dict[str, Any]]] = [
    (
        "aws_default_security_group",
        "ingress",
        [an_element(1, "10.0.0.0/8")],
        "aws_security_group_rule",
        {
            "type": "ingress",
            "security_group_id": "main",
            "from_port": 1,
            "to_port": 1,
            "protocol": "tcp",
            "cidr_blocks": ["10.0.0.0/8"],
        },
    ),
    (
        "aws_default_route_table",
        "route",
        [{"cidr_block": "10.0.0.0/8", "gateway_id": "igw-1"}],
        "aws_route",
        {"route_table_id": "main", "destination_cidr_block": "10.0.0.0/8", "gateway_id": "igw-1"},
    ),
    (
        "aws_route_table",
        "propagating_vgws",
        ["vgw-1"],
        "aws_vpn_gateway_route_propagation",
        {"route_table_id": "main", "vpn_gateway_id": "vgw-1"},
    ),
    (
        "aws_network_acl",
        "ingress",
        [
            {
                "rule_no": 1,
                "action": "allow",
                "protocol": "-1",
                "from_port": 0,
                "to_port": 0,
                "cidr_block": "10.0.0.0/8",
            }
        ],
        "aws_network_acl_rule",
        {
            "network_acl_id": "main",
            "egress": False,
            "rule_number": 1,
            "rule_action": "allow",
            "protocol": "-1",
            "from_port": None,
            "cidr_block": "10.0.0.0/8",
        },
    ),
    (
        "aws_iam_role",
        "managed_policy_arns",
        ["arn:p"],
        "aws_iam_policy_attachment",
        {"roles": ["main", "other"], "policy_arn": "arn:p"},
    ),
    (
        "aws_s3_bucket",
        "versioning",
        [{"enabled": True}],
        "aws_s3_bucket_versioning",
        {"bucket": "main", "versioning_configuration": []},
    ),
    (
        "aws_s3_bucket",
        "lifecycle_rule",
        [{"id": "x"}],
        "aws_s3_bucket_lifecycle_configuration",
        {"bucket": "main"},
    ),
    ("aws_kms_key", "policy", "{}x", "aws_kms_key_policy", {"key_id": "arn:x:main"}),
    ("aws_alb", "tags", {"Team": "a"}, "aws_ec2_tag", {"resource_id": "main", "key": "Team", "value": "a"}),
    (
        "aws_route53_zone",
        "vpc",
        [{"vpc_id": "vpc-1", "vpc_region": "eu-west-1"}],
        "aws_route53_zone_association",
        {"zone_id": "main", "vpc_id": "vpc-1", "vpc_region": "eu-west-1"},
    ),
    (
        "aws_rds_cluster",
        "cluster_members",
        ["db-1"],
        "aws_rds_cluster_instance",
        {"cluster_identifier": "main", "identifier": "db-1"},
    ),
    (
        "google_container_cluster",
        "node_pool",
        [{"name": "pool", "node_count": 3}],
        "google_container_node_pool",
        {"cluster": "main", "name": "pool", "project": "p"},
    ),
    (
        "google_compute_project_metadata",
        "metadata",
        {"key": "v"},
        "google_compute_project_metadata_item",
        {"project": "p", "key": "key", "value": "v"},
    ),
    (
        "azurerm_virtual_network",
        "subnet",
        [{"name": "a", "address_prefix": "10.0.0.0/24"}],
        "azurerm_subnet",
        {"virtual_network_name": "main", "resource_group_name": "rg", "name": "a"},
    ),
    (
        "azurerm_route_table",
        "route",
        [{"name": "out", "address_prefix": "10.0.0.0/8"}],
        "azurerm_route",
        {
            "route_table_name": "MAIN",
            "resource_group_name": "RG",
            "name": "out",
            "address_prefix": "10.0.0.0/8",
        },
    ),
    (
        "azurerm_network_security_group",
        "security_rule",
        [{"name": "ssh", "priority": 100, "access": "Allow"}],
        "azurerm_network_security_rule",
        {
            "network_security_group_name": "main",
            "resource_group_name": "rg",
            "name": "ssh",
            "priority": 100,
            "access": "Allow",
        },
    ),
    (
        "azurerm_key_vault",
        "access_policy",
        [{"object_id": "o", "tenant_id": "t", "key_permissions": ["Get"]}],
        "azurerm_key_vault_access_policy",
        {"key_vault_id": "main", "object_id": "o", "tenant_id": "t", "key_permissions": ["Get", "List"]},
    ),
    (
        "azurerm_subnet",
        "network_security_group_id",
        "nsg-1",
        "azurerm_subnet_network_security_group_association",
        {"subnet_id": "main", "network_security_group_id": "nsg-1"},
    ),
]


@pytest.mark.parametrize(
    ("parent", "attribute", "live", "child", "says"), PAIRS, ids=lambda one: str(one)[:40]
)
def test_what_a_declared_child_says_is_no_drift_of_its_parent(
    parent: str, attribute: str, live: Any, child: str, says: dict[str, Any]
) -> None:
    assert not left_of(parent, attribute, live, child, says)
    assert left_of(parent, attribute, live, "example_other", says)


@pytest.mark.parametrize(
    ("parent", "attribute", "live", "child", "says"),
    [
        (
            "azurerm_virtual_network",
            "subnet",
            [{"name": "a"}],
            "azurerm_subnet",
            {"virtual_network_name": "main", "resource_group_name": "another", "name": "a"},
        ),
        (
            "azurerm_key_vault",
            "access_policy",
            [{"object_id": "o", "key_permissions": ["Delete"]}],
            "azurerm_key_vault_access_policy",
            {"key_vault_id": "main", "object_id": "o", "key_permissions": ["Get"]},
        ),
        (
            "aws_instance",
            "tags",
            {"Team": "a"},
            "aws_ec2_tag",
            {"resource_id": "main", "key": "Other", "value": "a"},
        ),
        (
            "google_container_cluster",
            "node_pool",
            [{"name": "by-hand"}],
            "google_container_node_pool",
            {"cluster": "main", "name": "pool", "project": "p"},
        ),
    ],
)
def test_what_it_does_not_say_is(
    parent: str, attribute: str, live: Any, child: str, says: dict[str, Any]
) -> None:
    assert left_of(parent, attribute, live, child, says)
