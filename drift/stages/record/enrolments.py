"""Records what is watched since when, and which parts of the estate alert."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.enrolment import Enrolled, EnrolmentRules, Mode, Opening, Scope
from drift.model.evidence import EnrolmentRecord, EnrolmentTurn, EntryKind
from drift.model.finding import Comparison
from drift.model.survey import Survey
from drift.store import enrolment


def record_watch(
    connection: Connection, sources: Iterable[str], baselines: Iterable[str], now: datetime
) -> None:
    """Record the beginning of the watch of each source and baseline that was not watched before."""
    for kind, names in ((enrolment.SOURCE, sources), (enrolment.BASELINE, baselines)):
        for name in names:
            if enrolment.begin_watch(connection, kind, name, now):
                _append(connection, f"{kind}:{name}", EnrolmentTurn.WATCHED, now)


def opening_of(connection: Connection, seen: Survey, rules: EnrolmentRules) -> Opening:
    """Return of which baselines a comparison would be the first complete one; under `enforce`, of none."""
    if rules.mode is Mode.ENFORCE:
        return Opening()
    first = enrolment.unopened(connection, {one.name for one in seen.declarations})
    is_discovery = bool(first) or not enrolment.is_discovery_opened(connection)
    return Opening(baselines=first, rules=rules, is_discovery=is_discovery)


def record_opening(
    connection: Connection, seen: Survey, comparison: Comparison, opening: Opening, now: datetime
) -> None:
    """Close the register of each baseline that was compared completely: what comes later is new.

    A baseline of which a state could not be read, or was held by an apply, is complete another time.
    """
    incomplete = {one.declaration.name for one in seen.held if one.is_postponed}
    incomplete |= {failure.name for failure in seen.failures}
    for name in sorted({one.name for one in seen.declarations} - incomplete):
        if name in opening.baselines:
            found = sum(one.baseline == name and opening.holds(one) for one in comparison.findings)
            _append(connection, f"baseline:{name}", EnrolmentTurn.REGISTERED, now, pre_existing=found)
        enrolment.open_register(connection, enrolment.BASELINE, name, now)
    if seen.lists and (seen.held or seen.others) and not incomplete:
        enrolment.open_register(connection, enrolment.DISCOVERY, "", now)


def record_enrolment(connection: Connection, scope: Scope, mode: Mode, by: str, now: datetime) -> Enrolled:
    """Record that somebody wants a scope to be treated so; what is so already stays as it is."""
    known = enrolment.enrolled(connection, scope)
    if known and known[0].mode is mode:
        return known[0]
    seq = _append(connection, str(scope), EnrolmentTurn(mode.value), now, by=by)
    one = Enrolled(scope=scope, mode=mode, since=now, by=by, ledger_seq=seq)
    enrolment.keep_enrolled(connection, one)
    return one


def _append(
    connection: Connection,
    scope: str,
    turn: EnrolmentTurn,
    now: datetime,
    *,
    by: str | None = None,
    pre_existing: int | None = None,
) -> int:
    body = EnrolmentRecord(scope=scope, turn=turn, by=by, pre_existing=pre_existing)
    return append(connection, kind=EntryKind.ENROLMENT, ref=scope, body=body, recorded_at=now).seq
