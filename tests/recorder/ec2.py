"""Change security groups for real in the simulator, and log the change as CloudTrail would."""

from dataclasses import dataclass
from datetime import datetime

from tests.recorder.account import Account
from tests.recorder.clients import Client
from tests.recorder.model import Json
from tests.recorder.trail import Session, Trail
from tests.simulator.moto import ACCOUNT, REGION


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One ingress rule for one address range."""

    group_id: str
    port: int
    cidr: str
    description: str


def open_port(
    account: Account, trail: Trail, session: Session, client: Client, at: datetime, rule: Rule
) -> str:
    """Add the rule by API, log the call, and return the id of the new rule."""
    account.move_clock(at)
    answer = account.client("ec2").authorize_security_group_ingress(
        GroupId=rule.group_id,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": rule.port,
                "ToPort": rule.port,
                "IpRanges": [{"CidrIp": rule.cidr, "Description": rule.description}],
            }
        ],
    )
    rule_id: str = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    log_authorize(trail, session, client, at, rule, rule_id)
    return rule_id


def close_port(
    account: Account, trail: Trail, session: Session, client: Client, at: datetime, rule: Rule, rule_id: str
) -> None:
    """Take the rule away again by its id, as the console does."""
    account.move_clock(at)
    account.client("ec2").revoke_security_group_ingress(GroupId=rule.group_id, SecurityGroupRuleIds=[rule_id])
    request = {
        "groupId": rule.group_id,
        "ipPermissions": {},
        "securityGroupRuleIds": {"items": [{"securityGroupRuleId": rule_id}]},
    }
    trail.call(session, client, at, "ec2:RevokeSecurityGroupIngress", request, {"_return": True})


def log_authorize(
    trail: Trail, session: Session, client: Client, at: datetime, rule: Rule, rule_id: str
) -> None:
    """Log the call that added `rule`."""
    added = {
        "groupOwnerId": ACCOUNT,
        "groupId": rule.group_id,
        "securityGroupRuleId": rule_id,
        "securityGroupRuleArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group-rule/{rule_id}",
        "description": rule.description,
        "isEgress": False,
        "ipProtocol": "tcp",
        "fromPort": rule.port,
        "toPort": rule.port,
        "cidrIpv4": rule.cidr,
    }
    answer = {"_return": True, "securityGroupRuleSet": {"items": [added]}}
    trail.call(session, client, at, "ec2:AuthorizeSecurityGroupIngress", permission(rule), answer)


def log_revoke(trail: Trail, session: Session, client: Client, at: datetime, rule: Rule) -> None:
    """Log the call that took `rule` away by its content, as Terraform does."""
    answer = {"_return": True, "unknownIpPermissionSet": {}}
    trail.call(session, client, at, "ec2:RevokeSecurityGroupIngress", permission(rule), answer)


def permission(rule: Rule) -> Json:
    """Return the request parameters that name the rule by its content."""
    item = {
        "ipProtocol": "tcp",
        "fromPort": rule.port,
        "toPort": rule.port,
        "groups": {},
        "ipRanges": {"items": [{"cidrIp": rule.cidr, "description": rule.description}]},
        "ipv6Ranges": {},
        "prefixListIds": {},
    }
    return {"groupId": rule.group_id, "ipPermissions": {"items": [item]}}


def look_at_groups(trail: Trail, session: Session, client: Client, at: datetime, *group_ids: str) -> None:
    """Log the console listing security groups."""
    asked = {"items": [{"groupId": group_id} for group_id in group_ids]} if group_ids else {}
    request = {"securityGroupSet": {}, "securityGroupIdSet": asked, "filterSet": {}}
    trail.read(session, client, at, "ec2:DescribeSecurityGroups", request)


def look_at_rules(trail: Trail, session: Session, client: Client, at: datetime, group_id: str) -> None:
    """Log the console listing a group's rules; newer calls keep the shape of the XML they came from."""
    wanted = {"Name": "group-id", "Value": {"content": group_id, "tag": 1}, "tag": 1}
    request = {"DescribeSecurityGroupRulesRequest": {"Filter": wanted, "MaxResults": 1000}}
    trail.read(session, client, at, "ec2:DescribeSecurityGroupRules", request)
