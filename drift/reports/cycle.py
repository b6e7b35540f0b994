"""What the store holds after a cycle, in a few lines."""

from collections.abc import Iterator

from drift.equipment import Equipment
from drift.ledger.checkpoint import latest_checkpoint
from drift.store.changes import count_by_disposition
from drift.store.findings import open_findings
from drift.store.outbox import DeliveryStatus, counts
from drift.store.tally import funnel_totals


def summary(have: Equipment) -> Iterator[str]:
    """Yield the state of the store: records, changes, findings, alerts, evidence."""
    with have.database.reading() as connection:
        fates = funnel_totals(connection)
        dispositions = count_by_disposition(connection)
        findings = open_findings(connection)
        alerts = counts(connection)
        checkpoint = latest_checkpoint(connection)
    yield f"records   {sum(fates.values())} read: {_listed(fates)}"
    yield f"changes   {sum(dispositions.values())}: {_listed(dispositions)}"
    yield f"findings  {len(findings)} open"
    yield f"alerts    {_listed(alerts) or 'none'}{_unrouted(have, alerts)}"
    if checkpoint:
        yield f"evidence  {checkpoint.size} entries, root {checkpoint.root}"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number)


def _unrouted(have: Equipment, alerts: dict[str, int]) -> str:
    if have.notifiers or not alerts.get(DeliveryStatus.QUEUED):
        return ""
    return " (no [[notifier]] is configured: they are kept, and sent once there is one)"
