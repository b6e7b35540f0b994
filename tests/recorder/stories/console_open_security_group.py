"""Alice opens SSH to everybody; nothing covers it."""

from tests.recorder import clients, ec2
from tests.recorder.account import Account
from tests.recorder.model import Change, Finding, Story, Telling
from tests.recorder.sign_in import sign_in_to_console
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Trail

PERSON = "alice@example.com"
ADDRESS = "203.0.113.24"


def tell(account: Account, trail: Trail) -> Telling:
    """Sign in, look around, open the port, look again."""
    group = account.attributes("aws_security_group.web")
    console = clients.ec2_console(ADDRESS)
    session = sign_in_to_console(trail, PERSON, "PlatformAdmin", november(17, "14:05:11"), ADDRESS)
    trail.read(
        session,
        console,
        november(17, "14:06:02"),
        "health:DescribeEventAggregates",
        {"filter": {"eventStatusCodes": ["open", "upcoming"]}, "aggregateField": "eventTypeCategory"},
    )
    trail.read(
        session,
        console,
        november(17, "14:06:40"),
        "ec2:DescribeVpcs",
        {"vpcSet": {"items": [{"vpcId": group["vpc_id"]}]}, "filterSet": {}},
    )
    ec2.look_at_groups(trail, session, console, november(17, "14:06:41"))
    ec2.look_at_rules(trail, session, console, november(17, "14:07:15"), group["id"])
    rule = ec2.Rule(group_id=group["id"], port=22, cidr="0.0.0.0/0", description="temp ssh for debugging")
    ec2.open_port(account, trail, session, console, november(17, "14:12:31"), rule)
    ec2.look_at_groups(trail, session, console, november(17, "14:12:33"), group["id"])
    ec2.look_at_rules(trail, session, console, november(17, "14:12:33"), group["id"])

    change = Change(
        type="aws_security_group",
        id=group["id"],
        actor=PERSON,
        channel="console",
        tool="console",
        disposition="unticketed",
        alert=True,
    )
    finding = Finding(
        kind="drifted",
        address="aws_security_group.web",
        type="aws_security_group",
        id=group["id"],
        paths=("ingress",),
    )
    return Telling(changes=[change], findings=[finding])


STORY = Story(
    name="console-open-security-group",
    seed=1701,
    built_at=october(5, "08:12:00"),
    read_at=november(17, "14:30:00"),
    tell=tell,
)
