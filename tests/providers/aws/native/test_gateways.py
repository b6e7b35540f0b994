"""Ways into other networks, lists of addresses, and what is attached where, as Terraform keeps them."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.aws.native.live import live, reading_of

OFFICE = "192.0.2.0/24"


@pytest.fixture(scope="module")
def ec2() -> Iterator[Any]:
    with simulated_aws():
        yield boto3.client("ec2")


@pytest.fixture(scope="module")
def vpc(ec2: Any) -> str:
    return str(ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"])


def test_a_gateway_that_somebody_detached_has_no_network(ec2: Any, vpc: str) -> None:
    gateway = ec2.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=64512)["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpcId=vpc, VpnGatewayId=gateway)
    attachment = {"vpc_id": vpc, "vpn_gateway_id": gateway}

    assert live("aws_vpn_gateway", gateway)["vpc_id"] == vpc
    assert live("aws_vpn_gateway_attachment", "vpn-attachment-1", **attachment) == attachment
    ec2.detach_vpn_gateway(VpcId=vpc, VpnGatewayId=gateway)

    found = live("aws_vpn_gateway", gateway)
    assert (found["vpc_id"], found["amazon_side_asn"]) == (None, "64512")
    assert isinstance(reading_of("aws_vpn_gateway_attachment", "vpn-attachment-1", **attachment), Absent)


def test_a_gateway_that_was_deleted_is_missing_though_aws_still_shows_it(ec2: Any) -> None:
    made = ec2.create_customer_gateway(Type="ipsec.1", IpAddress="198.51.100.7", BgpAsn=65000)
    gateway = made["CustomerGateway"]["CustomerGatewayId"]
    assert live("aws_customer_gateway", gateway)["bgp_asn"] == "65000"

    ec2.delete_customer_gateway(CustomerGatewayId=gateway)

    assert isinstance(reading_of("aws_customer_gateway", gateway), Absent)


def test_a_list_of_addresses_shows_all_that_stand_on_it(ec2: Any) -> None:
    made = ec2.create_managed_prefix_list(
        PrefixListName="offices",
        AddressFamily="IPv4",
        MaxEntries=5,
        Entries=[{"Cidr": OFFICE, "Description": "office"}],
    )
    list_ = made["PrefixList"]["PrefixListId"]

    found = live("aws_ec2_managed_prefix_list", list_)

    assert found["entry"] == [{"cidr": OFFICE, "description": "office"}]
    assert (found["name"], found["max_entries"]) == ("offices", 5)
    assert isinstance(reading_of("aws_ec2_managed_prefix_list", "pl-0123456789abcdef0"), Absent)


def test_a_group_that_was_taken_from_an_interface_is_missing_there(ec2: Any, vpc: str) -> None:
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
    one, other = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("one", "other")
    )
    made = ec2.create_network_interface(SubnetId=subnet, Groups=[one, other])["NetworkInterface"]
    attached = {"network_interface_id": made["NetworkInterfaceId"], "security_group_id": other}
    assert live("aws_network_interface_sg_attachment", "sg_eni", **attached) == attached

    ec2.modify_network_interface_attribute(NetworkInterfaceId=made["NetworkInterfaceId"], Groups=[one])

    assert isinstance(reading_of("aws_network_interface_sg_attachment", "sg_eni", **attached), Absent)


def test_the_access_list_of_a_subnet_is_found_by_what_associates_them(ec2: Any, vpc: str) -> None:
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.2.0/24")["Subnet"]["SubnetId"]
    lists = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])
    (one,) = (each for each in lists["NetworkAcls"][0]["Associations"] if each["SubnetId"] == subnet)

    found = live("aws_network_acl_association", one["NetworkAclAssociationId"])

    assert found == {"network_acl_id": one["NetworkAclId"], "subnet_id": subnet}


def test_a_network_sees_a_private_zone_as_long_as_they_are_associated(ec2: Any, vpc: str) -> None:
    made = boto3.client("route53").create_hosted_zone(
        Name="shop.internal.",
        CallerReference="shop",
        HostedZoneConfig={"PrivateZone": True},
        VPC={"VPCRegion": REGION, "VPCId": vpc},
    )
    zone = made["HostedZone"]["Id"].rpartition("/")[2]
    associated = {"zone_id": zone, "vpc_id": vpc}

    found = live("aws_route53_zone_association", f"{zone}:{vpc}", **associated)

    assert found == {**associated, "vpc_region": REGION}
    elsewhere = {"zone_id": zone, "vpc_id": "vpc-0"}
    assert isinstance(reading_of("aws_route53_zone_association", f"{zone}:vpc-0", **elsewhere), Absent)
    gone = {"zone_id": "Z0", "vpc_id": vpc}
    assert isinstance(reading_of("aws_route53_zone_association", f"Z0:{vpc}", **gone), Absent)


def test_a_rule_of_the_resolver_is_there_until_it_is_deleted(ec2: Any) -> None:
    resolver = boto3.client("route53resolver")
    rule = resolver.create_resolver_rule(
        CreatorRequestId="office",
        Name="office",
        RuleType="SYSTEM",
        DomainName="office.internal",
        Tags=[{"Key": "team", "Value": "network"}],
    )["ResolverRule"]["Id"]

    found = live("aws_route53_resolver_rule", rule)

    assert (found["domain_name"], found["tags"]) == ("office.internal", {"team": "network"})
    resolver.delete_resolver_rule(ResolverRuleId=rule)
    assert isinstance(reading_of("aws_route53_resolver_rule", rule), Absent)
