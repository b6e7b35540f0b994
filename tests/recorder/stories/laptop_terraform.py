"""Dave applies what nobody reviewed, from his laptop: state and live agree, and both differ from the code."""

from tests.recorder import clients, ec2
from tests.recorder.account import Account
from tests.recorder.model import Change, Finding, Story, Telling
from tests.recorder.sign_in import sign_in_with_cli
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Trail

PERSON = "dave@example.com"
ADDRESS = "198.51.100.77"
DAY = 19


def tell(account: Account, trail: Trail) -> Telling:
    """Log the calls that this very apply made, in its order (read from Terraform's debug log)."""
    group = account.attributes("aws_security_group.search_api")
    logs = account.attributes("aws_cloudwatch_log_group.search_api")
    client = clients.terraform(ADDRESS, account.terraform_agent)
    session = sign_in_with_cli(
        trail, PERSON, "Developer", november(DAY, "15:01:44"), ADDRESS, "configure.export-credentials"
    )
    trail.read(session, client, november(DAY, "15:03:20"), "sts:GetCallerIdentity", None)
    trail.read(
        session,
        client,
        november(DAY, "15:03:22"),
        "logs:DescribeLogGroups",
        {"logGroupNamePrefix": logs["name"]},
    )
    trail.read(
        session,
        client,
        november(DAY, "15:03:22"),
        "ec2:DescribeVpcs",
        {"vpcSet": {"items": [{"vpcId": group["vpc_id"]}]}, "filterSet": {}},
    )
    ec2.look_at_groups(trail, session, client, november(DAY, "15:03:23"), group["id"])
    old = ec2.Rule(
        group_id=group["id"], port=9200, cidr="198.51.100.0/24", description="API from the office network"
    )
    new = ec2.Rule(
        group_id=group["id"], port=9200, cidr="192.0.2.0/24", description="API from the office network"
    )
    trail.call(
        session,
        client,
        november(DAY, "15:04:51"),
        "logs:PutRetentionPolicy",
        {"logGroupName": logs["name"], "retentionInDays": logs["retention_in_days"]},
    )
    ec2.log_revoke(trail, session, client, november(DAY, "15:04:52"), old)
    ec2.log_authorize(trail, session, client, november(DAY, "15:04:53"), new, _rule_id(account, new))
    ec2.look_at_groups(trail, session, client, november(DAY, "15:04:53"), group["id"])

    changes = [
        Change(
            type=kind,
            id=identifier,
            actor=PERSON,
            channel="manual",
            tool="terraform",
            disposition="unticketed",
            alert=True,
        )
        for kind, identifier in (
            ("aws_cloudwatch_log_group", logs["id"]),
            ("aws_security_group", group["id"]),
        )
    ]
    findings = [
        Finding(kind="unapplied", type=kind, id=identifier, address=f"{kind}.search_api", paths=(path,))
        for kind, identifier, path in (
            ("aws_cloudwatch_log_group", logs["id"], "retention_in_days"),
            ("aws_security_group", group["id"], "ingress"),
        )
    ]
    return Telling(changes=changes, findings=findings)


def _rule_id(account: Account, rule: ec2.Rule) -> str:
    answer = account.client("ec2").describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [rule.group_id]}]
    )
    found = (item for item in answer["SecurityGroupRules"] if item.get("CidrIpv4") == rule.cidr)
    return str(next(found)["SecurityGroupRuleId"])


STORY = Story(
    name="laptop-terraform",
    seed=1705,
    built_at=october(12, "11:20:00"),
    applied={'cidr_blocks = ["198.51.100.0/24"]': 'cidr_blocks = ["192.0.2.0/24"]', "= 7": "= 14"},
    applied_at=november(DAY, "15:04:50"),
    read_at=november(DAY, "15:30:00"),
    tell=tell,
)
