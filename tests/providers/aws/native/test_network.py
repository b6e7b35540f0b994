"""Networks and who may reach them, as Terraform keeps them."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent, Json
from providers.aws.native.certificates import public_key_like
from providers.aws.native.routes import routes_like
from providers.aws.native.security_rules import security_rules
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of

OFFICE, ANYWHERE = "192.0.2.0/24", "0.0.0.0/0"


@pytest.fixture(scope="module")
def ec2() -> Iterator[Any]:
    with simulated_aws():
        yield boto3.client("ec2")


@pytest.fixture(scope="module")
def vpc(ec2: Any) -> str:
    return str(ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"])


@pytest.fixture
def group(ec2: Any, vpc: str, request: pytest.FixtureRequest) -> str:
    made = ec2.create_security_group(GroupName=request.node.name, Description="shop", VpcId=vpc)
    return str(made["GroupId"])


def open_to(ec2: Any, group: str, *cidrs: str, port: int = 443) -> list[str]:
    ranges = [{"CidrIp": cidr} for cidr in cidrs]
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges}
    made = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return [one["SecurityGroupRuleId"] for one in made["SecurityGroupRules"]]


def rule_of(group: str, *cidrs: str) -> dict[str, Json]:
    return {
        "security_group_id": group,
        "type": "ingress",
        "protocol": "tcp",
        "from_port": 443,
        "to_port": 443,
        "cidr_blocks": list(cidrs),
    }


def test_a_rule_is_there_as_long_as_all_that_it_lets_in_is(ec2: Any, group: str) -> None:
    open_to(ec2, group, OFFICE)

    assert live("aws_security_group_rule", "sgrule-1", **rule_of(group, OFFICE))["description"] == ""
    both = reading_of("aws_security_group_rule", "sgrule-2", **rule_of(group, OFFICE, ANYWHERE))
    assert isinstance(both, Absent)


def test_a_rule_of_a_group_that_was_deleted_is_missing(ec2: Any) -> None:
    declared = rule_of("sg-00000000000000000", OFFICE)

    assert isinstance(reading_of("aws_security_group_rule", "sgrule-1", **declared), Absent)


def test_a_rule_with_an_id_of_its_own_says_what_it_lets_in_now(ec2: Any, group: str) -> None:
    (rule,) = open_to(ec2, group, OFFICE)

    found = live("aws_vpc_security_group_ingress_rule", rule)

    assert (found["cidr_ipv4"], found["from_port"], found["ip_protocol"]) == (OFFICE, 443, "tcp")
    assert isinstance(reading_of("aws_vpc_security_group_egress_rule", rule), Absent)


def test_a_rule_for_every_protocol_has_no_ports(ec2: Any, group: str) -> None:
    (rule,) = (
        one
        for one in ec2.describe_security_group_rules()["SecurityGroupRules"]
        if one["GroupId"] == group and one["IsEgress"]
    )

    found = live("aws_vpc_security_group_egress_rule", rule["SecurityGroupRuleId"])

    assert (found["ip_protocol"], found["from_port"], found["to_port"]) == ("-1", None, None)


def blocks(*sources: list[str]) -> list[dict[str, Json]]:
    common = {"protocol": "tcp", "from_port": 443, "to_port": 443, "description": "", "self": False}
    return [{**common, "cidr_blocks": cidrs} for cidrs in sources]


@pytest.mark.parametrize(
    ("declared", "there"),
    [
        (blocks(["a", "b"]), [["a", "b", "c"]]),
        (blocks(["a"], ["b"]), [["a"], ["b"], ["c"]]),
        (blocks(["a", "b"], ["c"]), [["a", "b"], ["c"]]),
        (blocks(["a"], ["gone"]), [["a"], ["b", "c"]]),
        ([], [["a", "b", "c"]]),
        (None, [["a", "b", "c"]]),
    ],
)
def test_what_code_says_in_two_blocks_stands_in_two(declared: Json, there: list[list[str]]) -> None:
    """EC2 keeps one entry for a protocol and its ports."""
    entry = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    ranges = [{"CidrIp": cidr} for cidr in "abc"]

    found = security_rules([{**entry, "IpRanges": ranges}], "sg-1", "1", declared)

    assert [one["cidr_blocks"] for one in found] == there


def test_a_block_for_the_group_itself_stands_apart_where_the_code_has_two() -> None:
    entry = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}]}
    declared: Json = [
        {"protocol": "-1", "self": True},
        {"protocol": "-1", "security_groups": ["sg-2"]},
    ]

    found = security_rules([entry], "sg-1", None, declared)

    assert [(one["self"], one["security_groups"]) for one in found] == [(True, []), (False, ["sg-2"])]


def test_a_route_that_leads_elsewhere_says_where(ec2: Any, vpc: str) -> None:
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock=ANYWHERE, GatewayId=gateway)
    declared: dict[str, Json] = {"route_table_id": table, "destination_cidr_block": ANYWHERE}

    assert live("aws_route", "r-1", **declared)["gateway_id"] == gateway
    assert [one["cidr_block"] for one in live("aws_route_table", table)["route"]] == [ANYWHERE]

    ec2.delete_route(RouteTableId=table, DestinationCidrBlock=ANYWHERE)

    assert isinstance(reading_of("aws_route", "r-1", **declared), Absent)


@pytest.mark.parametrize(
    ("declared", "server", "interface"),
    [
        ([{"cidr_block": ANYWHERE, "instance_id": "i-1", "network_interface_id": ""}], "i-1", None),
        ([{"cidr_block": ANYWHERE, "instance_id": "", "network_interface_id": "eni-1"}], None, "eni-1"),
        ([{"cidr_block": ANYWHERE, "instance_id": "i-1", "network_interface_id": "eni-1"}], "i-1", "eni-1"),
        ([{"cidr_block": ANYWHERE, "network_interface_id": "eni-1"}], None, "eni-1"),
        ([{"cidr_block": OFFICE, "network_interface_id": "eni-2"}], None, "eni-1"),
        ([], "i-1", None),
        (None, "i-1", None),
    ],
)
def test_a_route_to_a_server_names_what_the_code_names(
    declared: Json, server: str | None, interface: str | None
) -> None:
    route = {"DestinationCidrBlock": ANYWHERE, "InstanceId": "i-1", "NetworkInterfaceId": "eni-1"}

    (found,) = routes_like([route], declared)

    assert (found["InstanceId"], found["NetworkInterfaceId"]) == (server, interface)


def test_an_entry_that_denies_what_it_allowed_says_so(ec2: Any, vpc: str) -> None:
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    entry = {"NetworkAclId": acl, "RuleNumber": 100, "Protocol": "6", "CidrBlock": ANYWHERE, "Egress": False}
    ports = {"From": 443, "To": 443}
    ec2.create_network_acl_entry(**entry, RuleAction="deny", PortRange=ports)
    declared: dict[str, Json] = {"network_acl_id": acl, "rule_number": 100, "protocol": "tcp"}

    found = live("aws_network_acl_rule", "nacl-1", **declared, egress=False)

    assert (found["rule_action"], found["protocol"], found["from_port"]) == ("deny", "tcp", 443)
    assert isinstance(reading_of("aws_network_acl_rule", "nacl-2", **declared, egress=True), Absent)
    assert [one["action"] for one in live("aws_network_acl", acl)["ingress"]] == ["deny"]


def test_a_network_says_what_somebody_switched_off(ec2: Any, vpc: str) -> None:
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": False})

    assert live("aws_vpc", vpc)["enable_dns_support"] is False


def test_a_range_that_was_taken_from_a_network_is_missing(ec2: Any, vpc: str) -> None:
    made = ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.21.0.0/16")
    id_ = made["CidrBlockAssociation"]["AssociationId"]

    assert live("aws_vpc_ipv4_cidr_block_association", id_, vpc_id=vpc)["cidr_block"] == "10.21.0.0/16"

    ec2.disassociate_vpc_cidr_block(AssociationId=id_)

    gone = reading_of("aws_vpc_ipv4_cidr_block_association", id_, vpc_id=vpc)
    assert isinstance(gone, Absent)


def test_the_options_that_a_default_network_has_are_adopted(ec2: Any) -> None:
    made = ec2.create_dhcp_options(
        DhcpConfigurations=[
            {"Key": "domain-name", "Values": ["eu-west-1.compute.internal"]},
            {"Key": "netbios-node-type", "Values": ["2"]},
        ]
    )

    found = live("aws_default_vpc_dhcp_options", made["DhcpOptions"]["DhcpOptionsId"])

    assert found == {"netbios_name_servers": [], "netbios_node_type": "2", "tags": {}}


def test_a_key_that_was_replaced_says_so_unless_the_state_has_none(ec2: Any) -> None:
    there = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHHmJ1zSOWQbjvJkXJz3zM0n6pS1R0v0mEbzqDkGmQ3Y"
    ec2.import_key_pair(KeyName="deploy", PublicKeyMaterial=there)

    assert live("aws_key_pair", "deploy", public_key="ssh-ed25519 AAAA old")["public_key"] == there
    assert "public_key" not in live("aws_key_pair", "deploy", public_key=None)


def test_a_key_is_the_declared_one_whatever_it_is_called_by() -> None:
    declared = "ssh-ed25519 AAAA alice@laptop\n"

    assert public_key_like("ssh-ed25519 AAAA deploy", declared) == declared
    assert public_key_like("ssh-ed25519 BBBB deploy", declared) == "ssh-ed25519 BBBB deploy"
