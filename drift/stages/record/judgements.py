"""Records how each change stands."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.change import Change
from drift.model.control_test import COMPENSATED
from drift.model.evidence import DispositionRecord, EntryKind
from drift.model.judgement import Judged, Judgement
from drift.model.ticket import Coverage
from drift.stages.record.same import is_same
from drift.store import changes

_MAX_SUMMARY = 500
"""Characters: somebody may put a thousand writes into one change."""


def record_judgement(connection: Connection, change: Change, judgement: Judgement, now: datetime) -> Judged:
    """Record how a change stands, unless that is recorded already."""
    before = changes.last_judgement(connection, change)
    if before is not None and (is_same(before, judgement) or _is_outage(judgement)):
        seq = changes.mark_judged(connection, change)
        return Judged(change=change, judgement=before, ledger_seq=seq, is_news=False)
    body = _disposition_record(change, judgement)
    entry = append(
        connection,
        kind=EntryKind.DISPOSITION,
        ref=change.change_id,
        body=body,
        recorded_at=now,
        links=changes.write_seqs(connection, change),
    )
    changes.keep_judgement(connection, change, judgement, entry.seq)
    return Judged(change=change, judgement=judgement, ledger_seq=entry.seq, is_news=True)


def _is_outage(judgement: Judgement) -> bool:
    """Tell whether nobody could be asked: that takes nothing back that was concluded before."""
    return judgement.match.coverage is Coverage.NOT_EVALUABLE


def _disposition_record(change: Change, judgement: Judgement) -> DispositionRecord:
    event, classification, match = change.first.event, change.last.classification, judgement.match
    records = [one for write in change.writes for one in write.records]
    return DispositionRecord(
        change_id=change.change_id,
        session_id=change.session_id,
        began_at=change.began_at,
        ended_at=change.ended_at,
        cloud=event.call.cloud,
        account=event.call.account,
        region=event.call.region,
        environment=judgement.decision.environment,
        resource_type=change.resource.type,
        resource_id=change.resource.id,
        address=judgement.standing.address,
        summary=_summary(change),
        actor=change.actor.name,
        actor_kind=change.actor.kind,
        principal=change.actor.principal,
        channel=change.channel,
        lane=change.lane,
        tool=classification.tool,
        events=tuple(one.key for one in records),
        event_sha256=tuple(one.source.sha256 for one in records),
        ticket=match.ticket.key if match.ticket else None,
        ticket_system=match.ticket.system if match.ticket else None,
        approver=match.approver,
        approved_at=match.approved_at,
        deployment=match.deployment.run_url if match.deployment else None,
        link_method=match.method,
        disposition=judgement.decision.disposition,
        severity=judgement.decision.severity,
        alert=judgement.decision.alert,
        reasons=judgement.decision.reasons,
        link_confidence=match.confidence if match.method else None,
        ticket_sha256=match.ticket.sha256 if match.ticket else None,
        corrected_actor=judgement.corrected_actor,
        **_tests(judgement),
    )


def _tests(judgement: Judgement) -> dict[str, Any]:
    """Return what the eight tests found, as the columns t1 to t8, with the reasons beside them."""
    found: dict[str, Any] = {one.test.value: one.result for one in judgement.tests}
    found["tests"] = tuple(
        f"{one.test}: {one.result}, {one.reason}"
        + (f"{COMPENSATED}{one.compensated_by}" if one.compensated_by else "")
        for one in judgement.tests
    )
    return found


def _summary(change: Change) -> str:
    """Return what was done, in order; what was done again is said once."""
    text = "; ".join(dict.fromkeys(write.event.summary for write in change.writes))
    return text if len(text) <= _MAX_SUMMARY else f"{text[: _MAX_SUMMARY - 1]}\N{HORIZONTAL ELLIPSIS}"
