"""Records who may act as the identities that deploy, and what is wrong with that."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.bodies import body_at
from drift.ledger.log import append
from drift.model.evidence import ControlCheckRecord, EntryKind, TrustRecord
from drift.model.pipeline_control import Verifiable
from drift.model.trust import DeployingIdentity, findings_of_trust
from drift.redact import redact
from drift.stages.record.controls import record_control_check, record_control_findings
from drift.store import meta


def record_trust(
    connection: Connection,
    source: str,
    identities: Sequence[DeployingIdentity],
    owner: str | None,
    now: datetime,
) -> int:
    """Record each identity that is not as it was, those that are gone, and the line of the day.

    Return how many are news.
    """
    known, news = _known(connection, source), 0
    for one in identities:
        news += _record(connection, source, one, known.pop(one.name, None), now)
        if one.status is Verifiable.READ:  # who may look no more has seen nothing put right
            record_control_findings(
                connection, source, one.name, findings_of_trust(source, _clean(one), owner), now
            )
    for name, seq in known.items():
        _record_gone(connection, source, name, seq, now)
    body = ControlCheckRecord(
        host=source,
        repositories=len(identities),
        changed=news + len(known),
        not_read=tuple(f"{one.name}: {one.why}" for one in identities if one.why),
    )
    record_control_check(connection, body, now)
    return news + len(known)


def record_other_sources(connection: Connection, sources: Collection[str], now: datetime) -> None:
    """Record of the identities of every source but these that nobody looks at them any more."""
    begin = meta.trust_of("")
    for source in {key.removeprefix(begin) for key in meta.keys(connection, begin)} - {*sources}:
        why = f"{source} is configured no more, so nobody looks at it"
        for name, seq in _known(connection, source).items():
            _record_gone(connection, source, name, seq, now, why)
        meta.forget(connection, meta.trust_of(source))


def _known(connection: Connection, source: str) -> dict[str, str | None]:
    """Return which entry tells of each identity of a source last."""
    begin = meta.trusted_by(source)
    return {key.removeprefix(begin): meta.read(connection, key) for key in meta.keys(connection, begin)}


def _record(
    connection: Connection, source: str, said: DeployingIdentity, last: str | None, now: datetime
) -> bool:
    """Record an identity if it is news; tell whether it is."""
    digest = said.digest  # of what the cloud said
    before = _digest_at(connection, last)
    if before == digest:
        return False
    body = TrustRecord(source=source, identity=_clean(said), digest=digest, digest_before=before)
    _append(connection, said.name, body, last, now)
    return True


def _record_gone(
    connection: Connection,
    source: str,
    name: str,
    last: str | None,
    now: datetime,
    why: str = "it is there no more, or not asked about",
) -> None:
    before = _digest_at(connection, last)
    body = TrustRecord(source=source, identity=None, digest=None, digest_before=before)
    _append(connection, name, body, last, now)
    meta.forget(connection, f"{meta.trusted_by(source)}{name}")
    record_control_findings(connection, source, name, (), now, why=why)


def _append(connection: Connection, name: str, body: TrustRecord, last: str | None, now: datetime) -> None:
    links = () if last is None else (int(last),)
    entry = append(connection, kind=EntryKind.TRUST, ref=name, body=body, recorded_at=now, links=links)
    meta.write(connection, f"{meta.trusted_by(body.source)}{name}", str(entry.seq))


def _digest_at(connection: Connection, seq: str | None) -> str | None:
    """Return what an identity was when it was recorded last; `None` of a new one, or if that was erased."""
    before = body_at(connection, int(seq) if seq else None, TrustRecord)
    return before.digest if before else None


def _clean(said: DeployingIdentity) -> DeployingIdentity:
    """Cut secrets out: a condition may hold an external id, and a description whatever somebody wrote."""
    return replace(
        said,
        text=str(redact(said.text).value),
        why=None if said.why is None else str(redact(said.why).value),
        trusts=tuple(str(redact(one).value) for one in said.trusts),
        too_wide=tuple(str(redact(one).value) for one in said.too_wide),
    )
