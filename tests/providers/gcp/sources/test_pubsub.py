"""A subscription gives every message until somebody says that it is kept."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import msgspec
import pytest
from google.protobuf.duration_pb2 import Duration

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.event import ChangeEvent, UnreadableRecord
from drift.ports import Delivery, Probing
from drift.records import records_of
from providers.gcp.pubsub_audit_log import HELD, GcpPubSub, GcpPubSubSettings
from tests.providers.gcp.entries import TRANSLATOR, an_entry, as_bytes
from tests.providers.gcp.sources.grpc_server import Refusal, denied, throttled
from tests.providers.gcp.sources.pubsub_service import NAME, NOON, PubSubService, pubsub
from tests.providers.gcp.sources.relay import until_repaired


@pytest.fixture
def service() -> Iterator[PubSubService]:
    """A subscription without messages."""
    with pubsub() as opened:
        yield opened


def a_log(service: PubSubService, *, bundle: int = 2, name: str = NAME, **given: Any) -> GcpPubSub:
    return GcpPubSub(GcpPubSubSettings(subscription=name, endpoint=service.endpoint), bundle=bundle, **given)


def messages_of(delivery: Delivery) -> list[bytes]:
    with delivery.open() as stream:
        received = json.loads(stream.read())["receivedMessages"]
    return [base64.b64decode(one["message"]["data"]) for one in received]


def messages_in(deliveries: list[Delivery]) -> list[bytes]:
    return [data for one in deliveries for data in messages_of(one)]


def test_messages_come_in_bundles_the_oldest_first(service: PubSubService) -> None:
    service.publish(b"second", at=NOON + timedelta(seconds=1))
    service.publish(b"first", at=NOON)
    service.publish(b"third", at=NOON + timedelta(seconds=2))

    deliveries = list(a_log(service).read_since(None))

    assert [messages_of(one) for one in deliveries] == [[b"first", b"second"], [b"third"]]


def test_entries_are_delivered_as_the_sink_wrote_them(service: PubSubService) -> None:
    entry = as_bytes(an_entry())
    service.publish(entry, **{"logging.googleapis.com/timestamp": "2026-11-20T10:11:12.345678Z"})
    (delivery,) = a_log(service).read_since(None)

    with delivery.open() as stream:
        (record,) = records_of(delivery.name, stream, [TRANSLATOR])

    assert not isinstance(record, UnreadableRecord)
    assert record.body == entry
    assert isinstance(TRANSLATOR.translate(record), ChangeEvent)


@pytest.mark.parametrize("poison", [b"", b"\xff\xfe", b"{", b'{"a": "\n', b"]]}}", b'{"message": {"data": "'])
def test_a_poisoned_message_hides_none_of_its_neighbours(service: PubSubService, poison: bytes) -> None:
    entries = [as_bytes(an_entry(insertId=str(number))) for number in range(2)]
    for data in (entries[0], poison, entries[1]):
        service.publish(data)
    (delivery,) = a_log(service, bundle=3).read_since(None)

    with delivery.open() as stream:
        first, between, last = records_of(delivery.name, stream, [TRANSLATOR])

    assert [getattr(one, "body", None) for one in (first, last)] == entries
    assert isinstance(between, UnreadableRecord) or not isinstance(TRANSLATOR.translate(between), ChangeEvent)


def test_what_is_settled_is_acknowledged_and_does_not_come_again(service: PubSubService) -> None:
    for data in (b"one", b"two", b"three"):
        service.publish(data)

    for delivery in a_log(service).read_since(None):
        delivery.settle()

    assert service.queued == []
    assert list(a_log(service).read_since(None)) == []


def test_what_is_not_settled_is_given_back_when_the_read_ends(service: PubSubService) -> None:
    """
    Another replica, or the next cycle, has it at once rather than when the lease runs out.
    """
    for data in (b"one", b"two", b"three"):
        service.publish(data)
    log = a_log(service, bundle=1)

    for delivery in log.read_since(None):
        if messages_of(delivery) == [b"two"]:
            delivery.settle()

    assert messages_in(list(log.read_since(None))) == [b"one", b"three"]


def test_a_read_that_is_broken_off_gives_back_what_it_took(service: PubSubService) -> None:
    service.publish(b"one")
    reading = a_log(service).read_since(None)
    next(reading)

    reading.close()

    assert [seconds for seconds, _ in service.leases] == [0]
    assert messages_in(list(a_log(service).read_since(None))) == [b"one"]


def test_the_next_bundle_is_pulled_only_when_the_one_before_was_taken(service: PubSubService) -> None:
    for _ in range(10):
        service.publish(b"x")
    reading = a_log(service).read_since(None)

    next(reading)

    assert len(service.pulled) == 1
    reading.close()


def test_a_redelivered_bundle_is_recognised(service: PubSubService) -> None:
    """
    A run that was killed in its midst goes on where it was.
    """
    service.publish(b"one")
    service.publish(b"two")
    (first,) = a_log(service).read_since(None)
    service.let_leases_run_out()

    (again,) = a_log(service).read_since(None)

    assert (first.name, first.version) == (again.name, again.version)
    assert messages_of(first) == messages_of(again)


def test_the_lease_is_renewed_for_as_long_as_the_work_goes_on(service: PubSubService) -> None:
    service.publish(b"one")
    reading = a_log(service, renew_every=timedelta(milliseconds=5)).read_since(None)

    delivery = next(reading)

    assert service.renewed.wait(30)
    delivery.settle()
    assert list(reading) == []
    renewals = len(service.leases)
    assert {seconds for seconds, _ in service.leases} == {60}
    assert list(a_log(service).read_since(None)) == []
    assert len(service.leases) == renewals


def test_a_lease_that_cannot_be_renewed_stops_no_work(service: PubSubService) -> None:
    service.publish(b"one")
    reading = a_log(service, renew_every=timedelta(milliseconds=5)).read_since(None)
    delivery = next(reading)
    service.refusals.append(throttled(seconds=1))

    assert service.renewed.wait(30)
    delivery.settle()

    assert list(reading) == []
    assert service.queued == []


def test_a_message_whose_lease_ran_out_comes_again_and_is_no_error(service: PubSubService) -> None:
    service.delivers_exactly_once = True
    service.publish(b"one")
    reading = a_log(service).read_since(None)
    delivery = next(reading)
    service.let_leases_run_out()

    delivery.settle()
    reading.close()

    assert messages_in(list(a_log(service).read_since(None))) == [b"one"]


def test_an_acknowledgement_that_fails_says_so_and_the_message_comes_again(service: PubSubService) -> None:
    service.publish(b"one")
    reading = a_log(service).read_since(None)
    delivery = next(reading)
    service.refusals.append(throttled(seconds=3))

    with pytest.raises(ProviderUnavailableError) as raised:
        delivery.settle()
    reading.close()

    assert raised.value.retry_after == timedelta(seconds=3)
    assert messages_in(list(a_log(service).read_since(None))) == [b"one"]


LATER = datetime.now(UTC) + timedelta(hours=1)
"""After anything here begins to read."""


def test_a_busy_subscription_is_left_when_what_was_there_is_read(service: PubSubService) -> None:
    """
    It is never empty, and other sources and the alerts must have their turn.
    """
    old = [service.publish(b"old") for _ in range(4)]
    service.on_pull = lambda: service.publish(b"new", at=LATER) if len(service.pulled) < 100 else None

    deliveries = list(a_log(service).read_since(None))

    assert messages_in(deliveries).count(b"old") == len(old)
    assert len(deliveries) < 10


def test_a_clock_that_is_behind_does_not_make_a_read_short(service: PubSubService) -> None:
    for _ in range(7):
        service.publish(b"x", at=LATER)

    assert len(messages_in(list(a_log(service).read_since(None)))) == 7


def test_a_read_does_not_last_for_ever_however_much_is_published(service: PubSubService) -> None:
    for _ in range(8):
        service.publish(b"x", at=LATER)

    assert len(list(a_log(service, longest=timedelta()).read_since(None))) == 1


def test_no_more_is_pulled_while_nothing_can_be_kept(service: PubSubService) -> None:
    for _ in range(HELD + 500):
        service.publish(b"x")

    deliveries = list(a_log(service, bundle=1000).read_since(None))

    assert len(messages_in(deliveries)) == HELD
    assert all(one.ack_id is None for one in service.queued)


def test_an_empty_subscription_that_makes_us_wait_is_empty(service: PubSubService) -> None:
    service.deaf = {"pull"}

    assert list(a_log(service, wait=timedelta(milliseconds=50)).read_since(None)) == []
    assert [one.return_immediately for one in service.pulled] == [False, True]


def test_a_service_that_hangs_is_not_taken_for_an_empty_subscription(
    service: PubSubService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Else the record would say that everything was read.
    """
    monkeypatch.setattr("providers.gcp.subscription.TIMEOUT", timedelta(milliseconds=50))
    service.deaf = {"pull", "pull at once"}

    with pytest.raises(ProviderUnavailableError, match="DEADLINE_EXCEEDED"):
        list(a_log(service, wait=timedelta(milliseconds=50)).read_since(None))


