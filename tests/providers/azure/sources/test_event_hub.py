"""An event hub, beyond what every source does: the real client, over TLS, to a server that speaks AMQP."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import ValidationError, convert

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.ports import Delivery
from drift.records import records_of
from providers.azure.event_hub import AzureEventHub, AzureEventHubSettings
from providers.azure.hub_client import AHEAD, SILENCE
from providers.catalog import translators
from tests.providers.azure.audits import an_audit, sent
from tests.providers.azure.records import a_record, as_bytes, for_event_hub, translated
from tests.providers.azure.sources.cloud import SECRET, Answer, AzureCloud, azure_cloud
from tests.providers.azure.sources.hub import HUB, NAMESPACE, Hub, Partition, event_hub

KEY = "c2VjcmV0IG9mIHRoZSBwb2xpY3k="
POLICY = f"Endpoint=sb://{NAMESPACE}/;SharedAccessKeyName=drift;SharedAccessKey={KEY}"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub with one partition, to which nothing was sent."""
    with event_hub(tmp_path) as opened:
        yield opened


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[AzureCloud]:
    """Who issues tokens."""
    with azure_cloud(tmp_path, lambda _: Answer()) as opened:
        yield opened


def log_of(hub: Hub, *, silence: timedelta = SILENCE, **settings: object) -> AzureEventHub:
    """The hub, read with the key of a policy."""
    given = {"connection_string": Secret(POLICY), "endpoint": hub.url, "ca_file": hub.ca_file} | settings
    made = AzureEventHubSettings(hub=HUB, **given)  # type: ignore[arg-type] # as the tests say
    return AzureEventHub(made, silence=silence)


def numbers(deliveries: list[Delivery]) -> list[str]:
    return [one.name.partition("/")[2] for one in deliveries]


def test_what_it_delivers_is_what_the_translator_reads(hub: Hub) -> None:
    hub.send(as_bytes({"records": [for_event_hub(a_record()), sent(an_audit())]}))

    (delivery,) = log_of(hub).read_since(None)

    write, activation = records_of(delivery.name, delivery.open(), translators())
    assert translated(write.body).call.action == "MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WRITE"  # type: ignore[union-attr]
    assert translated(activation.body).opens is not None  # type: ignore[union-attr]


def test_each_partition_goes_on_where_it_was_left(hub: Hub) -> None:
    hub.partitions["1"] = Partition()
    for partition in ("0", "1", "0"):
        hub.send(b"{}", partition)
    *_, last = log_of(hub).read_since(None)

    hub.send(b"{}", "1")
    hub.send(b"{}", "0")
    later = list(log_of(hub).read_since(last.cursor))

    assert json.loads(last.cursor) == {"0": 1, "1": 0}
    assert numbers(later) == ["0/2", "1/1"]


def test_it_reads_to_the_end_that_there_was_and_no_further(hub: Hub) -> None:
    """
    Who sends without a pause must not keep a poll from its end.
    """
    hub.send(b"{}")
    hub.send(b"{}")
    reading = log_of(hub).read_since(None)

    came = [next(reading)]
    hub.send(b"{}")
    came += reading

    assert numbers(came) == ["0/0", "0/1"]


def test_what_is_not_asked_for_is_not_received(hub: Hub) -> None:
    """
    Memory stays bounded, whatever waits in the hub.
    """
    for _ in range(500):
        hub.send(b"{}")
    reading = log_of(hub).read_since(None)

    next(reading)
    reading.close()  # type: ignore[attr-defined] # a generator

    assert 0 < hub.sent <= 4 * AHEAD


def test_events_that_went_before_they_were_read_are_named_after_all_that_are_there(hub: Hub) -> None:
    for _ in range(5):
        hub.send(b"{}")
    hub.partitions["0"].first = 3
    came: list[Delivery] = []

    with pytest.raises(ProviderResponseError, match="events 1 to 2 of partition 0"):
        came.extend(log_of(hub).read_since('{"0": 0}'))

    assert numbers(came) == ["0/3", "0/4"]
    assert list(log_of(hub).read_since(came[-1].cursor)) == []


