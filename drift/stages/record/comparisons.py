"""Records how the live configuration differs from the declared one."""

from collections.abc import Set
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.evidence import EntryKind, FindingRecord
from drift.model.finding import Comparison, DriftFinding, FindingStatus
from drift.model.survey import Survey
from drift.redacted import redact_finding
from drift.stages.record.ignored import record_ignored
from drift.stages.record.same import is_same
from drift.stages.record.sources import record_outage
from drift.store import changes, findings, meta


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
        if known is None or not is_same(known.finding, found):
            seq = _append_finding(connection, found, FindingStatus.OPEN, now)
            findings.keep_finding(connection, found, seq, now)
            touched.add(found.resource_id)
    findings.see_again(connection, (one.finding_id for one in comparison.findings), now)
    record_ignored(connection, comparison.ignored, now)
    ignored = {one for each in comparison.ignored for one in each.finding_ids}
    unsure = not_compared | {(None, one) for finding in comparison.findings for one in finding.stands_for}
    for known in before.values():
        if not seen.covers(known.finding) or _is_unsure(known.finding, unsure):
            continue
        finding_id = known.finding.finding_id
        if finding_id in ignored:
            seq = _append_finding(connection, known.finding, FindingStatus.IGNORED, now)
            findings.set_aside(connection, finding_id, seq)
        else:
            seq = _append_finding(connection, known.finding, FindingStatus.RESOLVED, now)
            findings.resolve(connection, finding_id, seq, now)
        touched.add(known.finding.resource_id)
    changes.judge_again(connection, {one for one in touched if one}, judged_since)


def _is_unsure(finding: DriftFinding, unsure: Set[tuple[str | None, str]]) -> bool:
    """Tell whether it cannot be said that a finding is gone: unread, or one of many in another finding."""
    address = finding.address
    return address is not None and not unsure.isdisjoint({(finding.baseline, address), (None, address)})


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
