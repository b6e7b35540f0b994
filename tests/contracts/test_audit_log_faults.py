"""What every source over a network does when its service fails; a new one is one row of `SERVICES`."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.event import ChangeEvent, UnreadableRecord
from drift.ports import AuditLog, Delivery, Translator
from drift.records import records_of
from drift.stages.translate import Translators
from providers.aws.cloudtrail_lookup import CloudTrailLookup, CloudTrailLookupSettings
from providers.aws.eventbridge_queue import EventBridgeQueue, EventBridgeQueueSettings
from providers.aws.pace import Pace
from providers.aws.translate import AwsTranslator
from providers.gcp.logging_audit_log import GcpLogging, GcpLoggingSettings
from providers.gcp.pubsub_audit_log import GcpPubSub, GcpPubSubSettings
from providers.gcp.translate import GcpTranslator
from tests.builders import NOON as TODAY
from tests.providers.aws.records import a_record
from tests.providers.aws.sources.cloudtrail_service import Refusal as AwsRefusal
from tests.providers.aws.sources.cloudtrail_service import cloudtrail_service
from tests.providers.aws.sources.place import Place, a_key, a_log, a_place
from tests.providers.gcp.entries import an_entry, as_bytes
from tests.providers.gcp.sources.grpc_server import Refusal, denied, throttled
from tests.providers.gcp.sources.logging_service import NOON, PROJECT, cloud_logging
from tests.providers.gcp.sources.logging_service import an_entry as a_message
from tests.providers.gcp.sources.pubsub_service import NAME, pubsub
from tests.providers.gcp.sources.relay import Relay, relayed, until_repaired
from tests.providers.gcp.sources.test_log_entry_json import over_grpc
from tests.providers.state_stores.servers import servers

WAIT = timedelta(seconds=17)
"""How long a throttled service asks us to wait."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A service that can fail, and the source that reads it: some records in each of its deliveries."""

    log: AuditLog
    translator: Translator
    deliver: Callable[[str], None]
    """Add a record whose id begins with this text."""
    poison: Callable[[], None]
    """Add what no record can be read from."""
    throttle: Callable[[], None]
    deny: Callable[[], None]
    permission: str
    """What is missing then."""
    cut: Callable[[], None]
    """Cut the network within the next answer that holds records."""
    repair: Callable[[], None]
    """Let everything work again."""


@contextmanager
def gcp_logging() -> Iterator[Service]:
    """Cloud Logging's API, three entries a page."""
    with cloud_logging() as service:

        def deliver(id_: str) -> None:
            service.entries.append(over_grpc(an_entry(insertId=id_)))

        def poison() -> None:
            entry = a_message(insert_id="poison", at=NOON, received=NOON)
            entry.proto_payload.value = b"\xff\xff"
            service.entries.append(entry)

        def refuse(refusal: Refusal | None) -> None:
            service.down = refusal

        def repair() -> None:
            service.down = None
            service.relay.cut_after(None)

        settings = GcpLoggingSettings(resources=(PROJECT,), endpoint=service.endpoint)
        yield Service(
            log=GcpLogging(settings, page=3),
            translator=GcpTranslator(),
            deliver=deliver,
            poison=poison,
            throttle=partial(refuse, throttled(WAIT.seconds)),
            deny=partial(refuse, denied()),
            permission="logging.logEntries.list",
            cut=partial(service.relay.cut_after, 500),
            repair=repair,
        )


@contextmanager
def gcp_pubsub() -> Iterator[Service]:
    """A subscription of Pub/Sub, three messages a bundle."""
    with pubsub() as service:

        def deliver(id_: str) -> None:
            service.publish(as_bytes(an_entry(insertId=id_)))

        def poison() -> None:
            service.publish(b'{"protoPayload": {"methodName": "')

        def refuse(refusal: Refusal | None) -> None:
            service.down = refusal

        def repair() -> None:
            service.down = None
            service.relay.cut_after(None)
            service.let_leases_run_out()

        settings = GcpPubSubSettings(subscription=NAME, endpoint=service.endpoint)
        yield Service(
            log=GcpPubSub(settings, bundle=3),
            translator=GcpTranslator(),
            deliver=deliver,
            poison=poison,
            throttle=partial(refuse, throttled(WAIT.seconds)),
            deny=partial(refuse, denied()),
            permission="pubsub.subscriptions.consume",
            cut=partial(service.relay.cut_after, 500),
            repair=repair,
        )