@pytest.mark.parametrize(
    ("refusal", "error", "said"),
    [
        (denied(), ProviderAccessError, f"the permission pubsub.subscriptions.consume on {NAME} is missing"),
        (throttled(seconds=9), ProviderUnavailableError, "RESOURCE_EXHAUSTED"),
        (
            Refusal(code=grpc.StatusCode.UNAVAILABLE, message="too many pulls"),
            ProviderUnavailableError,
            "too many",
        ),
        (Refusal(code=grpc.StatusCode.ABORTED, message="again"), ProviderUnavailableError, "ABORTED"),
        (
            Refusal(code=grpc.StatusCode.FAILED_PRECONDITION, message="it is a push subscription"),
            ProviderResponseError,
            "it is a push subscription",
        ),
        (Refusal(code=grpc.StatusCode.UNAUTHENTICATED, message="no"), ProviderAccessError, "credentials"),
    ],
)
def test_a_refusal_says_what_to_do(
    service: PubSubService, refusal: Refusal, error: type[ProviderError], said: str
) -> None:
    service.down = refusal

    with pytest.raises(error) as raised:
        list(a_log(service).read_since(None))

    assert said in raised.value.what
    assert NAME in raised.value.what
    assert raised.value.hint


def test_an_api_that_is_not_enabled_is_told_from_a_permission_that_lacks(service: PubSubService) -> None:
    refusal = denied("x.y.z")
    refusal.details[0].reason = "SERVICE_DISABLED"
    service.down = refusal

    with pytest.raises(ProviderAccessError, match="not enabled") as raised:
        list(a_log(service).read_since(None))

    assert "gcloud services enable" in raised.value.hint


