"""GitHub Actions applies what Erin had reviewed; everything agrees."""

from datetime import datetime
from urllib.parse import quote

from tests.recorder import clients
from tests.recorder.account import Account
from tests.recorder.model import Change, Json, Story, Telling
from tests.recorder.sign_in import assume_role_with_oidc
from tests.recorder.stories.reviewed_run import RUN, deployments
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Trail, wordy
from tests.simulator.moto import ACCOUNT

ROLE = "terraform-deploy"
SUBJECT = "repo:example/infra:environment:production"
RUNNER = "192.0.2.130"
TAGS = [{"key": "managed-by", "value": "terraform"}, {"key": "repository", "value": "example/infra"}]


def at(clock: str) -> datetime:
    """Return a time of the day of the run."""
    return november(17, clock)


def tell(account: Account, trail: Trail) -> Telling:
    """Log the calls that this very apply made, in its order (read from Terraform's debug log)."""
    role = account.attributes("aws_iam_role.payments")
    logs = account.attributes("aws_cloudwatch_log_group.payments")
    table = account.attributes("aws_dynamodb_table.payment_idempotency")
    topic = account.attributes("aws_sns_topic.payment_events")
    rules = account.attributes("aws_iam_role_policy.payments")
    client = clients.terraform(RUNNER, account.terraform_agent)
    action = clients.github_credentials_action(RUNNER)
    run = assume_role_with_oidc(trail, action, at("09:46:20"), ROLE, f"GitHubActions-{RUN}", SUBJECT)
    topic_id, table_id = {"topicArn": topic["arn"]}, {"tableName": table["name"]}

    trail.read(run, client, at("09:46:52"), "sts:GetCallerIdentity", None)
    trail.read(run, client, at("09:46:54"), "logs:DescribeLogGroups", {"logGroupNamePrefix": logs["name"]})
    trail.read(run, client, at("09:46:54"), "logs:ListTagsLogGroup", {"logGroupName": logs["name"]})
    trail.call(run, client, at("09:47:12"), "iam:CreateRole", _role_request(role), _role_answer(role))
    trail.read(run, client, at("09:47:13"), "iam:GetRole", {"roleName": role["name"]})
    trail.call(
        run,
        client,
        at("09:47:13"),
        "logs:PutRetentionPolicy",
        {"logGroupName": logs["name"], "retentionInDays": logs["retention_in_days"]},
    )
    trail.call(
        run,
        client,
        at("09:47:14"),
        "dynamodb:CreateTable",
        _table_request(table),
        _table_answer(table),
        resources=[{"accountId": ACCOUNT, "type": "AWS::DynamoDB::Table", "ARN": table["arn"]}],
    )
    trail.read(run, client, at("09:47:15"), "dynamodb:DescribeTable", table_id)
    trail.read(run, client, at("09:47:25"), "dynamodb:DescribeTimeToLive", table_id)
    trail.call(
        run, client, at("09:47:26"), "sns:CreateTopic", {"name": topic["name"], "tags": TAGS}, topic_id
    )
    trail.call(
        run,
        client,
        at("09:47:26"),
        "sns:SetTopicAttributes",
        {**topic_id, "attributeName": "DisplayName", "attributeValue": topic["display_name"]},
    )
    trail.read(run, client, at("09:47:26"), "sns:GetTopicAttributes", topic_id)
    trail.call(
        run,
        client,
        at("09:47:28"),
        "iam:PutRolePolicy",
        {"roleName": role["name"], "policyName": rules["name"], "policyDocument": rules["policy"]},
    )
    trail.read(
        run,
        client,
        at("09:47:28"),
        "iam:GetRolePolicy",
        {"roleName": role["name"], "policyName": rules["name"]},
    )

    written = (
        ("aws_iam_role", role),
        ("aws_cloudwatch_log_group", logs),
        ("aws_dynamodb_table", table),
        ("aws_sns_topic", topic),
        ("aws_iam_role_policy", rules),
    )
    changes = [
        Change(
            type=kind,
            id=made["id"],
            kind="machine",
            actor=ROLE,
            channel="pipeline",
            tool="terraform",
            disposition="authorised",
            alert=False,
        )
        for kind, made in written
    ]
    return Telling(changes=changes, deployments=deployments())


def _role_request(role: Json) -> Json:
    return {
        "roleName": role["name"],
        "path": role["path"],
        "description": role["description"],
        "assumeRolePolicyDocument": role["assume_role_policy"],
        "maxSessionDuration": role["max_session_duration"],
        "tags": TAGS,
    }


def _role_answer(role: Json) -> Json:
    answer = {
        "path": role["path"],
        "roleName": role["name"],
        "roleId": role["unique_id"],
        "arn": role["arn"],
        "createDate": wordy(at("09:47:12")),
        "assumeRolePolicyDocument": quote(role["assume_role_policy"], safe=""),
        "tags": TAGS,
    }
    return {"role": answer}


def _table_request(table: Json) -> Json:
    return {
        "tableName": table["name"],
        "billingMode": table["billing_mode"],
        "attributeDefinitions": [{"attributeName": "request_id", "attributeType": "S"}],
        "keySchema": [{"attributeName": table["hash_key"], "keyType": "HASH"}],
        "tags": TAGS,
    }


def _table_answer(table: Json) -> Json:
    description = {
        "tableName": table["name"],
        "tableArn": table["arn"],
        "tableStatus": "CREATING",
        "attributeDefinitions": [{"attributeName": "request_id", "attributeType": "S"}],
        "keySchema": [{"attributeName": table["hash_key"], "keyType": "HASH"}],
        "creationDateTime": wordy(at("09:47:14")),
        "billingModeSummary": {"billingMode": table["billing_mode"]},
        "itemCount": 0,
        "tableSizeBytes": 0,
        "deletionProtectionEnabled": False,
    }
    return {"tableDescription": description}


STORY = Story(
    name="pipeline-apply-reviewed",
    seed=1704,
    built_at=october(9, "12:10:00"),
    before={"= 90": "= 30"},
    before_targets=("aws_cloudwatch_log_group.payments",),
    applied_at=november(17, "09:47:10"),
    read_at=november(17, "10:15:00"),
    tell=tell,
)
