"""Records that EventBridge sends one by one: bundled, kept as they came, and deleted together."""

import json
from typing import Any

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.records import records_of
from providers.aws.eventbridge_queue import EventBridgeQueue, EventBridgeQueueSettings
from providers.catalog import translators
from tests.providers.aws.records import a_record
from tests.providers.aws.sources.place import Place, a_key, a_log

KINDS = [
    "AWS API Call via CloudTrail",
    "AWS Console Sign In via CloudTrail",
    "AWS Service Event via CloudTrail",
]


def an_event(id_: str, kind: str = KINDS[0]) -> str:
    """What EventBridge sends of a record."""
    return json.dumps(
        {"version": "0", "detail-type": kind, "source": "aws.ec2", "detail": a_record(eventID=id_)}
    )


def a_source(place: Place, **options: Any) -> EventBridgeQueue:
    settings = EventBridgeQueueSettings(queue_url=place.queue_url, wait_seconds=0, **place.access())
    return EventBridgeQueue(settings, now=lambda: 0.0, **options)


def ids_in(delivery: Any) -> list[str]:
    """The ids of a delivery's records, as the core reads it; of what cannot be read, why."""
    with delivery.open() as stream:
        records = list(records_of("bus", stream, translators()))
    return [json.loads(one.body)["eventID"] if hasattr(one, "body") else one.error for one in records]


def test_records_that_a_rule_sends_are_read(place: Place) -> None:
    place.rule(detail_type=KINDS)
    for number, kind in enumerate(KINDS):
        detail = json.dumps(a_record(eventID=str(number)))
        place.client("events").put_events(
            Entries=[{"Source": "aws.ec2", "DetailType": kind, "Detail": detail}]
        )

    (delivery,) = a_source(place).read_since(None)
    delivery_ids = ids_in(delivery)
    delivery.settle()

    assert sorted(delivery_ids) == ["0", "1", "2"]
    assert place.waiting() == 0


def test_a_rule_may_send_through_sns_as_well(place: Place) -> None:
    topic = place.topic()
    place.client("sns").publish(TopicArn=topic, Message=an_event("one"))

    (delivery,) = a_source(place).read_since(None)

    assert ids_in(delivery) == ["one"]


def test_what_waits_comes_in_bundles_and_each_is_deleted_with_few_requests(place: Place) -> None:
    """
    So that the store commits for a bundle, and not for each record.
    """
    place.send(*(an_event(str(number)) for number in range(47)))

    deliveries = []
    for one in a_source(place, bundle=20).read_since(None):
        deliveries.append(ids_in(one))
        one.settle()

    assert [len(one) for one in deliveries] == [20, 20, 7]
    assert sorted(id_ for one in deliveries for id_ in one) == sorted(map(str, range(47)))
    assert place.waiting() == 0
    assert place.asked("DeleteMessageBatch") == 2 + 2 + 1


def test_a_poisoned_message_does_not_damage_those_beside_it(place: Place) -> None:
    place.send(an_event("1"), '{"detail-type": "AWS API Call via CloudTrail", "detail": "', an_event("2"))

    read = [ids_in(one) for one in a_source(place).read_since(None)]

    assert ["1", "2"] in read
    assert len(read) == 2


def test_a_message_over_several_lines_stays_whole(place: Place) -> None:
    place.send(json.dumps(json.loads(an_event("1")), indent=2), an_event("2"))

    assert sorted(id_ for one in a_source(place).read_since(None) for id_ in ids_in(one)) == ["1", "2"]


def test_a_message_that_announces_a_file_is_not_taken_for_an_empty_record(place: Place) -> None:
    place.notify_queue()
    place.put(a_key(), a_log("one"))
    place.send(an_event("1"))
    told = []

    for one in a_source(place).read_since(None):
        try:
            one.open()
        except ProviderResponseError as error:
            told.append(error)
        else:
            one.settle()

    assert [error.hint for error in told] == ['read this queue with `type = "cloudtrail-queue"`']
    assert place.waiting() == 1


def test_a_bundle_that_was_deleted_in_part_is_deleted_whole_the_next_time(place: Place) -> None:
    place.send(*(an_event(str(number)) for number in range(15)))
    (delivery,) = a_source(place).read_since(None)
    answers = iter([None, (503, {}, b"")])
    place.proxy.answer = lambda *_: next(answers)

    with pytest.raises(ProviderUnavailableError):
        delivery.settle()
    assert place.waiting() == 5

    place.proxy.answer = None
    delivery.settle()
    assert place.waiting() == 0


def test_a_queue_that_is_denied_names_the_permission(place: Place) -> None:
    refused = {"__type": "com.amazon.coral.service#AccessDeniedException", "message": "no"}
    place.proxy.refuse(403, json.dumps(refused).encode())

    with pytest.raises(ProviderAccessError, match="sqs:ReceiveMessage on arn:aws:sqs:"):
        list(a_source(place).read_since(None))


def test_a_queue_that_is_throttled_may_be_asked_again_later(place: Place) -> None:
    refused = json.dumps({"__type": "com.amazonaws.sqs#RequestThrottled", "message": "no"}).encode()
    place.proxy.refuse(400, refused)

    with pytest.raises(ProviderUnavailableError, match="fewer requests"):
        list(a_source(place).read_since(None))


def test_how_it_stands_is_told(place: Place) -> None:
    place.send(an_event("1"), an_event("2"))

    assert a_source(place).probe()[0] == "about 2 messages to read, 0 being read"


def test_large_messages_are_not_gathered_without_end(place: Place) -> None:
    """
    A bundle is held in memory, and one message may have a megabyte.
    """
    large = "x" * 500_000
    for number in range(20):
        place.send(json.dumps({"detail-type": KINDS[0], "detail": {"eventID": str(number), "x": large}}))

    deliveries = a_source(place).read_since(None)
    next(deliveries)

    assert place.asked("ReceiveMessage") == 1
    assert len(list(deliveries)) > 1
