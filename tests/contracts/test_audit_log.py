"""What every source of audit-log records must do; a new one is one row of `SOURCES`."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from drift.errors import ProviderError
from drift.model.secret import Secret
from drift.ports import AuditLog, Delivery
from providers.aws.cloudtrail_lookup import CloudTrailLookup, CloudTrailLookupSettings
from providers.aws.eventbridge_queue import EventBridgeQueue, EventBridgeQueueSettings
from providers.aws.pace import Pace
from providers.gcp.logging_audit_log import GcpLogging, GcpLoggingSettings
from providers.gcp.pubsub_audit_log import GcpPubSub, GcpPubSubSettings
from providers.launchdarkly.audit_log import LaunchDarklyAuditLog, LaunchDarklyAuditLogSettings
from providers.log_files.audit_log import LogFiles, LogFilesSettings
from tests.builders import NOON
from tests.providers.aws.sources.cloudtrail_service import Refusal, cloudtrail_service
from tests.providers.aws.sources.place import a_key, a_place
from tests.providers.azure.sources.trails import TRAILS
from tests.providers.gcp.sources.grpc_server import UNAVAILABLE
from tests.providers.gcp.sources.logging_service import PROJECT, cloud_logging
from tests.providers.gcp.sources.pubsub_service import NAME, pubsub
from tests.providers.launchdarkly.service import TOKEN, launchdarkly
from tests.providers.state_stores.servers import servers


@dataclass(frozen=True, kw_only=True, slots=True)
class Trail:
    """An audit log, with what the cloud does at its other end."""

    log: AuditLog
    deliver: Callable[[bytes], None]
    """Add one object with these bytes."""
    clear: Callable[[], None]
    """Take away every object, as a lifecycle rule does."""
    break_down: Callable[[], None]
    delivered: Callable[[bytes], bytes] = bytes
    """What `deliver` was given, of what an object holds: a service may add what all its records have."""
    comes_with_content: bool = False
    """What is listed needs no second question to be opened, and outlives its disappearance."""
    can_be_asked_again: bool = False
    """For what came with its listing, too."""


@contextmanager
def cloudtrail_files(folder: Path) -> Iterator[Trail]:
    """Trail files; each sorts before those that were there earlier, as a synchronised one may."""
    trail = folder / "trail"
    trail.mkdir()

    def deliver(content: bytes) -> None:
        number = 999 - len(list(trail.iterdir()))
        (trail / f"{number}.json").write_bytes(content)

    def clear() -> None:
        for file in trail.iterdir():
            file.unlink()

    def break_down() -> None:
        clear()
        trail.rmdir()

    log = LogFiles(LogFilesSettings(path=str(trail)))
    yield Trail(log=log, deliver=deliver, clear=clear, break_down=break_down)


@contextmanager
def launchdarkly_audit_log(folder: Path) -> Iterator[Trail]:
    """LaunchDarkly's API, whose entries bear the bytes as their comment, all made at one moment."""
    with launchdarkly() as service:
        settings = LaunchDarklyAuditLogSettings(token=Secret(TOKEN), base_url=service.url)

        def deliver(content: bytes) -> None:
            service.log(comment=content.decode())

        def break_down() -> None:
            service.answer = lambda: (503, {}, b"")

        yield Trail(
            log=LaunchDarklyAuditLog(settings),
            deliver=deliver,
            clear=service.entries.clear,
            break_down=break_down,
            delivered=lambda entry: json.loads(entry)["comment"].encode(),
            comes_with_content=True,
        )


def _trail_keys() -> Iterator[str]:
    """Keys of a trail's files; each sorts before those that were there earlier."""
    return (a_key(f"{number:03}") for number in range(999, 0, -1))


@contextmanager
def cloudtrail_queue(folder: Path) -> Iterator[Trail]:
    """A queue that S3 tells of each file. It gives what was not deleted again at once."""
    with servers() as running, a_place(running.moto) as place:
        place.notify_queue()
        keys = _trail_keys()

        def clear() -> None:
            for key in place.listed():
                place.remove(key)
            place.purge()

        yield Trail(
            log=place.queue_source(visibility_seconds=0),
            deliver=lambda content: place.put(next(keys), content),
            clear=clear,
            break_down=lambda: place.proxy.refuse(503, b""),
        )


@contextmanager
def cloudtrail_bucket(folder: Path) -> Iterator[Trail]:
    """A bucket that is listed."""
    with servers() as running, a_place(running.moto) as place:
        keys = _trail_keys()

        def clear() -> None:
            for key in place.listed():
                place.remove(key)

        yield Trail(
            log=place.bucket_source(),
            deliver=lambda content: place.put(next(keys), content),
            clear=clear,
            break_down=lambda: place.proxy.refuse(503, b""),
        )


