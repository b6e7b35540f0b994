"""CloudTrail's files, as a queue is told of them: every way to tell it, and all that may go wrong."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from typing import Any
from unittest.mock import patch

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.coverage import GivenUp
from providers.aws.cloudtrail_queue import CloudTrailQueue, CloudTrailQueueSettings
from tests.providers.aws.sources.place import CREATED, Place, a_key, a_log
from tests.providers.state_stores.proxy import Answer

OTHER_ACCOUNT = "222233334444"


def names(source: CloudTrailQueue, *, settle: bool = True) -> list[str]:
    """Read all there is, as `collect` does."""
    found = []
    for one in source.read_since(None):
        one.open().close()
        if settle:
            one.settle()
        found.append(one.name)
    return found


def the_uri(place: Place, key: str) -> str:
    return f"s3://{place.bucket}/{key}"


# Ways to tell a queue of a file


def by_s3(place: Place) -> None:
    place.notify(QueueConfigurations=[{"QueueArn": place.arn, "Events": [CREATED]}])


def by_s3_through_sns(place: Place) -> None:
    place.notify(TopicConfigurations=[{"TopicArn": place.topic(), "Events": [CREATED]}])


def by_s3_through_sns_raw(place: Place) -> None:
    place.notify(TopicConfigurations=[{"TopicArn": place.topic(raw=True), "Events": [CREATED]}])


def by_eventbridge(place: Place) -> None:
    place.rule(source=["aws.s3"])
    place.notify(EventBridgeConfiguration={})


WAYS = [by_s3, by_s3_through_sns, by_s3_through_sns_raw, by_eventbridge]


@pytest.mark.parametrize("tell", WAYS)
def test_a_file_is_read_however_the_queue_is_told_of_it(tell: Callable[[Place], None], place: Place) -> None:
    """
    Moto sends S3's test event first, and an event of tags after each file: neither is a delivery.
    """
    tell(place)
    place.put(f"with blanks+ü/{a_key()}", a_log("one"))

    (delivery,) = place.queue_source().read_since(None)
    with delivery.open() as stream:
        assert stream.read() == a_log("one")
    delivery.settle()

    assert delivery.name == the_uri(place, f"with blanks+ü/{a_key()}")
    assert place.waiting() == 0


@pytest.mark.parametrize("raw", [False, True])
def test_the_topic_of_a_trail_tells_of_several_files_at_once(raw: bool, place: Place) -> None:
    topic, keys = place.topic(raw=raw), [a_key("1"), a_key("2"), a_key("3")]
    for key in keys:
        place.put(key, a_log(key))
    told = {"s3Bucket": place.bucket, "s3ObjectKey": keys}
    for message in ("CloudTrail validation message.", json.dumps(told)):
        place.client("sns").publish(TopicArn=topic, Message=message)

    assert names(place.queue_source()) == [the_uri(place, key) for key in keys]
    assert place.waiting() == 0


def test_a_topic_behind_a_topic_is_two_envelopes(place: Place) -> None:
    place.put(a_key(), a_log("one"))
    told = json.dumps({"s3Bucket": place.bucket, "s3ObjectKey": [a_key()]})
    inner = json.dumps({"Type": "Notification", "Message": told})

    place.send(json.dumps({"Type": "Notification", "Message": inner}))

    assert names(place.queue_source()) == [the_uri(place, a_key())]


@pytest.mark.parametrize(
    "before",
    ["", "o-a1b2c3d4e5/", "audit/logs/"],
    ids=["plain", "Control Tower", "prefix"],
)
@pytest.mark.parametrize("organisation", ["", "o-a1b2c3d4e5/"], ids=["account", "organisation"])
def test_trails_of_organisations_and_of_control_tower_are_read(
    before: str, organisation: str, place: Place
) -> None:
    place.notify_queue()
    key = before + a_key().replace("AWSLogs/", f"AWSLogs/{organisation}")
    place.put(key, a_log("one"))

    assert names(place.queue_source()) == [the_uri(place, key)]


@pytest.mark.parametrize(
    "key",
    [
        a_key().replace("/CloudTrail/", "/CloudTrail-Digest/"),
        a_key().replace("/CloudTrail/", "/CloudTrail-Insight/"),
        a_key().replace("/CloudTrail/", "/CloudTrail-NetworkActivity/"),
        "AWSLogs/111122223333/Config/eu-west-1/2026/11/16/ConfigHistory/111122223333_Config.json.gz",
        "AWSLogs/o-a1b2c3d4e5/111122223333/Config/ConfigWritabilityCheckFile",
        "AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/11/16/some.log.gz",
        "athena/results.csv",
    ],
)
def test_what_is_no_log_is_left_out_and_its_message_is_gone(key: str, place: Place) -> None:
    place.notify_queue()
    place.put(key)

    assert names(place.queue_source()) == []
    assert place.waiting() == 0


def test_a_copy_of_logs_somewhere_else_is_read_rather_than_lost(place: Place) -> None:
    place.notify_queue()
    place.put("copied/trail.json.gz", a_log("one"))

    assert names(place.queue_source()) == [the_uri(place, "copied/trail.json.gz")]


def test_a_file_that_was_removed_is_nothing_to_read(place: Place) -> None:
    event = {
        "eventSource": "aws:s3",
        "eventName": "ObjectRemoved:Delete",
        "s3": {"bucket": {"name": place.bucket}, "object": {"key": a_key()}},
    }
    place.send(json.dumps({"Records": [event]}))

    assert names(place.queue_source()) == []
    assert place.waiting() == 0


# Who may do what, and where


def test_a_queue_of_another_account_is_read_in_a_role_there_and_the_bucket_as_we_are(place: Place) -> None:
    sts = place.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{OTHER_ACCOUNT}:role/reader", RoleSessionName="the-owner"
    )["Credentials"]
    there = _client_with(place, sts)
    url = there.create_queue(QueueName=place.bucket)["QueueUrl"]
    place.put(a_key(), a_log("one"))
    there.send_message(QueueUrl=url, MessageBody=json.dumps(_told(place)))

    role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/driftledger"
    source = place.queue_source(queue_url=url, role=role)

    assert OTHER_ACCOUNT in url
    assert names(source) == [the_uri(place, a_key())]
    with pytest.raises(ProviderResponseError, match="it is not there"):
        names(place.queue_source(queue_url=url))


def test_the_bucket_may_be_read_in_another_role_than_the_queue(place: Place) -> None:
    place.notify_queue()
    place.put(a_key(), a_log("one"))

    names(place.queue_source(bucket_role=f"arn:aws:iam::{OTHER_ACCOUNT}:role/trail"))

    keys = {_service(one.headers): one.headers["authorization"] for one in place.proxy.asked}
    assert "Credential=testing/" in keys["sqs"]
    assert "Credential=ASIA" in keys["s3"]


def test_a_bucket_that_is_none_of_those_is_not_read_and_its_message_stays(place: Place) -> None:
    """
    Whoever may send to the queue must not choose whose records are taken for ours.
    """
    place.notify_queue()
    place.put(a_key(), a_log("forged"))
    (delivery,) = place.queue_source(buckets=("the-trail",)).read_since(None)

    with pytest.raises(ProviderResponseError, match="its bucket is none of `buckets`"):
        delivery.open()

    assert place.waiting() == 1


@pytest.mark.parametrize(
    ("told", "named"),
    [
        (b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", "s3:GetObject"),
        (
            (
                b"<Error><Code>AccessDenied</Code><Message>User: x is not authorized to perform: kms:Decrypt"
                b" on resource: arn:aws:kms:eu-west-1:1:key/k because ...</Message></Error>"
            ),
            "kms:Decrypt on arn:aws:kms:eu-west-1:1:key/k",
        ),
    ],
)
def test_a_file_that_is_denied_names_the_permission_and_hides_no_other(
    told: bytes, named: str, place: Place
) -> None:
    place.notify_queue()
    place.put(a_key("denied"), a_log("one"))
    place.put(a_key("other"), a_log("two"))
    place.proxy.answer = _for("GET", "denied", (403, {}, told))
    errors: list[ProviderError] = []

    for one in place.queue_source().read_since(None):
        try:
            one.open().close()
        except ProviderAccessError as error:
            errors.append(error)
        else:
            one.settle()

    assert named in errors[0].what
    assert "docs/sources-aws.md" in errors[0].hint
    assert "kms:Decrypt" in errors[0].what
    assert place.waiting() == len(errors) == 1


@pytest.mark.parametrize(
    ("action", "do"),
    [
        ("sqs:ReceiveMessage", lambda source: names(source)),
        ("sqs:DeleteMessage", lambda source: names(source)),
        ("sqs:GetQueueAttributes", lambda source: source.probe()),
    ],
)
def test_a_queue_that_is_denied_names_the_permission(
    action: str, do: Callable[[CloudTrailQueue], object], place: Place
) -> None:
    place.notify_queue()
    place.put(a_key(), a_log("one"))
    refused = json.dumps({"__type": "com.amazon.coral.service#AccessDeniedException", "message": "no"})
    operation = {"sqs:DeleteMessage": "DeleteMessageBatch"}.get(action, action.removeprefix("sqs:"))
    place.proxy.answer = _for_target(f"AmazonSQS.{operation}", (403, {}, refused.encode()))

    with pytest.raises(ProviderAccessError, match=f"{action} on arn:aws:sqs:") as raised:
        do(place.queue_source())

    assert raised.value.hint


def test_a_queue_whose_key_is_denied_names_kms(place: Place) -> None:
    refused = json.dumps({"__type": "com.amazonaws.sqs#KmsAccessDenied", "message": "no"}).encode()
    place.proxy.answer = _for_target("AmazonSQS.ReceiveMessage", (400, {}, refused))

    with pytest.raises(ProviderAccessError, match="kms:Decrypt on the key of arn:aws:sqs:"):
        names(place.queue_source())


def test_a_throttled_queue_may_be_asked_again_later(place: Place) -> None:
    refused = json.dumps({"__type": "com.amazonaws.sqs#RequestThrottled", "message": "slow down"}).encode()
    place.proxy.answer = _for_target("AmazonSQS.ReceiveMessage", (400, {}, refused))

    with pytest.raises(ProviderUnavailableError, match="fewer requests"):
        names(place.queue_source())


def test_a_url_that_is_none_says_how_one_looks() -> None:
    with pytest.raises(ProviderResponseError, match="no URL of a queue") as raised:
        names(CloudTrailQueue(_settings(queue_url="arn:aws:sqs:eu-west-1:111122223333:trail")))

    assert "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME" in raised.value.hint


def test_the_region_is_that_of_the_queue(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    url = "https://sqs.ap-southeast-2.amazonaws.com/111122223333/trail"

    with pytest.raises(ProviderError):
        names(CloudTrailQueue(_settings(queue_url=url, endpoint=place.proxy.url)))

    assert "/ap-southeast-2/sqs/" in place.proxy.asked[0].headers["authorization"]


# What stays, and what comes again


def test_a_message_is_deleted_once_all_its_files_are_kept(place: Place) -> None:
    for name in ("1", "2"):
        place.put(a_key(name), a_log(name))
    place.send(json.dumps(_told(place, "1", "2")))
    first, second = place.queue_source().read_since(None)

    first.settle()
    assert place.waiting() == 1

    second.settle()
    assert place.waiting() == 0


def test_a_message_that_comes_twice_is_delivered_once_in_a_pass_and_deleted_by_its_latest_receipt(
    place: Place,
) -> None:
    place.notify_queue()
    place.put(a_key(), a_log("one"))

    (delivery,) = place.queue_source(visibility_seconds=0).read_since(None)
    delivery.settle()

    assert place.waiting() == 0


def test_one_file_that_two_messages_tell_of_bears_one_name_and_both_are_deleted(place: Place) -> None:
    place.notify_queue()
    place.put(a_key(), a_log("one"))
    place.put(a_key(), a_log("one"))

    first, second = place.queue_source().read_since(None)
    for one in (first, second):
        one.settle()

    assert (first.name, first.version) == (second.name, second.version)
    assert place.waiting() == 0


def test_a_file_that_is_written_over_is_another_version(place: Place) -> None:
    place.notify_queue()
    place.put(a_key(), a_log("one"))
    place.put(a_key(), a_log("altered"))

    first, second = place.queue_source().read_since(None)

    assert first.name == second.name
    assert first.version != second.version


def test_messages_are_asked_for_ten_at_a_time_and_only_when_they_are_needed(place: Place) -> None:
    place.notify_queue()
    for number in range(25):
        place.put(a_key(str(number)), a_log(str(number)))
    deliveries = place.queue_source().read_since(None)

    next(deliveries)
    asked_first = place.asked("ReceiveMessage")
    rest = list(deliveries)

    assert len(rest) == 24
    assert (asked_first, place.asked("ReceiveMessage")) == (1, 4)


def test_what_is_sent_meanwhile_is_left_to_the_next_pass(place: Place) -> None:
    """
    A busy queue is never empty, and a pass without end would never say how far it came.
    """
    place.notify_queue()
    place.put(a_key("0"), a_log("0"))
    source, read = place.queue_source(), 0

    for read, delivery in enumerate(islice(source.read_since(None), 5), start=1):
        delivery.settle()
        place.put(a_key(str(read)), a_log(str(read)))

    assert read == 2
    assert len(list(source.read_since(None))) == 1


def test_everything_that_was_sent_before_a_pass_is_read_in_it(place: Place) -> None:
    """
    A wrong clock makes a queue look new that has more than fits into one receipt.
    """
    place.notify_queue()
    for number in range(25):
        place.put(a_key(str(number)), a_log(str(number)))

    with patch("providers.aws.queue.time.time", lambda: 0.0):
        deliveries = list(place.queue_source().read_since(None))

    assert len(deliveries) == 25


def test_a_queue_waits_by_itself_unless_it_is_told_not_to(place: Place) -> None:
    settings = CloudTrailQueueSettings(queue_url=place.queue_url)

    assert CloudTrailQueue(settings).waits == timedelta(seconds=5)
    assert place.queue_source().waits == timedelta()


def test_a_message_is_held_while_those_before_it_are_worked_on(place: Place) -> None:
    place.notify_queue()
    for name in ("1", "2", "3"):
        place.put(a_key(name), a_log(name))
    clock = Clock()
    deliveries = place.queue_source(now=clock).read_since(None)

    first = next(deliveries)
    clock.at = 160.0
    with first.open() as stream:
        stream.read()
    assert place.asked("ChangeMessageVisibilityBatch") == 1

    clock.at = 320.0
    next(deliveries)
    assert place.asked("ChangeMessageVisibilityBatch") == 2


def test_a_message_that_announces_nothing_is_delivered_itself(place: Place) -> None:
    """
    So it shows as unreadable, or as the records that it turns out to hold, and is not lost.
    """
    place.send("what is this?")

    (delivery,) = place.queue_source().read_since(None)
    with delivery.open() as stream:
        assert stream.read() == b"what is this?"
    delivery.settle()

    assert delivery.name.startswith("sqs://queue-")
    assert place.queue_source().again(delivery.name) is None
    assert place.waiting() == 0


@pytest.mark.parametrize(
    "strange",
    [
        '{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {}}]}',
        '{"s3Bucket": "b", "s3ObjectKey": [7]}',
        '{"s3Bucket": "b", "s3ObjectKey": ["AWSLogs/\\u0000.json.gz"]}',
        '{"s3Bucket": "b\\ud800", "s3ObjectKey": ["\\u202e.json.gz"]}',
        '{"Type": "SubscriptionConfirmation", "SubscribeURL": "https://example.com"}',
        '{"source": "aws.s3", "detail-type": "AWS API Call via CloudTrail", "detail": {"eventID": "1"}}',
        "[]",
        '{"Records": "',
    ],
)
def test_what_is_not_understood_is_never_dropped(strange: str, place: Place) -> None:
    place.send(strange)

    assert [one.name[:6] for one in place.queue_source().read_since(None)] == ["sqs://"]


def test_a_connection_that_is_cut_within_a_file_may_be_tried_again(place: Place) -> None:
    place.notify_queue()
    place.put(a_key(), a_log("one"))
    place.proxy.answer = _for("GET", a_key(), (200, {"Content-Length": "5000"}, b"cut"))
    (delivery,) = place.queue_source().read_since(None)

    with (
        pytest.raises(ProviderUnavailableError, match="not whole"),
        delivery.open() as stream,
    ):
        stream.read()


def test_deletions_that_failed_in_part_are_told_and_come_again(place: Place) -> None:
    place.notify_queue()
    place.put(a_key(), a_log("one"))
    failed = {"Successful": [], "Failed": [{"Id": "x", "Code": "InternalError", "SenderFault": False}]}
    (delivery,) = place.queue_source().read_since(None)
    place.proxy.answer = _for_target("AmazonSQS.DeleteMessageBatch", (200, {}, json.dumps(failed).encode()))

    with pytest.raises(ProviderUnavailableError, match=r"1 messages .* could not be deleted"):
        delivery.settle()

    place.proxy.answer = None
    delivery.settle()
    assert place.waiting() == 0


# How it stands


def test_what_was_given_up_is_told(place: Place) -> None:
    dead = place.client("sqs").create_queue(QueueName=f"dead-{place.bucket}")["QueueUrl"]
    policy = {"deadLetterTargetArn": place.arn_of(dead), "maxReceiveCount": "2"}
    attributes = {"RedrivePolicy": json.dumps(policy)}
    place.client("sqs").set_queue_attributes(QueueUrl=place.queue_url, Attributes=attributes)
    place.notify_queue()
    place.put(a_key(), a_log("one"))
    source = place.queue_source(visibility_seconds=0)
    assert source.probe()[1] == "0 messages given up after 2 attempts"

    assert (found := source.given_up()) is not None
    assert found.count == 0

    for _ in range(3):
        list(source.read_since(None))

    assert source.given_up() == GivenUp(
        count=1,
        place=f"the queue dead-{place.bucket}",
        redrive=f"move them back with `aws sqs start-message-move-task --source-arn {place.arn_of(dead)}`",
    )
    assert source.probe() == (
        "about 0 messages to read, 0 being read",
        (
            "1 message given up after 2 attempts: "
            f"move them back from dead-{place.bucket} once the reason is gone"
        ),
    )


def test_a_queue_without_one_for_dead_letters_is_told_of(place: Place) -> None:
    place.send("x")

    assert place.queue_source().given_up() is None
    assert place.queue_source().probe() == (
        "about 1 message to read, 0 being read",
        "no dead-letter queue: what cannot be read is lost when the queue's retention ends",
    )


def test_a_probe_takes_nothing(place: Place) -> None:
    place.notify_queue()
    place.put(a_key(), a_log("one"))
    source = place.queue_source()

    source.probe()

    assert names(source) == [the_uri(place, a_key())]


def test_a_probe_tries_to_read_a_file(place: Place) -> None:
    place.notify_queue()
    place.put(a_key(), a_log("one"))
    place.proxy.answer = _for("GET", a_key(), (403, {}, b"<Error><Code>AccessDenied</Code></Error>"))

    with pytest.raises(ProviderAccessError, match="s3:GetObject"):
        place.queue_source().probe()


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def _told(place: Place, *names: str) -> dict[str, Any]:
    return {"s3Bucket": place.bucket, "s3ObjectKey": [a_key(one) for one in names or ("1",)]}


def _settings(**given: Any) -> Any:
    from providers.aws.cloudtrail_queue import CloudTrailQueueSettings

    return CloudTrailQueueSettings(**given)


def _client_with(place: Place, credentials: Any) -> Any:
    import boto3

    return boto3.client(
        "sqs",
        endpoint_url=place.url,
        region_name="eu-west-1",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def _service(headers: dict[str, str]) -> str:
    return headers["authorization"].split("/aws4_request")[0].rpartition("/")[2]


def _for(method: str, within: str, answer: Answer) -> Callable[[str, str, dict[str, str]], Answer | None]:
    return lambda asked, path, _: answer if asked == method and within in path else None


def _for_target(target: str, answer: Answer) -> Callable[[str, str, dict[str, str]], Answer | None]:
    return lambda _method, _path, headers: answer if headers.get("x-amz-target") == target else None