@contextmanager
def _aws() -> Iterator[tuple[Place, Relay]]:
    """A place in AWS, which we reach over a network that can be cut."""
    with (
        servers() as running,
        a_place(running.moto) as place,
        relayed(urlsplit(place.proxy.url).port or 0) as relay,
    ):
        place.endpoint = f"http://127.0.0.1:{relay.port}"
        yield place, relay


def _refused_by_sqs(code: str) -> bytes:
    return json.dumps({"__type": f"com.amazonaws.sqs#{code}", "message": "no"}).encode()


def _an_aws_service(place: Place, relay: Relay, **given: Any) -> Service:
    """Say what goes wrong between us and a place."""

    def repair() -> None:
        place.proxy.answer = None
        relay.cut_after(None)

    throttle = partial(place.proxy.refuse, 503, b"", Retry_After=str(WAIT.seconds))
    cut = partial(relay.cut_after, 500)
    return Service(translator=AwsTranslator(), throttle=throttle, cut=cut, repair=repair, **given)


@contextmanager
def cloudtrail_queue() -> Iterator[Service]:
    """A queue that S3 tells of each file."""
    with _aws() as (place, relay):
        place.notify_queue()
        yield _an_aws_service(
            place,
            relay,
            log=place.queue_source(visibility_seconds=0),
            deliver=lambda id_: place.put(a_key(id_), a_log(id_)),
            poison=lambda: place.put(a_key("poison"), b'{"Records": ['),
            deny=partial(place.proxy.refuse, 403, _refused_by_sqs("AccessDeniedException")),
            permission="sqs:ReceiveMessage",
        )


@contextmanager
def cloudtrail_bucket() -> Iterator[Service]:
    """A bucket, three objects a page."""
    with _aws() as (place, relay):
        yield _an_aws_service(
            place,
            relay,
            log=place.bucket_source(page=3),
            deliver=lambda id_: place.put(a_key(id_), a_log(id_)),
            poison=lambda: place.put(a_key("poison"), b'{"Records": ['),
            deny=partial(place.proxy.refuse, 403, b"<Error><Code>AccessDenied</Code></Error>"),
            permission="s3:ListBucket",
        )


@contextmanager
def eventbridge_queue() -> Iterator[Service]:
    """A queue that EventBridge sends to, three records a bundle."""
    with _aws() as (place, relay):

        def deliver(id_: str) -> None:
            detail = a_record(eventID=id_)
            place.send(json.dumps({"detail-type": "AWS API Call via CloudTrail", "detail": detail}))

        given = {"wait_seconds": 0, "visibility_seconds": 0, **place.access()}
        settings = EventBridgeQueueSettings(queue_url=place.queue_url, **given)
        yield _an_aws_service(
            place,
            relay,
            log=EventBridgeQueue(settings, bundle=3),
            deliver=deliver,
            poison=lambda: place.send('{"detail-type": "AWS API Call via CloudTrail", "detail": "'),
            deny=partial(place.proxy.refuse, 403, _refused_by_sqs("AccessDeniedException")),
            permission="sqs:ReceiveMessage",
        )


