"""Append everything known to the ledger, in the transaction of the state change that it records.

Secrets are cut out here, before anything is stored, shown or sent.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from drift.errors import ProviderError
from drift.ledger.entry import encode_body
from drift.ledger.log import append
from drift.model.change import Change, Write
from drift.model.event import CHANGING, Effect, Fate, Outcome, UnreadableRecord
from drift.model.evidence import ConfigRecord, DispositionRecord, EntryKind, FindingRecord, GapRecord
from drift.model.finding import Comparison, DriftFinding, FindingStatus
from drift.model.judgement import Judged, Judgement
from drift.model.survey import Survey
from drift.model.ticket import Coverage
from drift.redact import redact
from drift.redacted import redact_event, redact_finding, redact_opened
from drift.store import changes, findings, meta
from drift.store.tally import take_coverage

_MAX_SUMMARY = 500
"""Characters: somebody may put a thousand writes into one change."""

_FATES = {Effect.READ: Fate.READ, Effect.AUTH: Fate.AUTH, Effect.DATA: Fate.DATA}


def record_configuration(connection: Connection, body: ConfigRecord, now: datetime) -> None:
    """Record that other rules are in force than before, if they are."""
    version = f"{body.tool_version} {body.sha256}"
    if meta.read(connection, "config_version") != version:
        meta.write(connection, "config_version", version)
        append(connection, kind=EntryKind.CONFIG_VERSION, ref=body.sha256, body=body, recorded_at=now)


def record_gap(connection: Connection, source: str, unreadable: UnreadableRecord, now: datetime) -> None:
    """Record that something was delivered that could not be read or judged."""
    body = GapRecord(
        source=source,
        file=unreadable.source.file,
        index=unreadable.source.index,
        sha256=unreadable.source.sha256,
        error=redact(unreadable.error).value,
    )
    append(connection, kind=EntryKind.GAP, ref=unreadable.source.file, body=body, recorded_at=now)


def record_outage(connection: Connection, source: str, error: ProviderError, now: datetime) -> None:
    """Record that a source could not be read: once, until it can be read again."""
    what = redact(error.what).value
    if meta.read(connection, meta.outage_of(source)) != what:
        meta.write(connection, meta.outage_of(source), what)
        body = GapRecord(source=source, file=None, index=None, sha256=None, error=what)
        append(connection, kind=EntryKind.GAP, ref=source, body=body, recorded_at=now)


def record_coverage(connection: Connection, source: str, now: datetime) -> None:
    """Record which spans were read since the last time; a source that answers has no outage."""
    meta.forget(connection, meta.outage_of(source))
    for interval in take_coverage(connection, source):
        append(connection, kind=EntryKind.COVERAGE, ref=source, body=interval, recorded_at=now)


def record_write(connection: Connection, source: str, write: Write, now: datetime) -> Fate:
    """Record a write, or an attempt at one, with the judgement of who made it and how.

    Calls that change nothing are not kept but counted by their fate, which is returned.
    """
    event = write.event
    if event.opens is not None:
        changes.remember_session(connection, redact_opened(event.opens), event.occurred_at)
    if event.intended not in CHANGING:
        return _FATES[event.intended]
    if changes.is_known(connection, event.key):
        return Fate.DUPLICATE
    clean = replace(write, event=redact_event(event))
    entry = append(connection, kind=EntryKind.OBSERVATION, ref=event.key, body=clean, recorded_at=now)
    changes.add_write(connection, clean, entry.seq)
    if event.outcome is Outcome.FAILURE:
        return Fate.ATTEMPT
    if event.occurred_at is None:
        unreadable = UnreadableRecord(error="a change that says not when it was made", source=event.source)
        record_gap(connection, source, unreadable, now)
        return Fate.UNDATED
    return Fate.CHANGE


def record_comparison(
    connection: Connection, seen: Survey, comparison: Comparison, now: datetime, *, judged_since: datetime
) -> None:
    """Record what a comparison found that is new, different or no longer there.

    Changes to what it is about that began at or after `judged_since` will be judged again.
    """
    _record_failures(connection, seen, now)
    not_compared = {(one.baseline, one.address) for one in comparison.not_compared}
    findings.keep_declared(connection, seen.declarations, not_compared, now)
    if not seen.failures:
        findings.forget_declared(connection, seen.declarations)
    before = findings.open_findings(connection)
    touched: set[str | None] = set()
    for finding in comparison.findings:
        found = redact_finding(finding, seen.attributes_of(finding))
        known = before.pop(found.finding_id, None)
        if known is None or not _is_same(known.finding, found):
            seq = _append_finding(connection, found, FindingStatus.OPEN, now)
            findings.keep_finding(connection, found, seq, now)
            touched.add(found.resource_id)
    findings.see_again(connection, (one.finding_id for one in comparison.findings), now)
    for known in before.values():
        if seen.covers(known.finding) and (known.finding.baseline, known.finding.address) not in not_compared:
            seq = _append_finding(connection, known.finding, FindingStatus.RESOLVED, now)
            findings.resolve(connection, known.finding.finding_id, seq, now)
            touched.add(known.finding.resource_id)
    changes.judge_again(connection, {one for one in touched if one}, judged_since)


def record_judgement(connection: Connection, change: Change, judgement: Judgement, now: datetime) -> Judged:
    """Record how a change stands, unless that is recorded already."""
    before = changes.last_judgement(connection, change)
    if before is not None and (_is_same(before, judgement) or _is_outage(judgement)):
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


def _is_same(kept: object, new: object) -> bool:
    """Tell whether a value says what was kept: as JSON, since that is what was kept."""
    return encode_body(kept) == encode_body(new)


def _record_failures(connection: Connection, seen: Survey, now: datetime) -> None:
    """Record what could not be compared, and forget the outages of what could be again."""
    failed = {failure.name for failure in seen.failures}
    for name in {one.declaration.name for one in seen.held} - failed:
        meta.forget(connection, meta.outage_of(name))
    for failure in seen.failures:
        record_outage(connection, failure.name, failure.error, now)


def _append_finding(
    connection: Connection, finding: DriftFinding, status: FindingStatus, now: datetime
) -> int:
    body = FindingRecord(status=status, finding=finding)
    return append(connection, kind=EntryKind.FINDING, ref=finding.finding_id, body=body, recorded_at=now).seq


def _disposition_record(change: Change, judgement: Judgement) -> DispositionRecord:
    event, classification, match = change.first.event, change.last.classification, judgement.match
    return DispositionRecord(
        change_id=change.change_id,
        session_id=change.session_id,
        began_at=change.began_at,
        ended_at=change.ended_at,
        cloud=event.cloud,
        account=event.account,
        region=event.region,
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
        events=tuple(write.event.key for write in change.writes),
        event_sha256=tuple(write.event.source.sha256 for write in change.writes),
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
    )


def _summary(change: Change) -> str:
    """Return what was done, in order; what was done again is said once."""
    text = "; ".join(dict.fromkeys(write.event.summary for write in change.writes))
    return text if len(text) <= _MAX_SUMMARY else f"{text[: _MAX_SUMMARY - 1]}\N{HORIZONTAL ELLIPSIS}"
