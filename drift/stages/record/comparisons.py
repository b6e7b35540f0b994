"""Records how the live configuration differs from the declared one."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.entry import NewEntry
from drift.ledger.log import append, append_all
from drift.model.enrolment import Opening
from drift.model.evidence import EntryKind, FindingRecord
from drift.model.finding import Comparison, DriftFinding, FindingStatus
from drift.model.naming import NamingRules
from drift.model.survey import Survey
from drift.redacted import redact_finding
from drift.stages.record.ignored import record_ignored
from drift.stages.record.same import is_same
from drift.stages.record.sources import record_outage
from drift.stages.record.sweeps import News
from drift.store import changes, declared, findings, meta
from drift.store.findings import FindingRow
from drift.store.written import names_of, subject_of


def record_declared(
    connection: Connection, seen: Survey, comparison: Comparison, naming: NamingRules, now: datetime
) -> None:
    """Keep what is declared, so that writes are led to it, and record what could not be read of it."""
    _record_failures(connection, seen, now)
    unread = {(one.state or one.baseline, one.address) for one in comparison.not_compared}
    declared.keep_declared(connection, seen.declarations, unread, now, naming)
    if not seen.failures:
        declared.forget_declared(connection, (*seen.declarations, *seen.others))


def record_declared_again(
    connection: Connection, seen: Survey, comparison: Comparison, naming: NamingRules, now: datetime
) -> None:
    """Keep which resources a survey of only some compared, or could not, and what could not be read."""
    _record_failures(connection, seen, now)
    asked = seen.only or frozenset()
    unread = {(one.state, one.address) for one in comparison.not_compared}
    origins = {one.declaration.origin for one in seen.held if not one.is_postponed}
    declared.keep_compared_again(
        connection,
        [one for one in seen.others if one.origin in origins],
        compared=[(str(state), str(address)) for state, address in asked - unread],
        unread=[(str(state), str(address)) for state, address in asked & unread],
        at=now,
        naming=naming,
    )


def record_comparison(
    connection: Connection,
    seen: Survey,
    comparison: Comparison,
    now: datetime,
    *,
    judged_since: datetime,
    opening: Opening = Opening(),  # noqa: B008 - frozen
) -> News:
    """Record what a comparison found that is new, different or no longer there; return how much that is.

    What a baseline's first complete comparison finds goes into the opening register. Changes to what
    it is about that began at or after `judged_since` will be judged again.
    """
    before = findings.open_findings(connection)
    touched = _record_seen(connection, seen, comparison, before, opening, now)
    if seen.only is None:  # a few resources do not tell how much a rule hides
        record_ignored(connection, comparison.ignored, now, seen.of)
    gone = _record_gone(connection, seen, comparison, before, now)
    _judge_again(connection, [*touched, *gone], judged_since)
    return News(found=len(touched), resolved=len(gone))


def _record_seen(
    connection: Connection,
    seen: Survey,
    comparison: Comparison,
    before: Mapping[str, FindingRow],
    opening: Opening,
    now: datetime,
) -> list[DriftFinding]:
    """Record the findings that are new, or say something else than before; return them."""
    ids = [one.finding_id for one in comparison.findings]
    known_once = findings.closed_findings(connection, set(ids) - before.keys())
    touched: list[FindingRecord] = []
    for finding in comparison.findings:
        found = redact_finding(finding, seen.attributes_of(finding))
        known = before.get(found.finding_id) or known_once.get(found.finding_id)
        status = _status(known, found, opening)
        if known is None or known.status is not status or not is_same(known.finding, found):
            touched.append(_seen(found, status, known, opening, now))
    # All at once: a first comparison may find thousands.
    entries = append_all(connection, [_entry(one, now) for one in touched])
    for one, entry in zip(touched, entries, strict=True):
        findings.keep_finding(
            connection, one.finding, entry.seq, now, one.status, owner=one.owner, due_at=one.due_at
        )
    findings.see_again(connection, ids, now)
    return [one.finding for one in touched]


def _seen(
    found: DriftFinding, status: FindingStatus, known: FindingRow | None, opening: Opening, now: datetime
) -> FindingRecord:
    if status is not FindingStatus.PRE_EXISTING:
        return FindingRecord(status=status, finding=found)
    row = opening.registered(found, now)
    # What a row of the register says may change, who made it so for example: it stays due when it was.
    owner, due_at = (known.owner, known.due_at) if known else (row.owner, row.due_at)
    return FindingRecord(
        status=status, finding=found, owner=owner, due_at=due_at, last_writer=row.last_writer
    )


def _record_gone(
    connection: Connection,
    seen: Survey,
    comparison: Comparison,
    before: Mapping[str, FindingRow],
    now: datetime,
) -> list[DriftFinding]:
    """Record the findings that are there no more, or that a rule hides now; return them."""
    shown = {one.finding_id for one in (*comparison.findings, *comparison.settling)}
    ignored = {one for each in comparison.ignored for one in each.finding_ids}
    unread = {(one.state or one.baseline, one.address) for one in comparison.not_compared}
    alike = {address for one in comparison.findings for address in one.stands_for}
    gone = []
    for finding_id in sorted(before.keys() - shown):
        one = before[finding_id].finding
        if not seen.covers(one) or one.address in alike or (one.state or one.baseline, one.address) in unread:
            continue
        if finding_id in ignored:
            seq = _append_finding(connection, one, FindingStatus.IGNORED, now)
            findings.set_status(connection, finding_id, FindingStatus.IGNORED, seq)
        else:
            seq = _append_finding(connection, one, FindingStatus.RESOLVED, now)
            findings.resolve(connection, finding_id, seq, now)
        gone.append(one)
    return gone


def record_acknowledgement(
    connection: Connection, row: FindingRow, by: str, reason: str, now: datetime
) -> None:
    """Record that somebody answers for a finding as it is. It stays open until a comparison resolves it."""
    body = FindingRecord(status=FindingStatus.ACKNOWLEDGED, finding=row.finding, by=by, reason=reason)
    ref = row.finding.finding_id
    entry = append(connection, kind=EntryKind.FINDING, ref=ref, body=body, recorded_at=now)
    findings.set_status(connection, ref, FindingStatus.ACKNOWLEDGED, entry.seq)


def _status(known: FindingRow | None, found: DriftFinding, opening: Opening) -> FindingStatus:
    """Return where a finding is that a comparison sees."""
    if known is None:
        return FindingStatus.PRE_EXISTING if opening.holds(found) else FindingStatus.OPEN
    if known.is_pre_existing:
        is_other = _differs_otherwise(known.finding, found)
        return FindingStatus.OPEN if is_other else FindingStatus.PRE_EXISTING
    is_acknowledged = known.status is FindingStatus.ACKNOWLEDGED
    if not known.is_open or (is_acknowledged and _differs_otherwise(known.finding, found)):
        return FindingStatus.REOPENED
    return known.status


def _differs_otherwise(known: DriftFinding, found: DriftFinding) -> bool:
    """Tell whether something else differs than before, whoever made it so."""
    return not is_same(_difference(known), _difference(found))


def _difference(finding: DriftFinding) -> tuple[object, ...]:
    return (finding.fingerprint, *((one.path, one.declared, one.live) for one in finding.attributes))


def _judge_again(connection: Connection, about: list[DriftFinding], since: datetime) -> None:
    names = names_of(connection, [subject_of(one) for one in about])
    changes.judge_again(connection, {name.text for some in names.values() for name in some}, since)


def _record_failures(connection: Connection, seen: Survey, now: datetime) -> None:
    """Record what could not be compared, and forget the outages of what could be again."""
    failed = {failure.name for failure in seen.failures}
    read = {one.name for one in seen.declarations} - failed
    for source in {*read, *(one.origin for one in seen.declarations)}:
        meta.forget(connection, meta.outage_of(source))
    for failure in seen.failures:
        record_outage(connection, failure.origin or failure.name, failure.error, now)


def _append_finding(
    connection: Connection, finding: DriftFinding, status: FindingStatus, now: datetime
) -> int:
    [entry] = append_all(connection, [_entry(FindingRecord(status=status, finding=finding), now)])
    return entry.seq


def _entry(body: FindingRecord, now: datetime) -> NewEntry:
    return NewEntry(kind=EntryKind.FINDING, ref=body.finding.finding_id, body=body, recorded_at=now)
