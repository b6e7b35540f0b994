"""When does a call touch what the watch itself depends on?"""

import pytest

from drift.model.resource import Json, Resource
from drift.own_resources import own_resource
from tests.builders import an_event

QUEUE = "arn:aws:sqs:eu-west-1:111122223333:driftledger"
TRAIL_BUCKET = "arn:aws:s3:::example-trail"
SINK = "projects/example-prod/sinks/driftledger"
NAMESPACE = "/subscriptions/0f1e2d3c/resourceGroups/watch/providers/Microsoft.EventHub/namespaces/drift"


def touches(
    text: str,
    *,
    resource: str = "sg-0abc",
    request: Json = None,
    service: str = "sqs",
    account: str = "111122223333",
) -> bool:
    event = an_event(
        resources=[Resource(type=None, id=resource)], request=request, service=service, account=account
    )
    return own_resource(text).is_named_in(event)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (QUEUE, QUEUE),
        ("driftledger", QUEUE),
        ("driftledger", "https://sqs.eu-west-1.amazonaws.com/111122223333/driftledger"),
        ("driftledger", "driftledger"),
        ("drift*", "driftledger"),
        (QUEUE, "driftledger"),
        (QUEUE, "https://sqs.eu-west-1.amazonaws.com/111122223333/driftledger"),
        (QUEUE, f"{QUEUE}:0f1e2d3c"),
        (SINK, SINK),
        (SINK, f"//logging.googleapis.com/{SINK}"),
        (NAMESPACE, NAMESPACE.upper()),
        (NAMESPACE, f"{NAMESPACE}/eventhubs/activity/authorizationRules/send"),
        (NAMESPACE, f"https://management.azure.com{NAMESPACE}"),
    ],
)
def test_it_is_touched_as_a_resource_or_named_anywhere_in_the_parameters(text: str, named: str) -> None:
    assert touches(text, resource=named)
    assert touches(text, request={"settings": [{"target": named}]})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("driftledger", "driftledger-test"),
        ("driftledger", "my-driftledger"),
        ("driftledger", "projects/driftledger/topics/orders"),
        (QUEUE, "arn:aws:sqs:eu-west-1:111122223333:orders"),
        (QUEUE, "https://sqs.eu-west-1.amazonaws.com/111122223333/driftledger-test"),
        (SINK, "projects/example-prod/sinks/driftledger-old"),
        ("drift", f"{'x' * 5000}/drift"),
    ],
)
def test_what_is_only_called_alike_is_another_resource(text: str, named: str) -> None:
    assert not touches(text, resource=named)
    assert not touches(text, request={"name": named})


def test_the_bare_name_of_an_arn_counts_in_its_service_and_account_only() -> None:
    assert touches(TRAIL_BUCKET, request={"bucketName": "example-trail"}, service="s3")
    assert touches(
        "arn:aws:logs:eu-west-1:111122223333:log-group:/trail",
        request={"logGroupName": "/trail"},
        service="logs",
    )
    assert not touches(TRAIL_BUCKET, request={"name": "example-trail"}, service="ec2")
    assert not touches(QUEUE, request={"queueName": "driftledger"}, account="444455556666")


@pytest.mark.parametrize("request_", [None, 7, True, [], {"driftledger": 1}, "x", {"a": [[[None]]]}])
def test_a_key_is_no_value_and_nothing_is_nothing(request_: Json) -> None:
    assert not touches("driftledger", request=request_)
