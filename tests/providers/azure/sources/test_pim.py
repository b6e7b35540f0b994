"""PIM's records through Microsoft Graph, beyond what every source does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError
from drift.records import records_of
from providers.azure.pim import EntraPim, EntraPimSettings
from providers.catalog import translators
from tests.providers.azure.audits import REQUESTED
from tests.providers.azure.records import ALICE_ID, translated
from tests.providers.azure.sources.directory import Directory, directory

NOW = datetime.now(UTC)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Directory]:
    """A directory in which nothing happened yet."""
    with directory(tmp_path) as opened:
        yield opened


def log_of(service: Directory) -> EntraPim:
    return EntraPim(EntraPimSettings(**service.cloud.signed_in()))


def test_what_it_delivers_is_what_the_translator_reads(service: Directory) -> None:
    service.log(NOW - timedelta(hours=1))

    (delivery,) = log_of(service).read_since(None)

    (raw,) = records_of(delivery.name, delivery.open(), translators())
    opened = translated(raw.body).opens  # type: ignore[union-attr] # what cannot be read has no body, and fails here
    assert opened is not None
    assert opened.key == f"azure:grant:{ALICE_ID}"


def test_all_pages_of_the_thirty_days_that_are_kept_are_read(service: Directory) -> None:
    for day in range(29):
        service.log(NOW - timedelta(days=day), activity=REQUESTED)

    deliveries = list(log_of(service).read_since(None))

    assert sum(len(json.loads(one.open().read())["value"]) for one in deliveries) == 29
    assert {one.audience for one in service.cloud.asked} == {service.cloud.url}


def test_a_directory_without_the_licence_is_told_apart_from_one_without_consent(service: Directory) -> None:
    service.cloud.refuse(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")

    with pytest.raises(ProviderAccessError, match="NonPremiumTenant") as raised:
        list(log_of(service).read_since(None))

    assert "Entra ID P1" in raised.value.hint
