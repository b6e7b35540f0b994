"""What Prometheus is told: all that who keeps the watch running must see, under names that stay."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.daemon import Ended
from drift.errors import StoreError
from drift.model.turn import Turn
from drift.operations.metrics import Metrics
from drift.reports.status import Status, read_status
from drift.store.database import Database
from providers.meter import Meter
from tests.builders import an_event
from tests.operations.telling import numbers_in
from tests.scenarios.cloud import ALICE, Watch

DOCS = Path(__file__).parents[2] / "docs" / "operations.md"

NAMED = {
    "lag of a source": 'driftledger_source_read_age_seconds{source="trail"}',
    "age of its newest record": 'driftledger_source_newest_record_age_seconds{source="trail"}',
    "records": 'driftledger_records_total{source="trail"}',
    "writes": 'driftledger_writes_total{source="trail"}',
    "unreadable": 'driftledger_unreadable_records_total{source="trail"}',
    "findings": "driftledger_findings_open",
    "alerts queued": 'driftledger_alerts{status="queued"}',
    "alerts sent": "driftledger_alerts_sent_total",
    "API calls": 'driftledger_api_calls_total{adapter="trail",kind="audit_log"}',
    "throttles": 'driftledger_api_calls_throttled_total{adapter="trail",kind="audit_log"}',
    "what an anchor does not hold": 'driftledger_anchor_unheld_entries{anchor="tsa"}',
    "ledger size": "driftledger_ledger_entries",
    "age of what no checkpoint covers": "driftledger_ledger_unsealed_age_seconds",
}
"""What the design names, and where it is."""


@pytest.fixture
def watch(sqlite_database: Database) -> Watch:
    """Something happened a minute ago, and is followed but not sealed."""
    watch = Watch(database=sqlite_database, meters=(Meter("audit_log", "trail"),))
    watch.deliver(an_event(at=datetime.now(UTC) - timedelta(minutes=1), principal=ALICE))
    watch.clock.time = datetime.now(UTC)
    return watch


@pytest.fixture
def metrics(watch: Watch) -> Metrics:
    def status() -> Status:
        with watch.database.reading() as connection:
            return read_status(connection, ["trail"], datetime.now(UTC), anchors=["tsa"])

    return Metrics(status, watch.meters)


def read(watch: Watch, metrics: Metrics) -> dict[str, float]:
    """Read the source as the daemon does; return what is told then."""
    turn = watch.pipeline.read("trail", watch.log, watch.clock.time)
    metrics.ended(Ended(job="read trail", turn=turn, seconds=0.1, at=watch.clock.time))
    return numbers_in(metrics.text().decode())


@pytest.mark.parametrize("what", NAMED)
def test_all_that_the_design_names_is_told(what: str, watch: Watch, metrics: Metrics) -> None:
    assert NAMED[what] in read(watch, metrics)


def test_the_numbers_are_those_of_what_happened(watch: Watch, metrics: Metrics) -> None:
    numbers = read(watch, metrics)

    told = {what: numbers[name] for what, name in NAMED.items()}
    assert (told["records"], told["writes"], told["unreadable"], told["findings"]) == (1, 1, 0, 0)
    assert 59 <= told["age of its newest record"] < 3600
    assert 0 <= told["lag of a source"] < 3600
    assert told["ledger size"] > 0


def test_what_is_sealed_is_not_waiting(watch: Watch, metrics: Metrics) -> None:
    watch.clock.time -= timedelta(hours=2)
    before = read(watch, metrics)[NAMED["age of what no checkpoint covers"]]

    watch.pipeline.seal(watch.clock.time)

    after = numbers_in(metrics.text().decode())[NAMED["age of what no checkpoint covers"]]
    assert before >= timedelta(hours=2).total_seconds()
    assert after == 0


def test_a_store_that_does_not_answer_takes_only_its_own_numbers_away(watch: Watch) -> None:
    def away() -> Status:
        raise StoreError("the store is gone", hint="look for it")

    numbers = numbers_in(Metrics(away, watch.meters).text().decode())

    assert numbers["driftledger_store_up"] == 0
    assert NAMED["API calls"] in numbers
    assert NAMED["findings"] not in numbers


def test_each_metric_is_explained_in_the_docs(watch: Watch, metrics: Metrics) -> None:
    metrics.ended(Ended(job="sweep", turn=Turn(), seconds=1, at=watch.clock.time))
    read(watch, metrics)
    text = metrics.text().decode()

    names = set(re.findall(r"^# TYPE driftledger_(\w+)", text, re.MULTILINE))
    assert len(names) > 15
    assert {name for name in names if name not in DOCS.read_text()} == set()
