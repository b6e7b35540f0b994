"""Grace opens a port and closes it again: a change without drift."""

from tests.recorder import clients, ec2
from tests.recorder.account import Account
from tests.recorder.model import Change, Story, Telling
from tests.recorder.sign_in import sign_in_to_console
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Trail

PERSON = "grace@example.com"
ADDRESS = "203.0.113.91"


def tell(account: Account, trail: Trail) -> Telling:
    """Open the port, try something for six minutes, take the rule away."""
    group = account.attributes("aws_security_group.collector")
    console = clients.ec2_console(ADDRESS)
    session = sign_in_to_console(trail, PERSON, "PlatformAdmin", november(19, "09:14:26"), ADDRESS)
    ec2.look_at_groups(trail, session, console, november(19, "09:16:02"))
    ec2.look_at_rules(trail, session, console, november(19, "09:17:44"), group["id"])
    rule = ec2.Rule(
        group_id=group["id"], port=9091, cidr="203.0.113.91/32", description="my laptop, push gateway"
    )
    rule_id = ec2.open_port(account, trail, session, console, november(19, "09:20:13"), rule)
    ec2.look_at_rules(trail, session, console, november(19, "09:20:15"), group["id"])
    ec2.close_port(account, trail, session, console, november(19, "09:26:13"), rule, rule_id)
    ec2.look_at_rules(trail, session, console, november(19, "09:26:15"), group["id"])

    change = Change(
        type="aws_security_group",
        id=group["id"],
        actor=PERSON,
        channel="console",
        tool="console",
        disposition="unticketed",
        alert=True,
    )
    return Telling(changes=[change])


STORY = Story(
    name="console-change-reverted",
    seed=1708,
    built_at=october(8, "10:30:00"),
    read_at=november(19, "09:45:00"),
    tell=tell,
)
