"""The Activity Log through its API, beyond what every source does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import ValidationError, convert

from drift.errors import (
    PartlyUnreadError,
    ProviderAccessError,
    ProviderResponseError,
    ProviderUnavailableError,
)
from drift.model.event import ChangeEvent
from drift.model.secret import Secret
from drift.ports import Delivery
from drift.records import records_of
from providers.azure.activity_log import PUBLIC, AzureActivityLog, AzureActivityLogSettings
from providers.azure.json_pages import same_origin
from providers.catalog import translators
from tests.providers.azure.records import SUBSCRIPTION, translated
from tests.providers.azure.sources.cloud import Answer
from tests.providers.azure.sources.subscriptions import Subscriptions, subscriptions

OTHER = "99990000-1111-2222-3333-444455556666"

NOW = datetime.now(UTC)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Subscriptions]:
    """Resource Manager, with subscriptions that have logged nothing yet."""
    with subscriptions(tmp_path) as opened:
        yield opened


def log_of(service: Subscriptions, *ids: str, **settings: object) -> AzureActivityLog:
    given = service.cloud.signed_in() | settings
    return AzureActivityLog(AzureActivityLogSettings(subscriptions=ids or (SUBSCRIPTION,), **given))


def records(deliveries: list[Delivery]) -> list[object]:
    return [record for one in deliveries for record in json.loads(one.open().read())["value"]]


def test_what_it_delivers_is_what_the_translator_reads(service: Subscriptions) -> None:
    record = service.log(NOW - timedelta(hours=1))

    (delivery,) = log_of(service).read_since(None)

    (raw,) = records_of(delivery.name, delivery.open(), translators())
    said = translated(raw.body)  # type: ignore[union-attr] # what cannot be read has no body, and fails here
    assert isinstance(said, ChangeEvent)
    assert said.event_id == record["eventDataId"]
    assert said.call.account == SUBSCRIPTION


def test_a_record_keeps_the_bytes_that_were_delivered(service: Subscriptions) -> None:
    body = b'{ "eventTimestamp" : "%b",  "a": 1.10, "a": "\\u00e9" }' % f"{NOW:%Y-%m-%dT%H:%M:%SZ}".encode()
    service.log_bytes(NOW - timedelta(minutes=1), body)

    (delivery,) = log_of(service).read_since(None)

    (raw,) = records_of(delivery.name, delivery.open(), translators())
    assert raw.body == body  # type: ignore[union-attr]


def test_all_pages_are_read_whatever_their_order(service: Subscriptions) -> None:
    for minute in range(9):
        service.log(NOW - timedelta(minutes=100 - minute))

    deliveries = list(log_of(service).read_since(None))

    assert len(records(deliveries)) == 9
    assert len(service.cloud.asked) == 5


def test_a_first_poll_reads_the_ninety_days_that_are_kept_and_not_a_moment_more(
    service: Subscriptions,
) -> None:
    service.log(NOW - timedelta(days=89))

    assert len(records(list(log_of(service).read_since(None)))) == 1


def test_each_subscription_is_read_and_one_that_is_denied_hides_no_other(service: Subscriptions) -> None:
    service.denied.add(SUBSCRIPTION)
    service.log(NOW - timedelta(hours=1), OTHER)
    came: list[Delivery] = []

    with pytest.raises(
        ProviderAccessError, match=f"Microsoft.Insights/eventtypes/values/Read .*{SUBSCRIPTION}"
    ):
        came.extend(log_of(service, SUBSCRIPTION, OTHER).read_since(None))

    assert len(records(came)) == 1


def test_of_several_denied_subscriptions_each_is_named(service: Subscriptions) -> None:
    service.denied |= {SUBSCRIPTION, OTHER}

    with pytest.raises(PartlyUnreadError) as raised:
        list(log_of(service, SUBSCRIPTION, OTHER).read_since(None))

    assert SUBSCRIPTION in raised.value.what
    assert OTHER in raised.value.what


def test_the_token_is_for_resource_manager(service: Subscriptions) -> None:
    list(log_of(service).read_since(None))

    assert {one.audience for one in service.cloud.asked} == {service.cloud.url}


def test_a_next_page_elsewhere_is_not_asked_for_since_the_token_would_go_along(
    service: Subscriptions,
) -> None:
    service.cloud.instead = lambda _: Answer(body=b'{"value": [], "nextLink": "https://127.0.0.1:9/steal"}')

    with pytest.raises(ProviderResponseError, match="at another address"):
        list(log_of(service).read_since(None))


@pytest.mark.parametrize(
    "link", ["https://[", "https://127.0.0.1:port/", "//127.0.0.1/x", "x", "file:///etc/passwd"]
)
def test_a_next_page_that_is_nowhere_is_not_asked_for(service: Subscriptions, link: str) -> None:
    page = json.dumps({"value": [], "nextLink": link}).encode()
    service.cloud.instead = lambda _: Answer(body=page)

    with pytest.raises(ProviderResponseError, match="at another address"):
        list(log_of(service).read_since(None))


def test_the_port_of_https_may_stand_in_an_address_or_not() -> None:
    """
    Resource Manager writes it into its links, and nobody into the configuration.
    """
    assert same_origin("https://management.azure.com:443/x?y", "https://Management.azure.com/")
    assert not same_origin("https://management.azure.com:444/x", "https://management.azure.com")
    assert not same_origin("https://management.azure.com.example.com/x", "https://management.azure.com")
    assert not same_origin("http://management.azure.com:443/x", "https://management.azure.com")


def test_a_redirect_is_not_followed_since_the_token_would_go_along(service: Subscriptions) -> None:
    elsewhere = {"Location": f"{service.cloud.url}/elsewhere"}
    service.cloud.instead = lambda _: Answer(status=302, headers=elsewhere)

    with pytest.raises((ProviderResponseError, ProviderUnavailableError)):
        list(log_of(service).read_since(None))

    assert len(service.cloud.asked) == 1


def test_a_list_without_an_end_is_an_error(service: Subscriptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.azure.json_pages.MAX_PAGES", 3)
    again = f'{{"value": [], "nextLink": "{service.cloud.url}/again"}}'.encode()
    service.cloud.instead = lambda _: Answer(body=again)

    with pytest.raises(ProviderResponseError, match="no end"):
        list(log_of(service).read_since(None))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"value": 7}', b'{"value": [1'])
def test_what_is_no_page_is_an_error_with_the_next_step(service: Subscriptions, body: bytes) -> None:
    service.cloud.instead = lambda _: Answer(body=body)

    with pytest.raises(ProviderResponseError) as raised:
        list(log_of(service).read_since(None))

    assert raised.value.hint


def test_a_wrong_secret_is_refused_without_being_shown(service: Subscriptions) -> None:
    with pytest.raises(ProviderAccessError, match="no credentials that work") as raised:
        list(log_of(service, client_secret=Secret("not the secret")).read_since(None))

    assert "not the secret" not in str(raised.value)


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(service: Subscriptions) -> None:
    with pytest.raises((ProviderUnavailableError, ProviderAccessError)):
        list(log_of(service, ca_file=None).read_since(None))

    assert service.cloud.asked == []


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"subscriptions": []},
        {"subscriptions": ["a/../b"]},
        {"subscriptions": [OTHER], "endpoint": "http://127.0.0.1"},
        {"subscriptions": [OTHER], "client_secret": Secret("x"), "tenant": "t"},
        {"subscriptions": [OTHER], "nonsense": 1},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object]) -> None:
    def keep(_: type, secret: object) -> object:
        return secret

    with pytest.raises(ValidationError):
        convert(settings, AzureActivityLogSettings, dec_hook=keep)


def test_without_an_endpoint_it_is_the_public_cloud() -> None:
    assert AzureActivityLogSettings(subscriptions=(OTHER,)).endpoint == PUBLIC
