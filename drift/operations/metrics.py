"""What Prometheus is told: counted since the start, or read from the store when it asks.

The names end in their units, as https://prometheus.io/docs/practices/naming/ has it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from drift.daemon import Ended
from drift.errors import StoreError
from drift.ports import Meter
from drift.reports.status import Status
from drift.store.outbox import DeliveryStatus

_BUCKETS = (0.01, 0.1, 1, 10, 60, 600, 3600)

_READ = "read "
"""Begins the names of jobs that read a source."""


class Metrics:
    """The numbers of one running daemon."""

    def __init__(self, status: Callable[[], Status], meters: Sequence[Meter] = ()) -> None:
        """Read how the watch stands by `status`, which may raise `StoreError`, and calls by `meters`."""
        disable_created_metrics()  # type: ignore[no-untyped-call]  # series that nobody asks for
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_OfStatus(status))
        self._registry.register(_OfMeters(meters))
        of_source = (["source"], "driftledger")
        self._records = self._counter("records", "Records that were read.", *of_source)
        self._writes = self._counter("writes", "Writes among the records, attempts too.", *of_source)
        self._unreadable = self._counter("unreadable_records", "Records that say nothing.", *of_source)
        self._sent = self._counter("alerts_sent", "Alerts that a channel accepted.", [], "driftledger")
        self._alarms = self._counter("alarms", "What was wrong with the watch itself.", [], "driftledger")
        self._seconds = Histogram(
            "job_duration_seconds",
            "How long turns of a job took.",
            ["job"],
            namespace="driftledger",
            registry=self._registry,
            buckets=_BUCKETS,
        )

    def ended(self, ended: Ended) -> None:
        """Count what a turn of a job did."""
        self._seconds.labels(ended.job).observe(ended.seconds)
        self._sent.inc(ended.turn.count("sent"))
        if ended.job.startswith(_READ):
            source = ended.job.removeprefix(_READ)
            self._records.labels(source).inc(ended.turn.count("records"))
            self._writes.labels(source).inc(ended.turn.count("writes"))
            self._unreadable.labels(source).inc(ended.turn.count("unreadable"))

    def died(self, _job: str, _text: str) -> None:
        """Count an alarm."""
        self._alarms.inc()

    def text(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        return generate_latest(self._registry)

    def _counter(self, name: str, about: str, labels: list[str], namespace: str) -> Counter:
        return Counter(name, about, labels, namespace=namespace, registry=self._registry)


class _OfStatus(Collector):
    """What the store tells."""

    def __init__(self, status: Callable[[], Status]) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        try:
            status = self._status()
        except StoreError:
            yield _gauge("store_up", "Whether the store answers.", 0)
            return
        yield _gauge("store_up", "Whether the store answers.", 1)
        yield _gauge("findings_open", "Differences from the code that are there now.", status.findings)
        yield _gauge("ledger_entries", "Entries of the ledger.", status.entries)
        unsealed = status.entries - (status.checkpoint_size or 0)
        yield _gauge("ledger_unsealed_entries", "Entries after the last checkpoint.", unsealed)
        unsealed_for = (status.age(status.unsealed_since) or timedelta()).total_seconds()
        about = "Since the oldest entry that no checkpoint covers; 0 where all are covered."
        yield _gauge("ledger_unsealed_age_seconds", about, unsealed_for)
        if (age := status.age(status.checkpoint_at)) is not None:
            yield _gauge("checkpoint_age_seconds", "Since the last checkpoint.", age.total_seconds())
        alerts = _labelled("alerts", "Alerts by how they stand.", "status")
        for name in DeliveryStatus:
            alerts.add_metric([name], status.alerts.get(name, 0))
        yield alerts
        yield from _of_sources(status)
        yield from _of_budgets(status)
        yield from _of_anchors(status)
        yield from _of_jobs(status)


class _OfMeters(Collector):
    """What the adapters asked their services for."""

    def __init__(self, meters: Sequence[Meter]) -> None:
        self._meters = meters

    def collect(self) -> Iterator[Metric]:
        labels = ["kind", "adapter"]
        made = CounterMetricFamily("driftledger_api_calls", "Attempts to ask its service.", labels=labels)
        throttled = CounterMetricFamily(
            "driftledger_api_calls_throttled", "Attempts to which it said: too many.", labels=labels
        )
        for calls in (meter.read() for meter in self._meters):
            made.add_metric([calls.kind, calls.name], calls.made)
            throttled.add_metric([calls.kind, calls.name], calls.throttled)
        yield from (made, throttled)


def _of_sources(status: Status) -> Iterator[Metric]:
    newest = _labelled("source_newest_record_age_seconds", "Since the newest record's time.", "source")
    read = _labelled("source_read_age_seconds", "Since it was last read to its end.", "source")
    up = _labelled("source_up", "Whether it can be read.", "source")
    for source in status.sources:
        up.add_metric([source.name], source.outage is None)
        for family, at in ((newest, source.newest_record_at), (read, source.read_at)):
            if (age := status.age(at)) is not None:
                family.add_metric([source.name], age.total_seconds())
    yield from (newest, read, up)


def _of_budgets(status: Status) -> Iterator[Metric]:
    labels = ["source", "limit"]
    used = GaugeMetricFamily("driftledger_budget_used", "In its present period.", labels=labels)
    most = GaugeMetricFamily("driftledger_budget_most", "What is allowed in a period.", labels=labels)
    for one in status.budgets:
        used.add_metric([one.source, one.unit], one.used)
        most.add_metric([one.source, one.unit], one.limit)
    yield from (used, most)


def _of_anchors(status: Status) -> Iterator[Metric]:
    unheld = _labelled("anchor_unheld_entries", "Entries after the last checkpoint it holds.", "anchor")
    about = "Since the oldest of these entries; 0 where all are held."
    age = _labelled("anchor_unheld_age_seconds", about, "anchor")
    up = _labelled("anchor_up", "Whether it took the last checkpoint that it was given.", "anchor")
    for one in status.anchors:
        unheld.add_metric([one.row.name], one.unheld)
        waited = status.age(one.unheld_since) or timedelta()
        age.add_metric([one.row.name], waited.total_seconds())
        up.add_metric([one.row.name], not one.row.failures)
    yield from (unheld, age, up)


def _of_jobs(status: Status) -> Iterator[Metric]:
    success = _labelled("job_last_success_timestamp_seconds", "When it last did all of its work.", "job")
    failures = _labelled("job_failures_in_a_row", "Since its last success.", "job")
    for job in status.jobs:
        failures.add_metric([job.job], job.failures)
        if job.last_success_at is not None:
            success.add_metric([job.job], job.last_success_at.timestamp())
    yield from (success, failures)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"driftledger_{name}", about, value=value)


def _labelled(name: str, about: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"driftledger_{name}", about, labels=[label])
