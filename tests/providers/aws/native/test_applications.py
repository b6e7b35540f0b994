"""Functions, queues, topics and rules, as Terraform keeps them."""

import io
import json
import zipfile
from collections.abc import Iterator

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.statements import bus_statement, function_name, function_statement
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of

ROLE_TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


@pytest.fixture(scope="module", autouse=True)
def account() -> Iterator[None]:
    with simulated_aws():
        role = boto3.client("iam").create_role(RoleName="robot", AssumeRolePolicyDocument=ROLE_TRUST)
        boto3.client("lambda").create_function(
            FunctionName="orders",
            Runtime="python3.12",
            Role=role["Role"]["Arn"],
            Handler="orders.handle",
            Code={"ZipFile": some_code("1")},
            Environment={"Variables": {"STAGE": "live"}},
        )
        yield


def some_code(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("orders.py", text)
    return packed.getvalue()


def test_a_function_shows_what_somebody_set_in_the_console() -> None:
    functions = boto3.client("lambda")
    functions.update_function_configuration(
        FunctionName="orders", Timeout=60, MemorySize=512, Environment={"Variables": {"STAGE": "test"}}
    )
    functions.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=5)

    found = live("aws_lambda_function", "orders")

    assert (found["timeout"], found["memory_size"], found["reserved_concurrent_executions"]) == (60, 512, 5)
    assert found["environment"] == [{"variables": {"STAGE": "test"}}]


def test_a_function_whose_code_somebody_replaced_shows_another_hash() -> None:
    functions = boto3.client("lambda")
    before = functions.get_function(FunctionName="orders")["Configuration"]["CodeSha256"]
    declared = {"source_code_hash": "what made it upload", "code_sha256": before}
    assert live("aws_lambda_function", "orders", **declared)["source_code_hash"] == "what made it upload"

    functions.update_function_code(FunctionName="orders", ZipFile=some_code("2"))

    assert live("aws_lambda_function", "orders", **declared)["source_code_hash"] not in (
        before,
        "what made it upload",
    )


def test_a_permission_shows_whom_it_lets_call_and_is_missing_without_its_statement() -> None:
    boto3.client("lambda").add_permission(
        FunctionName="orders",
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn="arn:aws:sns:eu-west-1:123456789012:orders",
    )
    declared = {"function_name": "orders", "statement_id": "topic"}

    found = live("aws_lambda_permission", "topic", **declared)

    assert (found["action"], found["principal"]) == ("lambda:InvokeFunction", "sns.amazonaws.com")
    assert found["source_arn"] == "arn:aws:sns:eu-west-1:123456789012:orders"
    gone = {**declared, "statement_id": "other"}
    assert isinstance(reading_of("aws_lambda_permission", "other", **gone), Absent)
    nowhere = {**declared, "function_name": "nowhere"}
    assert isinstance(reading_of("aws_lambda_permission", "topic", **nowhere), Absent)


@pytest.mark.parametrize(
    "said",
    [
        "orders",
        "orders:live",
        "arn:aws:lambda:eu-west-1:123456789012:function:orders",
        "arn:aws:lambda:eu-west-1:123456789012:function:orders:live",
        "123456789012:function:orders",
    ],
)
def test_a_function_is_the_same_by_name_and_by_arn(said: str) -> None:
    assert function_name(said) == "orders"


def test_a_statement_tells_its_conditions_in_any_letters() -> None:
    policy = {
        "Statement": {
            "Sid": "s3",
            "Action": "lambda:InvokeFunction",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Condition": {"StringEquals": {"AWS:SourceAccount": "123456789012"}},
        }
    }
    listed = json.dumps({"Statement": [policy["Statement"]]})

    said = function_statement(listed, {"statement_id": "s3", "principal": "123456789012"})

    assert said is not None
    assert (said["principal"], said["source_account"]) == ("123456789012", "123456789012")
    assert function_statement(listed, {"id": "other"}) is None
    assert function_statement(None, {"id": "s3"}) is None
    assert function_statement("", {"id": "s3"}) is None


def test_a_bus_tells_whom_it_lets_send() -> None:
    statement = {
        "Sid": "office",
        "Action": "events:PutEvents",
        "Principal": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    }

    said = bus_statement(json.dumps({"Statement": [statement]}), {"statement_id": "office"})

    assert said == {
        "action": "events:PutEvents",
        "principal": "*",
        "condition": [{"type": "StringEquals", "key": "aws:PrincipalOrgID", "value": "o-1"}],
    }