@contextmanager
def eventbridge_queue(folder: Path) -> Iterator[Trail]:
    """A queue that EventBridge sends records to, each delivered by itself, with the bytes in its `detail`."""
    with servers() as running, a_place(running.moto) as place:
        place.rule(detail_type=["AWS API Call via CloudTrail"])
        settings = EventBridgeQueueSettings(
            queue_url=place.queue_url, wait_seconds=0, visibility_seconds=0, **place.access()
        )

        def deliver(content: bytes) -> None:
            event = {"Source": "aws.ec2", "DetailType": "AWS API Call via CloudTrail"}
            detail = json.dumps({"eventName": content.decode()})
            place.client("events").put_events(Entries=[event | {"Detail": detail}])

        yield Trail(
            log=EventBridgeQueue(settings, bundle=1),
            deliver=deliver,
            clear=place.purge,
            break_down=lambda: place.proxy.refuse(503, b""),
            delivered=lambda event: json.loads(event)["detail"]["eventName"].encode(),
            comes_with_content=True,
        )


@contextmanager
def cloudtrail_lookup(folder: Path) -> Iterator[Trail]:
    """CloudTrail's event history, an event a page; the bytes are the name of the call."""
    with cloudtrail_service() as service, pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        numbers = count()

        def deliver(content: bytes) -> None:
            number = next(numbers)
            at = NOON - timedelta(minutes=10, seconds=number)  # as late as such events are
            service.log("us-east-1", f"event-{number}", at, eventName=content.decode())

        def break_down() -> None:
            service.refuse = lambda *_: Refusal("InternalFailure", 503)

        settings = CloudTrailLookupSettings(regions=("us-east-1",), endpoint=service.url)
        yield Trail(
            log=CloudTrailLookup(settings, now=lambda: NOON, a_pace=lambda: Pace(timedelta()), page=1),
            deliver=deliver,
            clear=service.events.clear,
            break_down=break_down,
            delivered=lambda record: json.loads(record)["eventName"].encode(),
            comes_with_content=True,
        )


def of_azure(name: str) -> Callable[[Path], AbstractContextManager[Trail]]:
    """A source of Azure's, whose records bear the bytes as a text."""

    @contextmanager
    def opened(folder: Path) -> Iterator[Trail]:
        with TRAILS[name](folder) as azure:
            yield Trail(
                log=azure.log,
                deliver=azure.deliver,
                clear=azure.clear,
                break_down=azure.throttle,
                delivered=azure.delivered,
                comes_with_content=True,
                can_be_asked_again=True,
            )

    return opened


@contextmanager
def gcp_logging(folder: Path) -> Iterator[Trail]:
    """Cloud Logging's API, whose entries bear the bytes as the name of their method, one a page."""
    with cloud_logging() as service:
        settings = GcpLoggingSettings(resources=(PROJECT,), endpoint=service.endpoint)

        def deliver(content: bytes) -> None:
            service.log(method=content.decode())

        def break_down() -> None:
            service.down = UNAVAILABLE

        yield Trail(
            log=GcpLogging(settings, page=1),
            deliver=deliver,
            clear=service.entries.clear,
            break_down=break_down,
            delivered=lambda entry: json.loads(entry)["protoPayload"]["methodName"].encode(),
            comes_with_content=True,
        )


@contextmanager
def gcp_pubsub(folder: Path) -> Iterator[Trail]:
    """A subscription of Pub/Sub, each of whose messages is a bundle of its own."""
    with pubsub() as service:
        settings = GcpPubSubSettings(subscription=NAME, endpoint=service.endpoint)

        def deliver(content: bytes) -> None:
            service.publish(content)

        def break_down() -> None:
            service.down = UNAVAILABLE

        def delivered(envelope: bytes) -> bytes:
            (received,) = json.loads(envelope)["receivedMessages"]
            return base64.b64decode(received["message"]["data"])

        yield Trail(
            log=GcpPubSub(settings, bundle=1),
            deliver=deliver,
            clear=service.queued.clear,
            break_down=break_down,
            delivered=delivered,
            comes_with_content=True,
        )


SOURCES: dict[str, Callable[[Path], AbstractContextManager[Trail]]] = {
    "log-files": cloudtrail_files,
    "launchdarkly": launchdarkly_audit_log,
    "cloudtrail-queue": cloudtrail_queue,
    "cloudtrail-bucket": cloudtrail_bucket,
    "cloudtrail-lookup": cloudtrail_lookup,
    "eventbridge-queue": eventbridge_queue,
    **{name: of_azure(name) for name in TRAILS},
    "gcp-logging": gcp_logging,
    "gcp-pubsub": gcp_pubsub,
}


@pytest.fixture(params=SOURCES)
def trail(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trail]:
    """Each source in turn, with nothing delivered yet."""
    with SOURCES[request.param](tmp_path) as opened:
        yield opened


