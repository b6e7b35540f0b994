"""Bob does in the console what OPS-412 allowed, and says so in the rule."""

from tests.recorder import clients, ec2
from tests.recorder.account import Account
from tests.recorder.model import Change, Finding, Story, Telling, Ticket
from tests.recorder.sign_in import sign_in_to_console
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Trail

PERSON = "bob@example.com"
ADDRESS = "203.0.113.57"


def tell(account: Account, trail: Trail) -> Telling:
    """Sign in, look around, open the port under the ticket's name."""
    group = account.attributes("aws_security_group.database")
    console = clients.ec2_console(ADDRESS)
    session = sign_in_to_console(trail, PERSON, "PlatformAdmin", november(16, "13:31:40"), ADDRESS)
    ec2.look_at_groups(trail, session, console, november(16, "13:33:05"))
    ec2.look_at_rules(trail, session, console, november(16, "13:33:48"), group["id"])
    rule = ec2.Rule(
        group_id=group["id"], port=5432, cidr="198.51.100.32/28", description="OPS-412 partner BI gateway"
    )
    ec2.open_port(account, trail, session, console, november(16, "13:40:09"), rule)
    ec2.look_at_rules(trail, session, console, november(16, "13:40:11"), group["id"])

    change = Change(
        type="aws_security_group",
        id=group["id"],
        actor=PERSON,
        channel="console",
        tool="console",
        disposition="authorised",
        ticket="OPS-412",
        alert=False,
    )
    finding = Finding(
        kind="drifted",
        address="aws_security_group.database",
        type="aws_security_group",
        id=group["id"],
        paths=("ingress",),
    )
    ticket = Ticket(
        key="OPS-412",
        kind="change",
        title="Let the partner's BI gateway reach the reporting database",
        status="Approved",
        requested_by="bob@example.com",
        assignee="bob@example.com",
        created_at=november(16, "09:05:22"),
        updated_at=november(16, "10:20:47"),
        approvals=(("erin@example.com", november(16, "10:20:47")),),
        resources=(group["id"],),
    )
    return Telling(changes=[change], findings=[finding], tickets=[ticket])


STORY = Story(
    name="console-change-with-ticket",
    seed=1702,
    built_at=october(6, "09:40:00"),
    read_at=november(16, "14:00:00"),
    tell=tell,
)
