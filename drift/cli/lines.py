"""The JSON of changes and findings, as lists and `drift show` print it; scripts rely on every key."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from drift.model.action import Action, Doer, Waived, corrections
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind, FindingStatus
from drift.model.resource import Cloud, Json
from drift.model.verdict import ActorKind, Channel, Disposition, Lane, Severity, Tool
from drift.reports.wording import done
from drift.terminal import inert_json

if TYPE_CHECKING:
    # SQLAlchemy is slow to import, and `--help` does not need it.
    from drift.reports.writers import Writer
    from drift.store.changes import ChangeRow
    from drift.store.findings import FindingRow


class ChangeLine(msgspec.Struct, kw_only=True):
    """One change. What was not judged yet is pending, and nothing more is known of it."""

    change_id: str
    session_id: str
    began_at: datetime
    ended_at: datetime
    cloud: Cloud
    account: str | None
    region: str | None
    environment: str | None
    resource_type: str | None
    resource_id: str
    address: str | None
    actor: str
    actor_kind: ActorKind
    corrected_actor: str | None
    principal: str | None
    channel: Channel
    lane: Lane
    tool: Tool
    summary: str
    events: tuple[str, ...]
    ticket: str | None
    ticket_system: str | None
    approver: str | None
    approved_at: datetime | None
    deployment: str | None
    link_method: str | None
    disposition: Disposition
    severity: Severity | None
    alert: bool | None
    reasons: tuple[str, ...]
    ledger_seq: int | None


class ScannedAttribute(msgspec.Struct, kw_only=True):
    """One attribute that differs, as `drift scan` prints it: nothing is known of writes there."""

    path: str
    declared: Json
    live: Json
    sensitive: bool


class ScannedFinding(msgspec.Struct, kw_only=True):
    """One finding as `drift scan` prints it."""

    id: str
    kind: FindingKind
    address: str | None
    type: str
    resource_id: str | None
    account: str | None
    region: str | None
    severity: Severity
    attributes: tuple[ScannedAttribute, ...]
    explained_by: tuple[str, ...]


class FoundAttribute(ScannedAttribute, kw_only=True):
    """One attribute that differs, with the writes that made it so."""

    explained_by: tuple[str, ...]
    is_explained: bool


class WriterLine(msgspec.Struct, kw_only=True):
    """The last change that may have made a resource differ."""

    change_id: str
    began_at: datetime
    actor: str
    actor_kind: ActorKind
    channel: Channel
    is_explanation: bool


class WaiverLine(msgspec.Struct, kw_only=True):
    """The last waiver of a finding, also one that has expired: then it counts no more."""

    by: Doer
    reason: str
    owner: str
    expires_at: datetime
    counts: bool


class FindingLine(ScannedFinding, kw_only=True):
    """One finding of the store: with where it was found, who wrote it, and where it is in its life."""

    attributes: tuple[FoundAttribute, ...]
    baseline: str | None
    source: str | None
    state: str | None
    written_by: WriterLine | None
    status: FindingStatus
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    owner: str | None
    due_at: datetime | None
    ledger_seq: int
    stands_for: tuple[str, ...]
    proposal: str | None
    waiver: WaiverLine | None


def encoded(line: msgspec.Struct) -> str:
    """Return a line as JSON in which nothing moves the cursor of a terminal."""
    return inert_json(msgspec.json.encode(line)).decode()


def change_line(row: "ChangeRow") -> ChangeLine:
    """Return the JSON of a change."""
    change, judgement = row.change, row.judgement
    event, found = change.first.event, change.last.classification
    match = judgement.match if judgement else None
    decision = judgement.decision if judgement else None
    return ChangeLine(
        change_id=change.change_id,
        session_id=change.session_id,
        began_at=change.began_at,
        ended_at=change.ended_at,
        cloud=event.call.cloud,
        account=event.call.account,
        region=event.call.region,
        environment=decision.environment if decision else None,
        resource_type=change.resource.type,
        resource_id=change.resource.id,
        address=judgement.standing.address if judgement else None,
        actor=change.actor.name,
        actor_kind=change.actor.kind,
        corrected_actor=next(reversed(corrections(change.actions)), None),
        principal=change.actor.principal,
        channel=change.channel,
        lane=change.lane,
        tool=found.tool,
        summary=done(change),
        events=tuple(write.event.key for write in change.writes),
        ticket=match.ticket.key if match and match.ticket else None,
        ticket_system=match.ticket.system if match and match.ticket else None,
        approver=match.approver if match else None,
        approved_at=match.approved_at if match else None,
        deployment=match.deployment.run_url if match and match.deployment else None,
        link_method=match.method if match else None,
        disposition=decision.disposition if decision else Disposition.PENDING,
        severity=decision.severity if decision else None,
        alert=decision.alert if decision else None,
        reasons=decision.reasons if decision else ("not judged yet",),
        ledger_seq=row.ledger_seq,
    )


def scanned_finding(finding: DriftFinding) -> ScannedFinding:
    """Return the JSON of a finding that is not stored."""
    return ScannedFinding(
        id=finding.finding_id,
        kind=finding.kind,
        address=finding.address,
        type=finding.type,
        resource_id=finding.resource_id,
        account=finding.account,
        region=finding.region,
        severity=finding.severity,
        attributes=tuple(ScannedAttribute(**_told(one)) for one in finding.attributes),
        explained_by=finding.explained_by,
    )


def finding_line(
    row: "FindingRow", writer: "Writer | None", waiver: Action | None, now: datetime
) -> FindingLine:
    """Return the JSON of a finding of the store."""
    scanned = {**msgspec.structs.asdict(scanned_finding(row.finding)), "attributes": _attributes(row.finding)}
    return FindingLine(
        **scanned,
        baseline=row.finding.baseline,
        source=row.finding.source,
        state=row.finding.state,
        written_by=_writer_line(writer) if writer else None,
        status=row.status,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        resolved_at=row.resolved_at,
        owner=row.owner,
        due_at=row.due_at,
        ledger_seq=row.ledger_seq,
        stands_for=row.finding.stands_for,
        proposal=row.finding.proposal,
        waiver=_waiver_line(waiver, now),
    )


def _waiver_line(waiver: Action | None, now: datetime) -> WaiverLine | None:
    if waiver is None or not isinstance(waiver.deed, Waived):
        return None
    deed = waiver.deed
    return WaiverLine(
        by=waiver.by,
        reason=deed.reason,
        owner=deed.owner,
        expires_at=deed.expires_at,
        counts=deed.counts(now),
    )


def _writer_line(writer: "Writer") -> WriterLine:
    change = writer.change
    return WriterLine(
        change_id=change.change_id,
        began_at=change.began_at,
        actor=change.actor.name,
        actor_kind=change.actor.kind,
        channel=change.channel,
        is_explanation=writer.is_explanation,
    )


def _attributes(finding: DriftFinding) -> tuple[FoundAttribute, ...]:
    return tuple(
        FoundAttribute(**_told(one), explained_by=one.explained_by, is_explained=one.is_explained)
        for one in finding.attributes
    )


def _told(attribute: AttributeDrift) -> dict[str, Any]:
    names = ScannedAttribute.__struct_fields__
    return {name: getattr(attribute, name) for name in names}
