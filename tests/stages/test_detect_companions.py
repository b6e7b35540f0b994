"""Children that are declared as resources of their own, with the product's own table."""

from typing import Any

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
