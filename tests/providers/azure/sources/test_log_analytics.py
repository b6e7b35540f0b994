"""Tables of a workspace, beyond what every source does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.errors import ProviderError, ProviderResponseError
from drift.ports import Delivery
from drift.records import records_of
from providers.azure import spans
from providers.azure.log_analytics import AzureLogAnalytics, AzureLogAnalyticsSettings
from providers.catalog import translators
from tests.providers.azure.audits import an_audit, as_row
from tests.providers.azure.records import ALICE_ID, translated
from tests.providers.azure.sources.cloud import Answer, Asked
from tests.providers.azure.sources.workspace import WORKSPACE, Workspace, workspace

NOW = datetime.now(UTC)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace in which nothing arrived yet."""
    with workspace(tmp_path) as opened:
        yield opened


def log_of(service: Workspace, *tables: str) -> AzureLogAnalytics:
    given = service.cloud.signed_in() | ({"tables": tables} if tables else {})
    return AzureLogAnalytics(AzureLogAnalyticsSettings(workspace=WORKSPACE, **given))


def rows(deliveries: list[Delivery]) -> list[dict[str, object]]:
    return [row for one in deliveries for row in json.loads(one.open().read())["value"]]


def queries(service: Workspace) -> list[str]:
    return [json.loads(one.body)["query"] for one in service.cloud.asked]


def test_what_it_delivers_is_what_the_translator_reads(service: Workspace) -> None:
    row = service.arrive(NOW - timedelta(hours=1))

    (delivery,) = log_of(service).read_since(None)

    (raw,) = records_of(delivery.name, delivery.open(), translators())
    said = translated(raw.body)  # type: ignore[union-attr] # what cannot be read has no body, and fails here
    assert said.event_id == row["EventDataId"]
    assert said.call.principal is not None
    assert said.call.principal.name == "alice@example.com"


def test_a_row_keeps_its_cells_and_gets_no_column_of_ours(service: Workspace) -> None:
    row = service.arrive(NOW - timedelta(hours=1), eventTimestamp="2026-11-20T10:11:12.1234567Z")

    assert rows(list(log_of(service).read_since(None))) == [row]


def test_a_row_of_long_ago_that_arrives_now_is_found(service: Workspace) -> None:
    service.arrive(NOW - timedelta(minutes=30))
    cursor = list(log_of(service).read_since(None))[-1].cursor

    late = service.arrive(NOW - timedelta(minutes=1), eventTimestamp="2026-01-01T00:00:00Z")

    assert late in rows(list(log_of(service).read_since(cursor)))


def test_an_answer_that_is_partial_is_asked_for_again_in_smaller_spans(service: Workspace) -> None:
    for minute in range(40):
        service.arrive(NOW - timedelta(minutes=200 - minute))
    service.row_limit = 7

    found = rows(list(log_of(service).read_since(None)))

    assert len({row["EventDataId"] for row in found}) == len(found) == 40


def test_more_rows_than_are_held_are_asked_for_in_smaller_spans(
    service: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "HELD", 5)
    for minute in range(40):
        service.arrive(NOW - timedelta(minutes=200 - minute))

    assert len(rows(list(log_of(service).read_since(None)))) == 40
    assert "take 6" in queries(service)[1]


@pytest.mark.parametrize("status", [413, 504])
def test_an_answer_that_is_too_large_or_takes_too_long_is_asked_for_in_smaller_spans(
    service: Workspace, status: int
) -> None:
    service.arrive(NOW - timedelta(hours=3))

    def too_much_at_first(asked: Asked) -> Answer:
        return Answer(status=status) if len(service.cloud.asked) == 2 else service.answer(asked)

    service.cloud.instead = too_much_at_first

    assert len(rows(list(log_of(service).read_since(None)))) == 1


def test_a_second_of_which_no_answer_is_whole_is_an_error_and_no_loss(service: Workspace) -> None:
    at = NOW - timedelta(minutes=10)
    service.arrive(at)
    service.arrive(at)
    service.row_limit = 1

    with pytest.raises(ProviderResponseError, match="in one second"):
        list(log_of(service).read_since(None))


def test_several_tables_are_read_each_from_where_it_was_left(service: Workspace) -> None:
    service.arrive(NOW - timedelta(minutes=90))
    service.arrive_row(NOW - timedelta(minutes=80), as_row(an_audit()), "AuditLogs")

    *_, audit = log_of(service, "AzureActivity", "AuditLogs").read_since(None)

    (raw,) = records_of(audit.name, audit.open(), translators())
    opened = translated(raw.body).opens  # type: ignore[union-attr]
    assert opened is not None
    assert opened.key == f"azure:grant:{ALICE_ID}"
    assert json.loads(audit.cursor).keys() == {"AuditLogs", "AzureActivity"}


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"tables": []}', b'{"tables": [{"rows": 7}]}']
)
def test_what_is_no_answer_is_an_error_with_the_next_step(service: Workspace, body: bytes) -> None:
    service.arrive(NOW)
    service.cloud.instead = lambda _: Answer(body=body)

    with pytest.raises(ProviderError) as raised:
        list(log_of(service).read_since(None))

    assert raised.value.hint
