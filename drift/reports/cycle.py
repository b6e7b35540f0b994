"""What the store holds after a cycle, in a few lines. The numbers are of all cycles so far."""

from collections.abc import Iterator, Mapping, Sequence

from drift.equipment import Equipment
from drift.ledger.checkpoint import latest_checkpoint
from drift.model.event import Fate
from drift.reports.wording import counted
from drift.store.alarms import AlarmRow, alarms
from drift.store.changes import count_by_disposition
from drift.store.findings import open_findings
from drift.store.outbox import DeliveryStatus, counts
from drift.store.quarantine import set_aside
from drift.store.tally import funnel_totals
from drift.terminal import shown

_RECORDS = {
    Fate.CHANGE: ("write", "writes"),
    Fate.ATTEMPT: ("failed write", "failed writes"),
    Fate.DUPLICATE: ("repeated write", "repeated writes"),
    Fate.PART: ("further record of a write", "further records of writes"),
    Fate.EXCLUDED: ("write left out by the policy", "writes left out by the policy"),
    Fate.CANARY: ("canary", "canaries"),
    Fate.UNDATED: ("write without a time", "writes without a time"),
    Fate.AUTH: ("sign-in", "sign-ins"),
    Fate.DATA: ("data access", "data accesses"),
    Fate.READ: ("read", "reads"),
}


def summary(have: Equipment) -> Iterator[str]:
    """Yield the state of the store: records, changes, findings, alerts, evidence."""
    with have.database.reading() as connection:
        fates = funnel_totals(connection)
        dispositions = count_by_disposition(connection)
        findings = open_findings(connection)
        alerts = counts(connection)
        checkpoint = latest_checkpoint(connection)
        standing = alarms(connection)
        unread = set_aside(connection)
    yield f"records   {_records(fates)}"
    yield f"changes   {_in_all(dispositions)}"
    register = sum(row.is_pre_existing for row in findings.values())
    before = f", {register:,} in the opening register" if register else ""
    yield f"findings  {len(findings) - register:,} open{before}"
    yield f"alerts    {_in_all(alerts)}{_unrouted(have, alerts)}"
    if standing:
        yield f"alarms    {len(standing):,} standing: {_worst(standing)} (`drift alarms` lists them)"
    if unread:
        yield f"unread    {len(unread):,} in quarantine (`drift quarantine` lists them)"
    if checkpoint:
        yield f"evidence  {counted(checkpoint.size, 'entry', 'entries')}, root {checkpoint.root}"


def _worst(standing: Sequence[AlarmRow]) -> str:
    worst = max(standing, key=lambda row: row.alarm.severity.rank)
    return shown(worst.alarm.text)


def _records(fates: Mapping[str, int]) -> str:
    if not fates:
        return "none read yet"
    kinds = [counted(fates[fate], *words) for fate, words in _RECORDS.items() if fates.get(fate)]
    readable = sum(fates.get(fate, 0) for fate in Fate)
    if unreadable := sum(fates.values()) - readable:
        kinds.append(f"{unreadable:,} unreadable")
    return f"{sum(fates.values()):,} read in all: {', '.join(kinds)}"


def _in_all(numbers: Mapping[str, int]) -> str:
    if not numbers:
        return "none yet"
    listed = ", ".join(f"{number:,} {name}" for name, number in numbers.items() if number)
    return f"{sum(numbers.values()):,} in all: {listed}"


def _unrouted(have: Equipment, alerts: Mapping[str, int]) -> str:
    if have.notifiers or not alerts.get(DeliveryStatus.QUEUED):
        return ""
    return " (no [[notifier]] is configured: they are kept, and sent once there is one)"
