"""Ivan tries what he may not do; every call fails, so there is nothing to answer for."""

from datetime import datetime

from tests.recorder import clients, s3
from tests.recorder.account import Account
from tests.recorder.model import Story, Telling
from tests.recorder.sign_in import sign_in_to_console
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Session, Trail
from tests.simulator.moto import ACCOUNT, REGION

PERSON = "ivan@example.com"
ADDRESS = "203.0.113.140"


def tell(account: Account, trail: Trail) -> Telling:
    """Look, try to widen the role, to drop the policy, to make a security group."""
    role, bucket = (
        account.attributes("aws_iam_role.invoicing"),
        account.attributes("aws_s3_bucket.invoices")["id"],
    )
    pages, storage = clients.browser_console(ADDRESS), clients.s3_console(ADDRESS)
    session = sign_in_to_console(trail, PERSON, "ReadOnly", november(20, "11:08:37"), ADDRESS)
    trail.read(session, pages, november(20, "11:10:12"), "iam:GetRole", {"roleName": role["name"]})
    trail.read(
        session, pages, november(20, "11:10:13"), "iam:ListAttachedRolePolicies", {"roleName": role["name"]}
    )
    for at in (november(20, "11:15:02"), november(20, "11:15:41")):
        refused = _refusal(session, "iam:AttachRolePolicy", f"role {role['name']}")
        trail.call(session, pages, at, "iam:AttachRolePolicy", None, error=refused)
    refused = _refusal(session, "iam:PutRolePolicy", f"role {role['name']}")
    trail.call(session, pages, november(20, "11:17:26"), "iam:PutRolePolicy", None, error=refused)
    s3.list_buckets(trail, session, storage, november(20, "11:21:55"))
    s3.bucket_call(
        trail,
        session,
        storage,
        november(20, "11:22:18"),
        "GetBucketPolicy",
        bucket,
        {"policy": ""},
        read_only=True,
    )
    refused = _refusal(session, "s3:DeleteBucketPolicy", f'"arn:aws:s3:::{bucket}"')
    s3.bucket_call(
        trail,
        session,
        storage,
        november(20, "11:23:07"),
        "DeleteBucketPolicy",
        bucket,
        {"policy": ""},
        error=refused,
    )
    _try_security_group(trail, session, november(20, "11:29:34"))
    return Telling()


def _try_security_group(trail: Trail, session: Session, at: datetime) -> None:
    resource = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/*"
    _, refused = _refusal(session, "ec2:CreateSecurityGroup", resource)
    message = (
        f"You are not authorized to perform this operation. {refused}"
        f" Encoded authorization failure message: {trail.letters(160)}"
    )
    request = {"groupName": "invoicing-debug", "groupDescription": "debugging"}
    trail.call(
        session,
        clients.ec2_console(ADDRESS),
        at,
        "ec2:CreateSecurityGroup",
        request,
        error=("Client.UnauthorizedOperation", message),
    )


def _refusal(session: Session, action: str, resource: str) -> tuple[str, str]:
    who = session.identity["arn"]
    reason = f"because no identity-based policy allows the {action} action"
    return (
        "AccessDenied",
        f"User: {who} is not authorized to perform: {action} on resource: {resource} {reason}",
    )


STORY = Story(
    name="denied-attempt",
    seed=1710,
    built_at=october(15, "09:00:00"),
    read_at=november(20, "11:45:00"),
    tell=tell,
)
