"""Records how repositories are controlled, and what is wrong with that."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.evidence import (
    ControlCheckRecord,
    ControlFindingRecord,
    EntryKind,
    GapStatus,
    PipelineControlRecord,
)
from drift.model.pipeline_control import ControlDocument, ControlFinding, PipelineControls, findings_of
from drift.redact import redact
from drift.store import controls as store
from drift.store import meta
from drift.store.controls import ControlFindingRow, ControlsRow


def record_controls(
    connection: Connection, host: str, said: PipelineControls, before: ControlsRow | None, now: datetime
) -> bool:
    """Record how a repository is controlled, if that is news; tell whether it is.

    Somebody who got round its rules is news too.
    """
    digest, controls = said.digest, _clean(said)  # the digest is of what the host said
    is_news = before is None or before.digest != digest or bool(controls.bypasses)
    seq = before.ledger_seq if before else 0
    if is_news:
        body = PipelineControlRecord(
            host=host,
            controls=controls,
            digest=digest,
            digest_before=before.digest if before else None,
            changed=_changed(before.controls if before else None, controls),
        )
        links = (before.ledger_seq,) if before else ()
        kind, ref = EntryKind.PIPELINE_CONTROL, controls.repository
        seq = append(connection, kind=kind, ref=ref, body=body, recorded_at=now, links=links).seq
    kept = ControlsRow(host=host, controls=controls, digest=digest, captured_at=now, ledger_seq=seq)
    store.keep_controls(connection, kept)
    if controls.is_protected is not None:  # who may look no more has seen nothing put right
        record_control_findings(connection, host, controls.repository, findings_of(host, controls), now)
    return is_news


def record_out_of_scope(
    connection: Connection, before: ControlsRow, now: datetime, why: str = "it is in scope no more"
) -> None:
    """Record that a repository is in scope no more: what is wrong with it ends, and is not put right."""
    repository = before.controls.repository
    body = PipelineControlRecord(
        host=before.host, controls=None, digest=None, digest_before=before.digest, changed=()
    )
    kind, links = EntryKind.PIPELINE_CONTROL, (before.ledger_seq,)
    append(connection, kind=kind, ref=repository, body=body, recorded_at=now, links=links)
    store.forget_controls(connection, before)
    record_control_findings(connection, before.host, repository, (), now, why=why)


def record_other_hosts(connection: Connection, hosts: Collection[str], now: datetime) -> None:
    """Record of the repositories of every host but these that nobody looks at them any more."""
    for row in store.controls_kept(connection):
        if row.host not in hosts:
            why = f"{row.host} is configured no more, so nobody looks at it"
            record_out_of_scope(connection, row, now, why)
            meta.forget(connection, meta.controls_of(row.host))


def record_control_check(connection: Connection, body: ControlCheckRecord, now: datetime) -> None:
    """Record that every repository in scope was looked at: the line of the day."""
    clean = replace(body, not_read=tuple(str(redact(one).value) for one in body.not_read))
    append(connection, kind=EntryKind.CONTROL_CHECK, ref=body.host, body=clean, recorded_at=now)


def record_control_findings(
    connection: Connection,
    host: str,
    repository: str,
    found: Collection[ControlFinding],
    now: datetime,
    *,
    why: str | None = None,
) -> None:
    """Record what is wrong with a repository or an identity that is news, and what is over.

    `why` says of what is over that it was not put right: nobody looks any more.
    """
    known = {row.finding.weakness: row for row in store.control_findings(connection, host, repository)}
    for one in found:
        row = known.pop(one.weakness, None)
        if row is None or row.finding != one:
            body = ControlFindingRecord(status=GapStatus.OPEN, finding=one)
            seq = _record_finding(connection, body, (row.ledger_seq,) if row else (), now)
            opened_at = row.opened_at if row else now
            kept = ControlFindingRow(finding=one, opened_at=opened_at, ledger_seq=seq)
            store.keep_control_finding(connection, kept)
    for row in known.values():
        body = ControlFindingRecord(status=GapStatus.CLOSED, finding=row.finding, why=why)
        _record_finding(connection, body, (row.ledger_seq,), now)
        store.forget_control_finding(connection, host, repository, row.finding.weakness)


def _record_finding(
    connection: Connection, body: ControlFindingRecord, links: tuple[int, ...], now: datetime
) -> int:
    kind, ref = EntryKind.CONTROL_FINDING, body.finding.repository
    return append(connection, kind=kind, ref=ref, body=body, recorded_at=now, links=links).seq


def _changed(before: PipelineControls | None, now: PipelineControls) -> tuple[str, ...]:
    was = {one.name: one for one in before.documents} if before else {}
    names = {one.name for one in now.documents if was.get(one.name) != one}
    return tuple(sorted(names | (was.keys() - {one.name for one in now.documents})))


def _clean(said: PipelineControls) -> PipelineControls:
    """Cut secrets out: somebody may have written one into a workflow."""
    return replace(said, documents=tuple(_clean_document(one) for one in said.documents))


def _clean_document(one: ControlDocument) -> ControlDocument:
    why = None if one.why is None else str(redact(one.why).value)
    return replace(one, text=str(redact(one.text).value), why=why)
