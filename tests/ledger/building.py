"""Builders of evidence for tests: each states only what matters."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from drift.ledger.entry import NewEntry
from drift.ledger.keys import local_key
from drift.model.change import Write
from drift.model.evidence import (
    CoverageInterval,
    DispositionRecord,
    EntryKind,
    FindingRecord,
    GapRecord,
)
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind, FindingStatus
from drift.model.resource import Cloud
from drift.model.verdict import ActorKind, Channel, Disposition, Lane, Severity, Tool

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

KEY = local_key("driftledger/example", bytes(range(32)))
OTHER_KEY = local_key("driftledger/example", bytes(32))


def an_entry(ref: str = "chg-1", body: object = None, **facts: Any) -> NewEntry:
    """An entry of any kind: by itself of a write, or of a kind that no listing of a pack is made from."""
    kind = EntryKind.OBSERVATION if isinstance(body, Write) else EntryKind.TRUST
    defaults: dict[str, Any] = {"kind": kind, "recorded_at": NOON}
    return NewEntry(ref=ref, body={"said": ref} if body is None else body, **(defaults | facts))


def a_disposition(
    change_id: str, *, began_at: datetime = NOON, recorded_at: datetime = NOON, **facts: Any
) -> NewEntry:
    """An entry that says how a change stands."""
    defaults: dict[str, Any] = {
        "session_id": "ses-1",
        "ended_at": began_at + timedelta(minutes=1),
        "cloud": Cloud.AWS,
        "account": "111122223333",
        "region": "eu-west-1",
        "environment": "production",
        "resource_type": "aws_security_group",
        "resource_id": "sg-0abc",
        "address": None,
        "summary": "opened tcp/22 to 0.0.0.0/0",
        "actor": "alice@example.com",
        "actor_kind": ActorKind.HUMAN,
        "principal": "arn:aws:sts::111122223333:assumed-role/Admin/alice@example.com",
        "channel": Channel.CONSOLE,
        "lane": Lane.INFRASTRUCTURE,
        "tool": Tool.CONSOLE,
        "events": ("aws:1",),
        "event_sha256": ("ab" * 32,),
        "ticket": None,
        "ticket_system": None,
        "approver": None,
        "approved_at": None,
        "deployment": None,
        "link_method": None,
        "disposition": Disposition.UNTICKETED,
        "severity": Severity.HIGH,
        "alert": True,
        "reasons": ("a person, with console", "no ticket names the resource"),
    }
    body = DispositionRecord(change_id=change_id, began_at=began_at, **(defaults | facts))
    return NewEntry(kind=EntryKind.DISPOSITION, ref=change_id, body=body, recorded_at=recorded_at)


def a_finding(
    finding_id: str = "fnd-1",
    *,
    status: FindingStatus = FindingStatus.OPEN,
    recorded_at: datetime = NOON,
    kind: FindingKind = FindingKind.DRIFTED,
) -> NewEntry:
    """An entry that says that declared and live configuration differ, or no longer do."""
    finding = DriftFinding(
        finding_id=finding_id,
        kind=kind,
        address="aws_security_group.web",
        type="aws_security_group",
        resource_id="sg-0abc",
        account="111122223333",
        region="eu-west-1",
        severity=Severity.HIGH,
        attributes=(AttributeDrift(path="ingress", declared=[], live=[{"from_port": 22, "weight": 1.5}]),),
        explained_by=("aws:1",),
        baseline="production",
    )
    body = FindingRecord(status=status, finding=finding)
    return NewEntry(kind=EntryKind.FINDING, ref=finding_id, body=body, recorded_at=recorded_at)


def a_coverage(
    *,
    from_at: datetime | None = NOON,
    to_at: datetime | None = NOON,
    records: int = 10,
    unreadable: int = 0,
    contiguous_since: datetime | None = None,
) -> NewEntry:
    """An entry that says which span of a source was read."""
    body = CoverageInterval(
        source="trail",
        account="111122223333",
        region="eu-west-1",
        from_at=from_at,
        to_at=to_at,
        records=records,
        unreadable=unreadable,
        contiguous_since=contiguous_since,
    )
    return NewEntry(kind=EntryKind.COVERAGE, ref="trail", body=body, recorded_at=NOON)


def a_gap(*, error: str = "half a line of JSON", recorded_at: datetime = NOON, **facts: Any) -> NewEntry:
    """An entry that says what could not be read."""
    body = GapRecord(source="trail", file="a.json.gz", index=3, sha256="00" * 32, error=error, **facts)
    return NewEntry(kind=EntryKind.GAP, ref="a.json.gz", body=body, recorded_at=recorded_at)


class Slow:
    """A signer that lets something happen while it signs."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self._meanwhile = meanwhile

    @property
    def public_bytes(self) -> bytes:
        """That of the key of the tests."""
        return KEY.signer.public_bytes

    @property
    def secret(self) -> bytes:
        """None that anybody asks for."""
        return b""

    def sign(self, message: bytes) -> bytes:
        """Take its time."""
        self._meanwhile()
        return KEY.signer.sign(message)

    def check(self) -> str:
        """Say that it is slow."""
        return "slow"