def test_a_subscription_that_is_not_there_is_said(service: PubSubService) -> None:
    with pytest.raises(ProviderResponseError, match="it is not there"):
        list(a_log(service, name="projects/example/subscriptions/other").read_since(None))


def test_a_network_that_is_cut_within_a_bundle_loses_nothing(service: PubSubService) -> None:
    for number in range(20):
        service.publish(b"x" * 1000 + str(number).encode())
    service.relay.cut_after(5_000)

    with pytest.raises(ProviderUnavailableError):
        list(a_log(service, bundle=20).read_since(None))

    assert service.relay.cuts
    service.relay.cut_after(None)
    service.let_leases_run_out()
    log = a_log(service, bundle=20)
    assert len(messages_in(until_repaired(lambda: list(log.read_since(None))))) == 20


def test_a_probe_takes_no_message_and_says_how_records_may_be_lost(service: PubSubService) -> None:
    """
    Each pull counts as an attempt, after some of which a message is given up.
    """
    service.publish(b"one")
    log = a_log(service)
    assert isinstance(log, Probing)
    assert log.probe() == ("it may be read",)

    state = type(service.state).pb(service.state)
    state.dead_letter_policy.dead_letter_topic = "projects/example-audit/topics/dead"
    state.filter = 'attributes.x = "y"'
    state.detached = True
    state.push_config.push_endpoint = "https://example.com/push"
    state.message_retention_duration.CopyFrom(Duration(seconds=3600))

    said = "\n".join(log.probe())
    told = ("after 5 attempts", "topics/dead", "has a filter", "detached", "pushes", "for 1:00:00")
    assert [part for part in told if part not in said] == []
    assert service.queued[0].attempts == 0


def test_a_probe_names_the_permission_that_lacks(service: PubSubService) -> None:
    service.granted = {"pubsub.subscriptions.get"}

    with pytest.raises(ProviderAccessError, match=r"permission pubsub\.subscriptions\.consume is missing"):
        a_log(service).probe()


def test_a_probe_does_without_the_permission_to_look_at_the_subscription(service: PubSubService) -> None:
    service.granted = {"pubsub.subscriptions.consume"}

    first, second = a_log(service).probe()

    assert first == "it may be read"
    assert "pubsub.subscriptions.get" in second


def test_a_probe_of_what_is_not_there_says_so(service: PubSubService) -> None:
    with pytest.raises(ProviderResponseError, match="it is not there"):
        a_log(service, name="projects/example/subscriptions/other").probe()


@pytest.mark.parametrize("name", ["driftledger", "projects/p/topics/t", "projects/p/subscriptions/s/x"])
def test_a_name_that_is_no_subscription_is_refused(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"subscription": name}, GcpPubSubSettings)
