"""Carol changes first and files OPS-431 afterwards; only the ticket knows the resource."""

from tests.recorder import clients, ec2
from tests.recorder.account import Account
from tests.recorder.model import Change, Finding, Story, Telling, Ticket
from tests.recorder.sign_in import sign_in_to_console
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Trail

PERSON = "carol@example.com"
ADDRESS = "198.51.100.143"


def tell(account: Account, trail: Trail) -> Telling:
    """Sign in and open the port without a word about a ticket."""
    group = account.attributes("aws_security_group.workers")
    console = clients.ec2_console(ADDRESS)
    session = sign_in_to_console(trail, PERSON, "PlatformAdmin", november(18, "10:22:53"), ADDRESS)
    trail.read(
        session,
        console,
        november(18, "10:24:10"),
        "ec2:DescribeInstances",
        {"instancesSet": {}, "filterSet": {}, "maxResults": 100},
    )
    ec2.look_at_groups(trail, session, console, november(18, "10:25:36"), group["id"])
    rule = ec2.Rule(group_id=group["id"], port=3389, cidr="198.51.100.0/24", description="RDP for build team")
    ec2.open_port(account, trail, session, console, november(18, "10:31:18"), rule)
    ec2.look_at_rules(trail, session, console, november(18, "10:31:20"), group["id"])

    change = Change(
        type="aws_security_group",
        id=group["id"],
        actor=PERSON,
        channel="console",
        tool="console",
        disposition="retroactive",
        ticket="OPS-431",
        alert=True,
    )
    finding = Finding(
        kind="drifted",
        address="aws_security_group.workers",
        type="aws_security_group",
        id=group["id"],
        paths=("ingress",),
    )
    ticket = Ticket(
        key="OPS-431",
        kind="change",
        title="RDP access to the Windows build workers from the office",
        status="Approved",
        requested_by="carol@example.com",
        assignee="carol@example.com",
        created_at=november(18, "11:21:18"),
        updated_at=november(18, "13:02:05"),
        approvals=(("erin@example.com", november(18, "13:02:05")),),
        resources=(group["id"],),
    )
    return Telling(changes=[change], findings=[finding], tickets=[ticket])


STORY = Story(
    name="console-change-ticket-afterwards",
    seed=1703,
    built_at=october(7, "13:05:00"),
    read_at=november(18, "13:30:00"),
    tell=tell,
)