def test_events_of_which_none_is_left_are_named_too(hub: Hub) -> None:
    for _ in range(3):
        hub.send(b"{}")
    hub.partitions["0"].first = 3

    with pytest.raises(ProviderResponseError, match="events 1 to 2 of partition 0"):
        list(log_of(hub).read_since('{"0": 0}'))


def test_another_hub_of_the_same_name_is_read_from_its_beginning(hub: Hub) -> None:
    hub.send(b"{}")

    assert numbers(list(log_of(hub).read_since('{"0": 7}'))) == ["0/0"]


def test_an_identity_is_asked_for_a_token_once_and_its_secret_goes_nowhere_else(
    hub: Hub, cloud: AzureCloud, tmp_path: Path
) -> None:
    trusted = tmp_path / "both.pem"
    trusted.write_bytes(b"".join(Path(one).read_bytes() for one in (hub.ca_file, cloud.ca_file)))
    identity = cloud.signed_in() | {"endpoint": hub.url, "ca_file": str(trusted)}
    hub.send(b"{}")

    list(log_of(hub, connection_string=None, namespace=NAMESPACE, **identity).read_since(None))

    assert {token for token, _ in hub.tokens} == {"token for https://eventhubs.azure.net/"}
    assert {place.startswith(f"sb://{NAMESPACE}/{HUB}") for _, place in hub.tokens} == {True}
    assert SECRET not in str(hub.tokens)


def test_a_consumer_group_of_its_own_is_read(hub: Hub) -> None:
    hub.send(b"{}")

    list(log_of(hub, consumer_group="drift").read_since(None))

    assert hub.tokens[-1][1].lower().endswith("/consumergroups/drift")


@pytest.mark.parametrize(
    ("condition", "error", "said"),
    [
        ("amqp:unauthorized-access", ProviderAccessError, "messages/receive/action"),
        ("amqp:not-found", ProviderResponseError, r"consumer group \$Default, is not there"),
        ("com.microsoft:server-busy", ProviderUnavailableError, "is busy"),
        ("amqp:internal-error", ProviderUnavailableError, "cannot be reached"),
    ],
)
def test_a_refusal_says_what_is_missing(hub: Hub, condition: str, error: type[Exception], said: str) -> None:
    hub.send(b"{}")
    hub.refuses_links_with = condition

    with pytest.raises(error, match=said):
        list(log_of(hub).read_since(None))


def test_a_hub_that_is_silent_is_not_waited_for_for_ever(hub: Hub) -> None:
    log = log_of(hub, silence=timedelta(seconds=2))
    hub.send(b"{}")
    hub.is_silent = True

    with pytest.raises(ProviderUnavailableError, match="silent"):
        list(log.read_since(None))


def test_a_hub_that_nobody_listens_for_may_work_later(hub: Hub) -> None:
    with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
        list(log_of(hub, endpoint="sb://127.0.0.1:9").read_since(None))


@pytest.mark.parametrize("policy", ["", "nonsense", f"Endpoint=sb://{NAMESPACE}/;SharedAccessKey={KEY}"])
def test_a_policy_that_is_none_is_refused_without_being_shown(hub: Hub, policy: str) -> None:
    with pytest.raises(ProviderAccessError) as raised:
        list(log_of(hub, connection_string=Secret(policy)).read_since(None))

    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"hub": HUB},
        {"hub": "a/b", "namespace": NAMESPACE},
        {"hub": HUB, "namespace": "https://x"},
        {"hub": HUB, "namespace": NAMESPACE, "endpoint": "http://x"},
        {"hub": HUB, "namespace": NAMESPACE, "client_secret": Secret("x")},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object]) -> None:
    def keep(_: type, secret: object) -> object:
        return secret

    with pytest.raises(ValidationError):
        convert(settings, AzureEventHubSettings, dec_hook=keep)