@contextmanager
def cloudtrail_lookup() -> Iterator[Service]:
    """CloudTrail's event history, three events a page."""
    with cloudtrail_service() as history, pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        with relayed(urlsplit(history.url).port or 0) as relay:
            numbers = count()

            def deliver(id_: str, record: str | None = None) -> None:
                history.log("us-east-1", id_, TODAY - timedelta(days=1, seconds=next(numbers)), record)

            def refuse(refusal: AwsRefusal) -> None:
                history.refuse = lambda *_: refusal

            def repair() -> None:
                history.refuse = lambda *_: None
                relay.cut_after(None)

            endpoint = f"http://127.0.0.1:{relay.port}"
            settings = CloudTrailLookupSettings(regions=("us-east-1",), endpoint=endpoint)
            yield Service(
                log=CloudTrailLookup(settings, now=lambda: TODAY, a_pace=lambda: Pace(timedelta()), page=3),
                translator=AwsTranslator(),
                deliver=deliver,
                poison=lambda: deliver("poison", '{"eventID": "'),
                throttle=partial(refuse, AwsRefusal("ThrottlingException", Retry_After=str(WAIT.seconds))),
                deny=partial(refuse, AwsRefusal("AccessDeniedException")),
                permission="cloudtrail:LookupEvents",
                cut=partial(relay.cut_after, 500),
                repair=repair,
            )


SERVICES: dict[str, Callable[[], AbstractContextManager[Service]]] = {
    "gcp-logging": gcp_logging,
    "gcp-pubsub": gcp_pubsub,
    "cloudtrail-queue": cloudtrail_queue,
    "cloudtrail-bucket": cloudtrail_bucket,
    "cloudtrail-lookup": cloudtrail_lookup,
    "eventbridge-queue": eventbridge_queue,
}

IDS = [f"{number:04d}" for number in range(10)]


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """Each service in turn, with nothing delivered yet."""
    with SERVICES[request.param]() as opened:
        yield opened


def said_by(service: Service, *deliveries: Delivery) -> list[ChangeEvent | UnreadableRecord]:
    """Return what each record of these deliveries says, as the core reads it."""
    translators = Translators([service.translator])
    found: list[ChangeEvent | UnreadableRecord] = []
    for one in deliveries:
        with one.open() as stream:
            found += map(translators.translate, records_of(one.name, stream, translators.all))
    return found


def ids_of(service: Service, *deliveries: Delivery) -> list[str]:
    events = [one for one in said_by(service, *deliveries) if isinstance(one, ChangeEvent)]
    return [(one.event_id or "").partition("@")[0] for one in events]


def test_a_read_that_stops_after_any_delivery_goes_on_without_leaving_a_record_out(service: Service) -> None:
    for id_ in IDS:
        service.deliver(id_)
    cursor, read = None, list[str]()

    for _ in range(len(IDS)):
        reading = service.log.read_since(cursor)
        delivery = next(reading, None)
        if delivery is None:
            break
        read += ids_of(service, delivery)
        delivery.settle()
        cursor = delivery.cursor
        del reading  # as a process that ends: what it held is let go

    assert sorted(set(read)) == IDS


def test_a_service_that_is_throttled_says_how_long_to_wait(service: Service) -> None:
    service.deliver("1")
    service.throttle()

    with pytest.raises(ProviderUnavailableError) as raised:
        list(service.log.read_since(None))

    assert raised.value.retry_after == WAIT
    service.repair()
    assert ids_of(service, *service.log.read_since(None)) == ["1"]


def test_a_permission_that_lacks_is_named_with_the_next_step(service: Service) -> None:
    service.deny()

    with pytest.raises(ProviderAccessError) as raised:
        list(service.log.read_since(None))

    assert service.permission in raised.value.what
    assert raised.value.hint


def test_a_poisoned_record_is_seen_and_hides_no_other(service: Service) -> None:
    service.deliver("1")
    service.poison()
    service.deliver("2")

    said = said_by(service, *service.log.read_since(None))

    assert sum(isinstance(one, UnreadableRecord) for one in said) == 1
    assert sorted(ids_of(service, *service.log.read_since(None))) == ["1", "2"]


def test_a_network_that_is_cut_within_an_answer_loses_nothing(service: Service) -> None:
    for id_ in IDS:
        service.deliver(id_)
    service.cut()

    with pytest.raises(ProviderUnavailableError):
        list(service.log.read_since(None))
    service.repair()

    deliveries = until_repaired(lambda: list(service.log.read_since(None)))
    assert sorted(ids_of(service, *deliveries)) == IDS
