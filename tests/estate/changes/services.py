"""Changes to queues, functions, and what watches the account."""

import json

from tests.estate.out_of_band import Target, drifts


def _hide_longer(queue: Target) -> None:
    queue.client("sqs").set_queue_attributes(QueueUrl=queue.id, Attributes={"VisibilityTimeout": "600"})


def _let_everybody_send(policy: Target) -> None:
    document = json.loads(policy["policy"])
    del document["Statement"][0]["Condition"]
    policy.client("sqs").set_queue_attributes(QueueUrl=policy.id, Attributes={"Policy": json.dumps(document)})


def _rename(topic: Target) -> None:
    topic.client("sns").set_topic_attributes(
        TopicArn=topic.id, AttributeName="DisplayName", AttributeValue="Offers"
    )


def _wrap(subscription: Target) -> None:
    subscription.client("sns").set_subscription_attributes(
        SubscriptionArn=subscription.id, AttributeName="RawMessageDelivery", AttributeValue="false"
    )


def _disable(rule: Target) -> None:
    rule.client("events").disable_rule(Name=rule.id)


def _stage(function: Target) -> None:
    function.client("lambda").update_function_configuration(
        FunctionName=function.id, Environment={"Variables": {"STAGE": "test"}}, MemorySize=512
    )


def _stop(trail: Target) -> None:
    trail.client("cloudtrail").stop_logging(Name=trail.id)


def _keep_a_week(group: Target) -> None:
    group.client("logs").put_retention_policy(logGroupName=group.id, retentionInDays=7)


def _tolerate_more(alarm: Target) -> None:
    alarm.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm.id,
        AlarmDescription=alarm["alarm_description"],
        Namespace=alarm["namespace"],
        MetricName=alarm["metric_name"],
        ComparisonOperator=alarm["comparison_operator"],
        Statistic=alarm["statistic"],
        Threshold=5000,
        Period=alarm["period"],
        EvaluationPeriods=alarm["evaluation_periods"],
        AlarmActions=list(alarm["alarm_actions"]),
    )


def _record_no_longer(status: Target) -> None:
    status.client("config").stop_configuration_recorder(ConfigurationRecorderName=status.id)


CHANGES = (
    drifts("aws_sqs_queue.uploads", "visibility_timeout_seconds", by=_hide_longer),
    drifts("aws_sqs_queue_policy.orders", "policy", by=_let_everybody_send),
    drifts("aws_sns_topic.orders", "display_name", by=_rename),
    drifts("aws_sns_topic_subscription.orders", "raw_message_delivery", by=_wrap),
    drifts("aws_cloudwatch_event_rule.nightly", "is_enabled", by=_disable),
    drifts("aws_lambda_function.orders", "environment[0].variables.STAGE", "memory_size", by=_stage),
    drifts("aws_cloudtrail.shop", "enable_logging", by=_stop),
    drifts("aws_cloudwatch_log_group.orders", "retention_in_days", by=_keep_a_week),
    drifts("aws_cloudwatch_metric_alarm.errors", "threshold", by=_tolerate_more),
    drifts("aws_config_configuration_recorder_status.shop", "is_enabled", by=_record_no_longer),
)
