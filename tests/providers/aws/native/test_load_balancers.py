"""Load balancers, their listeners and where they lead, as Terraform keeps them."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent, Json
from providers.aws.native.listener_actions import listener_actions
from providers.aws.native.table import load_types
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of


@pytest.fixture(scope="module")
def elbv2() -> Iterator[Any]:
    with simulated_aws():
        yield boto3.client("elbv2")


@pytest.fixture(scope="module")
def vpc(elbv2: Any) -> str:
    return str(boto3.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"])


@pytest.fixture(scope="module")
def groups(elbv2: Any, vpc: str) -> list[str]:
    made = (
        elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
        for name in ("blue", "green")
    )
    return [one["TargetGroups"][0]["TargetGroupArn"] for one in made]


@pytest.fixture(scope="module")
def balancer(elbv2: Any, vpc: str) -> str:
    subnets = boto3.client("ec2").describe_subnets()["Subnets"]
    chosen = [one["SubnetId"] for one in subnets if one["VpcId"] == vpc][:2]
    made = elbv2.create_load_balancer(Name="shop", Subnets=chosen)
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


@pytest.fixture(scope="module")
def listener(elbv2: Any, balancer: str, groups: list[str]) -> str:
    to_blue = [{"Type": "forward", "TargetGroupArn": groups[0]}]
    made = elbv2.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=to_blue)
    return str(made["Listeners"][0]["ListenerArn"])


def test_a_listener_that_leads_elsewhere_says_where(elbv2: Any, listener: str, groups: list[str]) -> None:
    to_green = [{"Type": "forward", "TargetGroupArn": groups[1]}]
    elbv2.modify_listener(ListenerArn=listener, DefaultActions=to_green)

    (action,) = live("aws_lb_listener", listener)["default_action"]

    assert (action["type"], action["target_group_arn"]) == ("forward", groups[1])
    assert live("aws_alb_listener", listener)["port"] == 80


def test_a_rule_says_what_it_looks_for_and_does(elbv2: Any, listener: str) -> None:
    fixed = {"ContentType": "text/plain", "MessageBody": "closed", "StatusCode": "503"}
    hosts = [{"Field": "host-header", "HostHeaderConfig": {"Values": ["shop.example.com"]}}]
    actions = [{"Type": "fixed-response", "FixedResponseConfig": fixed}]
    made = elbv2.create_rule(ListenerArn=listener, Priority=10, Conditions=hosts, Actions=actions)
    arn = made["Rules"][0]["RuleArn"]

    found = live("aws_lb_listener_rule", arn)

    assert (found["priority"], found["listener_arn"]) == (10, listener)
    assert found["condition"][0]["host_header"] == [{"values": ["shop.example.com"]}]
    assert found["action"][0]["fixed_response"] == [
        {"content_type": "text/plain", "message_body": "closed", "status_code": "503"}
    ]

    elbv2.delete_rule(RuleArn=arn)

    assert isinstance(reading_of("aws_lb_listener_rule", arn), Absent)


def test_a_load_balancer_that_may_be_deleted_again_says_so(elbv2: Any, balancer: str) -> None:
    said = [
        {"Key": "deletion_protection.enabled", "Value": "true"},
        {"Key": "idle_timeout.timeout_seconds", "Value": "7"},
    ]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=said)

    found = live("aws_lb", balancer)

    assert (found["enable_deletion_protection"], found["idle_timeout"]) == (True, 7)
    assert live("aws_alb", balancer) == found


def test_what_was_taken_out_of_a_group_is_missing(elbv2: Any, groups: list[str]) -> None:
    targets = [{"Id": "10.0.0.9", "Port": 80}, {"Id": "10.0.0.9", "Port": 8080}]
    elbv2.register_targets(TargetGroupArn=groups[0], Targets=targets)
    declared: dict[str, Json] = {"target_group_arn": groups[0], "target_id": "10.0.0.9"}

    assert live("aws_lb_target_group_attachment", "blue-1", **declared, port=8080)["port"] == 8080
    assert "port" not in live("aws_lb_target_group_attachment", "blue-2", **declared)

    elbv2.deregister_targets(TargetGroupArn=groups[0], Targets=targets[1:])

    gone = reading_of("aws_lb_target_group_attachment", "blue-1", **declared, port=8080)
    assert isinstance(gone, Absent)


def test_a_listener_says_what_it_asks_of_clients_certificates() -> None:
    told = {"Mode": "verify", "TrustStoreArn": "arn:store", "IgnoreClientCertificateExpiry": False}

    found = load_types().rows["aws_lb_listener"].mapped({"declared": {}, "MutualAuthentication": told})

    (block,) = found["mutual_authentication"]  # type: ignore[misc,union-attr]
    assert (block["mode"], block["trust_store_arn"]) == ("verify", "arn:store")  # type: ignore[index,call-overload]


TO_TWO = {
    "Type": "forward",
    "ForwardConfig": {
        "TargetGroups": [{"TargetGroupArn": "blue", "Weight": 9}, {"TargetGroupArn": "green", "Weight": 1}],
        "TargetGroupStickinessConfig": {"Enabled": False},
    },
}


def test_shares_of_several_groups_stand_in_a_block() -> None:
    (found,) = listener_actions([TO_TWO], [])

    assert "target_group_arn" not in found
    assert found["forward"] == [
        {"target_group": [{"arn": "blue", "weight": 9}, {"arn": "green", "weight": 1}], "stickiness": []}
    ]


def test_that_clients_need_not_stay_is_told_where_the_code_tells_it() -> None:
    declared: Json = [{"forward": [{"stickiness": [{"enabled": False, "duration": 60}]}]}]

    (found,) = listener_actions([TO_TWO], declared)

    assert found["forward"][0]["stickiness"] == [{"enabled": False, "duration": 60}]  # type: ignore[index,call-overload]


def test_one_group_stands_in_a_block_where_the_code_has_one() -> None:
    action = {
        "Type": "forward",
        "TargetGroupArn": "blue",
        "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "blue"}]},
    }

    (alone,) = listener_actions([action], [{"forward": []}])
    (block,) = listener_actions([action], [{"forward": [{"target_group": []}]}])

    assert (alone["target_group_arn"], alone["forward"]) == ("blue", [])
    assert block["forward"] == [{"target_group": [{"arn": "blue", "weight": 1}], "stickiness": []}]