def test_a_queue_shows_what_somebody_set_and_its_policy_is_missing_without_one() -> None:
    queues = boto3.client("sqs")
    url = queues.create_queue(QueueName="orders")["QueueUrl"]
    assert isinstance(reading_of("aws_sqs_queue_policy", url, queue_url=url), Absent)
    redrive = json.dumps({"deadLetterTargetArn": dead_letters(), "maxReceiveCount": 3})
    statement = {
        "Sid": "all",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    queues.set_queue_attributes(
        QueueUrl=url, Attributes={"VisibilityTimeout": "45", "RedrivePolicy": redrive, "Policy": policy}
    )

    found = live("aws_sqs_queue", url)

    assert (found["visibility_timeout_seconds"], found["fifo_queue"]) == (45, False)
    assert json.loads(str(found["redrive_policy"]))["maxReceiveCount"] == 3
    assert found["policy"] == live("aws_sqs_queue_policy", url, queue_url=url)["policy"]


def dead_letters() -> str:
    queues = boto3.client("sqs")
    url = queues.create_queue(QueueName="dead")["QueueUrl"]
    said = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(said["Attributes"]["QueueArn"])


def test_a_topic_and_who_listens_show_what_somebody_set() -> None:
    topics = boto3.client("sns")
    topic = topics.create_topic(Name="orders")["TopicArn"]
    listening = topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=dead_letters())["SubscriptionArn"]
    topics.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Orders")
    topics.set_subscription_attributes(
        SubscriptionArn=listening, AttributeName="RawMessageDelivery", AttributeValue="true"
    )

    assert live("aws_sns_topic", topic)["display_name"] == "Orders"
    assert live("aws_sns_topic_subscription", listening)["raw_message_delivery"] is True
    topics.unsubscribe(SubscriptionArn=listening)
    assert isinstance(reading_of("aws_sns_topic_subscription", listening), Absent)
    topics.delete_topic(TopicArn=topic)
    assert isinstance(reading_of("aws_sns_topic", topic), Absent)


def test_a_rule_of_another_bus_and_its_targets_are_found_there() -> None:
    events = boto3.client("events")
    events.create_event_bus(Name="shop")
    events.put_rule(Name="nightly", EventBusName="shop", EventPattern='{"source": ["shop"]}')
    events.put_targets(
        Rule="nightly", EventBusName="shop", Targets=[{"Id": "queue", "Arn": dead_letters(), "Input": "{}"}]
    )
    events.disable_rule(Name="nightly", EventBusName="shop")

    rule = live("aws_cloudwatch_event_rule", "shop/nightly", name="nightly", event_bus_name="shop")
    declared = {"rule": "nightly", "event_bus_name": "shop", "target_id": "queue"}
    target = live("aws_cloudwatch_event_target", "shop-nightly-queue", **declared)

    assert (rule["is_enabled"], rule["state"]) == (False, "DISABLED")
    assert (target["arn"], target["input"]) == (dead_letters(), "{}")
    other = {**declared, "target_id": "other"}
    assert isinstance(reading_of("aws_cloudwatch_event_target", "other", **other), Absent)
    default = {"name": "nightly", "event_bus_name": "default"}
    assert isinstance(reading_of("aws_cloudwatch_event_rule", "nightly", **default), Absent)


def test_a_log_group_of_which_another_name_begins_like_it_is_itself() -> None:
    logs = boto3.client("logs")
    for name in ("/shop", "/shop/orders"):
        logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName="/shop/orders", retentionInDays=7)

    assert live("aws_cloudwatch_log_group", "/shop")["retention_in_days"] == 0
    assert live("aws_cloudwatch_log_group", "/shop/orders")["retention_in_days"] == 7
    assert isinstance(reading_of("aws_cloudwatch_log_group", "/sho"), Absent)


def test_a_trail_shows_that_somebody_stopped_it_and_what_it_leaves_out() -> None:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="trail-of-the-shop")
    trails = boto3.client("cloudtrail")
    trails.create_trail(Name="shop", S3BucketName="trail-of-the-shop")
    trails.start_logging(Name="shop")
    trails.put_event_selectors(
        TrailName="shop",
        EventSelectors=[
            {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": False, "DataResources": []}
        ],
    )
    assert live("aws_cloudtrail", "shop")["enable_logging"] is True
    trails.stop_logging(Name="shop")

    arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/shop"
    found = live("aws_cloudtrail", arn, event_selector=[{"read_write_type": "All"}])

    assert found["enable_logging"] is False
    (selector,) = found["event_selector"]
    assert (selector["read_write_type"], selector["include_management_events"]) == ("WriteOnly", False)