def read(trail: Trail, cursor: str | None = None) -> list[Delivery]:
    return list(trail.log.read_since(cursor))


def content(trail: Trail, delivery: Delivery) -> bytes:
    with delivery.open() as stream:
        return trail.delivered(stream.read())


def open_again(trail: Trail, name: str) -> bytes:
    delivery = trail.log.again(name)
    assert delivery is not None
    return content(trail, delivery)


def test_everything_that_was_delivered_is_read_from_the_start(trail: Trail) -> None:
    delivered = {b"one", b"two", b"three"}
    for bytes_ in delivered:
        trail.deliver(bytes_)

    assert {content(trail, one) for one in read(trail)} == delivered


def test_nothing_delivered_is_nothing_to_read(trail: Trail) -> None:
    assert read(trail) == []


def test_every_cursor_resumes_without_leaving_anything_out(trail: Trail) -> None:
    """
    What was read may come again, in any order. What was not must come.
    """
    for bytes_ in (b"one", b"two", b"three"):
        trail.deliver(bytes_)
    deliveries = read(trail)

    for position, delivery in enumerate(deliveries):
        unread = {one.name for one in deliveries[position + 1 :]}
        assert unread <= {one.name for one in read(trail, delivery.cursor)}


def test_what_arrives_later_comes_after_the_last_cursor(trail: Trail) -> None:
    trail.deliver(b"one")
    cursor = read(trail)[-1].cursor

    trail.deliver(b"two")

    assert b"two" in {content(trail, one) for one in read(trail, cursor)}


def test_a_cursor_whose_delivery_is_gone_still_resumes(trail: Trail) -> None:
    trail.deliver(b"one")
    cursor = read(trail)[-1].cursor
    trail.clear()

    trail.deliver(b"two")

    assert [content(trail, one) for one in read(trail, cursor)] == [b"two"]


def test_a_repeat_can_be_recognised_and_two_deliveries_can_be_told_apart(trail: Trail) -> None:
    trail.deliver(b"same bytes")
    trail.deliver(b"same bytes")

    first, second = ([(one.name, one.version) for one in read(trail)] for _ in range(2))

    assert sorted(first) == sorted(second)
    assert len({name for name, _ in first}) == 2


def test_a_delivery_can_be_opened_again_from_its_beginning(trail: Trail) -> None:
    """
    A run that was killed reads it once more, and a check may read it meanwhile.
    """
    trail.deliver(b"one two three")
    (delivery,) = read(trail)

    with delivery.open() as first, delivery.open() as second:
        begun = first.read(3)
        whole = second.read()
        assert trail.delivered(whole) == b"one two three"
        assert begun + first.read() == whole


def test_a_delivery_can_be_asked_for_once_more_by_its_name(trail: Trail) -> None:
    """
    What could not be read is tried again on its own, long after the cursor moved on.
    """
    trail.deliver(b"one")
    trail.deliver(b"two")
    first, _ = read(trail)

    again = trail.log.again(first.name)

    if trail.comes_with_content and not trail.can_be_asked_again:
        assert again is None
        return
    assert again is not None
    assert (again.name, again.version) == (first.name, first.version)
    assert content(trail, again) == content(trail, first)


def test_a_delivery_that_is_gone_can_be_asked_for_and_says_so_with_the_next_step(trail: Trail) -> None:
    trail.deliver(b"one")
    (delivery,) = read(trail)
    trail.clear()

    if trail.comes_with_content and not trail.can_be_asked_again:
        assert trail.log.again(delivery.name) is None
        return
    with pytest.raises(ProviderError) as raised:
        open_again(trail, delivery.name)

    assert raised.value.hint


def test_what_is_settled_may_be_settled_again_and_hides_nothing_else(trail: Trail) -> None:
    trail.deliver(b"one")
    trail.deliver(b"two")
    first, second = read(trail)

    first.settle()
    first.settle()

    assert content(trail, second) in {content(trail, one) for one in read(trail)}


def test_a_source_says_how_late_its_records_may_come(trail: Trail) -> None:
    assert timedelta() <= trail.log.delay <= timedelta(days=1)


def test_a_source_that_cannot_be_reached_says_so_with_the_next_step(trail: Trail) -> None:
    trail.deliver(b"one")
    trail.break_down()

    with pytest.raises(ProviderError) as raised:
        read(trail)

    assert raised.value.hint


def test_a_delivery_that_is_gone_by_now_says_so_with_the_next_step(trail: Trail) -> None:
    trail.deliver(b"one")
    (delivery,) = read(trail)
    trail.clear()

    if trail.comes_with_content:
        assert content(trail, delivery) == b"one"
        return
    with pytest.raises(ProviderError) as raised:
        delivery.open()

    assert raised.value.hint
