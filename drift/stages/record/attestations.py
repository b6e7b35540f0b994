"""Records for which spans the cloud itself vouches that nothing of its log is missing or altered."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.coverage import AskedSince, Attestation, Gap, GapKind, Trail
from drift.model.evidence import AttestationRecord, EntryKind
from drift.stages.record.gaps import close_gap, open_gap
from drift.store import gaps, meta
from drift.store.attested import attested_trails, keep_attested
from drift.store.gaps import gap_id_of

ASKED_EVERY = timedelta(hours=1)
LOOKS_BACK = timedelta(days=7)
"""An account whose log ends for good must not let everything since be asked again for ever."""

ASKS_AGAIN_FOR = timedelta(days=1)
"""What did not hold may have been late. After that, to verify all since then once more costs too much."""

FIRST_LOOKS_BACK = timedelta(days=1)


def attested_since(connection: Connection, source: str, now: datetime) -> AskedSince | None:
    """Return since when the cloud is to be asked for its word; `None`: it is too early to ask again.

    Each trail has its own time: one that is given up must not have all others verified again and again.
    """
    asked_at = meta.read(connection, _asked(source))
    if asked_at is not None and now - datetime.fromisoformat(asked_at) < ASKED_EVERY:
        return None
    known = dict(attested_trails(connection, source))
    others = max(known.values(), default=now) - FIRST_LOOKS_BACK
    for row in gaps.open_gaps(connection, source, GapKind.ATTESTATION):
        if (at := row.gap.from_at) is not None and at > now - ASKS_AGAIN_FOR:
            trail = _trail_of(row.gap)
            known[trail] = min(at, known.get(trail, at))
    earliest = now - LOOKS_BACK
    return AskedSince(
        trails={trail: max(at, earliest) for trail, at in known.items()}, others=max(others, earliest)
    )


def record_attestations(
    connection: Connection,
    source: str,
    attested: Iterable[Attestation],
    owner: str | None,
    now: datetime,
) -> None:
    """Record the spans that are news: verified ones as such, broken ones as gaps until they are verified."""
    meta.write(connection, _asked(source), now.isoformat())
    known = dict(attested_trails(connection, source))
    known_gaps = gaps.open_gaps(connection, source, GapKind.ATTESTATION, with_accepted=True)
    broken = {row.gap_id: row for row in known_gaps}
    filled: list[Gap] = []
    verified: list[Attestation] = []
    for one in attested:
        gap_id, trail = _gap_id(source, one), one.of_trail
        if one.problem is not None:
            if gap_id not in broken:
                open_gap(connection, gap_id, _gap(source, one, owner, now), now)
            continue
        if gap_id in broken:
            filled.append(broken[gap_id].gap)
            close_gap(connection, broken.pop(gap_id), None, now)
        elif trail in known and one.to_at <= known[trail] and not any(_lies_in(one, gap) for gap in filled):
            continue
        verified.append(one)
        known[trail] = max(one.to_at, known.get(trail, one.to_at))
        keep_attested(connection, source, trail, known[trail])
    if verified:
        body = AttestationRecord(source=source, spans=tuple(_joined(verified)))
        append(connection, kind=EntryKind.ATTESTATION, ref=source, body=body, recorded_at=now)


def _asked(source: str) -> str:
    return f"attested/{source}"


def _joined(verified: Sequence[Attestation]) -> Iterable[Attestation]:
    """Join the spans of a trail that follow one another."""
    last: dict[Trail, Attestation] = {}
    for one in verified:
        before = last.pop(one.of_trail, None)
        if before is not None and before.to_at == one.from_at:
            last[one.of_trail] = replace(one, from_at=before.from_at, files=before.files + one.files)
            continue
        if before is not None:
            yield before
        last[one.of_trail] = one
    yield from last.values()


def _gap(source: str, one: Attestation, owner: str | None, now: datetime) -> Gap:
    return Gap(
        kind=GapKind.ATTESTATION,
        source=source,
        error=one.problem or "",
        owner=owner,
        opened_at=now,
        account=one.account,
        region=one.region,
        name=one.document,
        from_at=one.from_at,
        to_at=one.to_at,
        trail=one.trail,
    )


def _trail_of(gap: Gap) -> Trail:
    return Trail(account=gap.account or "", region=gap.region or "", name=gap.trail)


def _lies_in(one: Attestation, gap: Gap) -> bool:
    """Tell whether a span is one of several that a gap went over."""
    if one.of_trail != _trail_of(gap) or gap.from_at is None or gap.to_at is None:
        return False
    return gap.from_at <= one.from_at and one.to_at <= gap.to_at


def _gap_id(source: str, one: Attestation) -> str:
    """Trail and span tell which it is: a document that is missing may be found under another name."""
    place = (one.account, one.region, one.trail)
    return gap_id_of(GapKind.ATTESTATION, source, *place, one.from_at.isoformat())
