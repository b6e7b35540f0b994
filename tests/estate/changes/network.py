"""Changes to the network, and to who may reach it."""

from tests.estate.out_of_band import Target, drifts, goes

SSH_FROM_ANYWHERE = {
    "IpProtocol": "tcp",
    "FromPort": 22,
    "ToPort": 22,
    "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
}


def _forget_names(vpc: Target) -> None:
    vpc.client("ec2").modify_vpc_attribute(VpcId=vpc.id, EnableDnsHostnames={"Value": False})


def _hand_out_addresses(subnet: Target) -> None:
    subnet.client("ec2").modify_subnet_attribute(SubnetId=subnet.id, MapPublicIpOnLaunch={"Value": True})


def _open_ssh(group: Target) -> None:
    group.client("ec2").authorize_security_group_ingress(GroupId=group.id, IpPermissions=[SSH_FROM_ANYWHERE])


def _close_outgoing(rule: Target) -> None:
    rule.client("ec2").revoke_security_group_egress(
        GroupId=rule["security_group_id"],
        IpPermissions=[
            {
                "IpProtocol": rule["protocol"],
                "FromPort": rule["from_port"],
                "ToPort": rule["to_port"],
                "IpRanges": [{"CidrIp": cidr} for cidr in rule["cidr_blocks"]],
            }
        ],
    )


def _cut_off(route: Target) -> None:
    route.client("ec2").delete_route(
        RouteTableId=route["route_table_id"], DestinationCidrBlock=route["destination_cidr_block"]
    )


def _deny(rule: Target) -> None:
    rule.client("ec2").replace_network_acl_entry(
        NetworkAclId=rule["network_acl_id"],
        RuleNumber=rule["rule_number"],
        Protocol=rule["protocol"],
        RuleAction="deny",
        Egress=False,
        CidrBlock=rule["cidr_block"],
        PortRange={"From": rule["from_port"], "To": rule["to_port"]},
    )


def _stop_logging(flow_log: Target) -> None:
    flow_log.client("ec2").delete_flow_logs(FlowLogIds=[flow_log.id])


def _take_the_name(resource: Target) -> None:
    resource.client("ec2").delete_tags(Resources=[resource.id], Tags=[{"Key": "Name"}])


CHANGES = (
    drifts("aws_vpc.shop", "enable_dns_hostnames", by=_forget_names),
    drifts("aws_subnet.a", "map_public_ip_on_launch", by=_hand_out_addresses),
    drifts("aws_security_group.web", "ingress", by=_open_ssh),
    goes("aws_security_group_rule.orders_out", by=_close_outgoing),
    goes("aws_route.out", by=_cut_off),
    drifts("aws_network_acl_rule.https", "rule_action", by=_deny),
    goes("aws_flow_log.shop", by=_stop_logging),
    drifts("aws_internet_gateway.shop", "tags.Name", by=_take_the_name),
)
