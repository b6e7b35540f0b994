"""From what is declared and what is there to recorded findings, and to who made each difference so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.model.alarm import STATE_WENT_BACK
from drift.model.baseline import Declaration
from drift.model.survey import Survey
from drift.stages.alarm import end_alarm, raise_alarm
from drift.stages.decide import settled_at
from drift.stages.detect import detect, read_beside, suspect
from drift.stages.explain import explain
from drift.stages.own import last_writers, owners
from drift.stages.record import (
    opening_of,
    record_baselines,
    record_comparison,
    record_declared,
    record_declared_again,
    record_opening,
    record_sweep,
)
from drift.stages.survey import DISCOVERY, survey_again
from drift.store.uncompared import uncompared
from drift.store.written import subject_of, writes_to

JUDGED_AGAIN_FOR = timedelta(days=7)
"""A ticket for an unticketed change is looked for this long, and its message kept true to what is there."""


def compare(have: Equipment, seen: Survey, now: datetime) -> list[str]:
    """Hold what is declared against what is there, and tell which write made each difference so."""
    policy, rules = have.policy, have.policy.detection.as_of(now)
    others = () if seen.of is None else seen.uncompared
    comparison = detect(seen.held, seen.discovered, rules, others=others, beside=seen.beside)
    with have.database.reading() as connection:
        opening = opening_of(connection, seen, policy.enrolment)
    owned, unknown = owners(have.watched, opening.baselines)
    with have.database.transaction() as connection:
        _record_baselines(have, connection, seen.declarations, now)
        record_declared(connection, seen, comparison, policy.attribution.naming, now)
        writes = writes_to(connection, [subject_of(one) for one in comparison.findings])
        explained = explain(comparison, writes, seen.by_place(), policy.attribution, now)
        told = suspect(explained, rules, writes)
        opening = replace(opening, owners=owned, writers=last_writers(told, writes))
        since = now - JUDGED_AGAIN_FOR
        news = record_comparison(connection, seen, told, now, judged_since=since, opening=opening)
        record_opening(connection, seen, told, opening, now)
        record_sweep(connection, seen, told, news, now)
    return [*_failures(seen), *unknown]


def compare_again(have: Equipment, now: datetime) -> tuple[Survey, list[str]] | None:
    """Hold what writes touched since it was compared against what is there; `None` if there is nothing.

    What a pipeline touched waits for the settle window: its state says so only at the end.
    """
    policy, rules = have.policy, have.policy.detection.as_of(now)
    settles_at, since = partial(settled_at, rules=policy.decision), now - JUDGED_AGAIN_FOR
    with have.database.reading() as connection:
        touched = [
            (row.state, row.address)
            for one in uncompared(connection, since, settles_at, policy.decision.settle_window)
            if now >= settles_at(one.change)
            for row in one.rows
        ]
    if not touched:
        return None
    seen = survey_again(have.watched, now, touched, partial(read_beside, rules=rules))
    found = detect(seen.held, (), rules, others=seen.others)
    found = replace(found, findings=tuple(one for one in found.findings if seen.is_about(one)))
    with have.database.transaction() as connection:
        _record_baselines(have, connection, seen.others, now)
        record_declared_again(connection, seen, found, policy.attribution.naming, now)
        writes = writes_to(connection, [subject_of(one) for one in found.findings])
        explained = explain(found, writes, seen.by_place(), policy.attribution, now)
        # What the first complete comparison has not registered yet is left to it.
        opening = opening_of(connection, seen, policy.enrolment)
        record_comparison(connection, seen, explained, now, judged_since=since, opening=opening)
    return seen, _failures(seen)


def _record_baselines(
    have: Equipment, connection: Connection, declarations: Sequence[Declaration], now: datetime
) -> None:
    """Record which states turned into others. A serial that went down is an alarm until it caught up."""
    turned = record_baselines(connection, declarations, now)
    for alarm in turned.went_back:
        raise_alarm(connection, have.notifiers, alarm, now)
    for subject in turned.caught_up:
        end_alarm(connection, have.notifiers, STATE_WENT_BACK, subject, now)


def _failures(seen: Survey) -> list[str]:
    failures = [f"{failure.name}: {failure.error}" for failure in seen.failures]
    if seen.not_listed:
        first = seen.not_listed[0]
        rest = f" and of {len(seen.not_listed) - 1} more types" if len(seen.not_listed) > 1 else ""
        failures.append(f"{DISCOVERY}: it is not known of {first}{rest}: {first.error}")
    return failures
