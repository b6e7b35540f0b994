"""Computes the weekly report from the rows of the store. Pure: the same rows give the same report."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from drift.model.emergency import is_emergency
from drift.model.evidence import GapRecord
from drift.model.verdict import Disposition
from drift.reports.days import Span
from drift.reports.reviews_text import review_lines
from drift.reports.weekly.actions import actions, closed
from drift.reports.weekly.alarms import alarms_seen
from drift.reports.weekly.control_counts import control_counts
from drift.reports.weekly.facts import WeeklyFacts
from drift.reports.weekly.first_days import first_days
from drift.reports.weekly.names import names_in
from drift.reports.weekly.report import (
    Accepted,
    Alerts,
    ChangedResource,
    Figure,
    Seen,
    SourceSeen,
    Unread,
    WeeklyReport,
)
from drift.reports.weekly.teams import by_person, by_team
from drift.reports.weekly.unowned import unowned
from drift.reports.wording import resource_name
from drift.reports.writers import drift_since
from drift.stages.decide import PEOPLE, DecisionRules
from drift.store.changes import ChangeRow
from drift.store.findings import FindingRow
from drift.store.outbox import DeliveryStatus

MOST_CHANGED = 5
"""How many resources the report names as changed most by hand."""

MOST_UNREAD = 3
"""How many records that could not be read are named with their file."""


def weekly_report(facts: WeeklyFacts) -> WeeklyReport:
    """Return the report of a week."""
    week, settings = facts.week, facts.settings
    now, before = _of(facts, week), _of(facts, week.previous)
    open_now = _open_at(facts, facts.as_of)
    writers = facts.writers
    manual = [row for row in now if is_manual(row)]

    def figure(this_week: int, last_week: int) -> Figure:
        return Figure(now=this_week, before=last_week if facts.records_before else None)

    return WeeklyReport(
        organisation=settings.organisation,
        week=week,
        as_of=facts.as_of,
        seen=_seen(facts),
        changes=len(now),
        manual_writes=figure(_writes(manual), _writes([row for row in before if is_manual(row)])),
        manual_changes=len(manual),
        unticketed=figure(_standing(now, Disposition.UNTICKETED), _standing(before, Disposition.UNTICKETED)),
        pending=_standing(now, Disposition.PENDING),
        emergencies=figure(
            sum(was_emergency(row) for row in _in_production(now, settings.decision)),
            sum(was_emergency(row) for row in _in_production(before, settings.decision)),
        ),
        production_changes=figure(
            len(_in_production(now, settings.decision)), len(_in_production(before, settings.decision))
        ),
        open_drift=figure(len(open_now), len(_open_at(facts, week.since))),
        oldest_drift_at=min(
            (drift_since(row, writers.get(row.finding.finding_id)) for row in open_now), default=None
        ),
        actions=actions(facts, writers),
        closed=closed(facts),
        changed_resources=_changed_resources(manual),
        alerts=Alerts(
            sent=facts.alerts_sent,
            waiting=facts.alerts.get(DeliveryStatus.QUEUED, 0),
            dead=facts.alerts.get(DeliveryStatus.DEAD, 0),
            has_notifier=settings.has_notifier,
        ),
        checkpoint=facts.checkpoint,
        configuration_sha256=settings.configuration_sha256,
        tool_version=settings.tool_version,
        first_days=first_days(facts),
        unowned=unowned(now, settings.decision, settings.routing),
        reviews=tuple(review_lines(facts.reviews)),
        teams=by_team(manual, settings.decision, settings.routing),
        people=by_person(manual) if settings.names_people else (),
        weeks=facts.weeks,
        controls=control_counts(now),
        links=settings.links,
        names=names_in(facts),
    )


def is_manual(row: ChangeRow) -> bool:
    """Tell whether a person made the change by hand; somebody unknown is taken for a person."""
    return row.change.channel in PEOPLE


def was_emergency(row: ChangeRow) -> bool:
    """Tell whether the change is in the register of emergencies: also one that was declared afterwards."""
    if row.judgement is None:
        return row.change.is_emergency
    return _disposition(row) is Disposition.EMERGENCY or is_emergency(row.change, row.judgement.match)


def _disposition(row: ChangeRow) -> Disposition:
    return row.judgement.decision.disposition if row.judgement else Disposition.PENDING


def _of(facts: WeeklyFacts, week: Span) -> list[ChangeRow]:
    """Return the changes that somebody decided to make in `week`: the cloud's own are no such.

    Nor are those counted that were made before the watch began: nobody has to answer for them.
    """
    begun = (row for row in facts.changes if week.holds(row.change.began_at))
    left_out = (Disposition.EXPLAINED, Disposition.BEFORE_ENROLMENT)
    return [row for row in begun if _disposition(row) not in left_out]


def _writes(rows: Sequence[ChangeRow]) -> int:
    """Count each write once: one that touched several resources belongs to several changes."""
    return len({write.event.key for row in rows for write in row.change.writes})


def _standing(rows: Sequence[ChangeRow], disposition: Disposition) -> int:
    return sum(_disposition(row) is disposition for row in rows)


def _in_production(rows: Sequence[ChangeRow], rules: DecisionRules) -> list[ChangeRow]:
    """Return those in production. An account that no environment claims is taken for it."""
    environments = ((row, rules.environment_of(row.change.first.event.call.account)) for row in rows)
    return [row for row, environment in environments if environment is None or environment.is_production]


def _open_at(facts: WeeklyFacts, at: datetime) -> list[FindingRow]:
    """Return the drift that was open: what is in the opening register is counted apart."""
    return [
        row
        for row in facts.findings
        if not row.is_pre_existing
        and row.first_seen_at <= at
        and (row.resolved_at is None or row.resolved_at > at)
    ]


def _seen(facts: WeeklyFacts) -> Seen:
    names = sorted({*facts.settings.sources, *facts.records})
    # A gap of an account is one of the cloud's own word; no other knows the account.
    broken = [gap for gap in facts.gaps if gap is not None and gap.account is not None]
    others = [gap for gap in facts.gaps if gap is None or gap.account is None]
    # A gap without a place in a file is a source that could not be read at all.
    outages = sum(gap is not None and gap.file is None for gap in others)
    unread = (
        Unread(file=gap.file, index=gap.index, error=gap.error)
        for gap in others
        if gap is not None and gap.file is not None
    )
    return Seen(
        sources=tuple(
            SourceSeen(
                name=name,
                records=facts.records.get(name, 0),
                outage=facts.outages.get(name),
                held_up=facts.held_up.get(name),
            )
            for name in names
        ),
        unreadable=len(others) - outages,
        unread=tuple(islice(unread, MOST_UNREAD)),
        outages=outages,
        declared=facts.declared,
        compared=facts.compared,
        excluded=facts.writes_excluded,
        accepted=tuple(map(_accepted, facts.accepted)),
        verified=tuple(sorted(facts.verified.items())),
        broken=tuple(f"{gap.source}, {_place(gap)}: {gap.error}" for gap in broken),
        alarms=tuple(alarms_seen(facts)),
        badly_controlled=tuple(
            f"{one.text} (owner: {one.owner or 'nobody'})" for one in facts.badly_controlled
        ),
        watch=facts.watch,
    )


def _place(gap: GapRecord) -> str | None:
    return f"account {gap.account} {gap.region or ''}".rstrip() if gap.account else gap.file


def _accepted(gap: GapRecord) -> Accepted:
    return Accepted(
        source=gap.source,
        place=_place(gap),
        from_at=gap.from_at,
        to_at=gap.to_at,
        by=gap.by or "somebody",
        reason=gap.reason or "",
    )


def _changed_resources(manual: Sequence[ChangeRow]) -> tuple[ChangedResource, ...]:
    changes: Counter[tuple[str, ...]] = Counter()
    writes: Counter[tuple[str, ...]] = Counter()
    for row in manual:
        one = _identity(row)
        changes[one] += 1
        writes[one] += len(row.change.writes)
    most = sorted(changes, key=lambda one: (-changes[one], -writes[one], one))[:MOST_CHANGED]
    return tuple(ChangedResource(name=one[0], changes=changes[one], writes=writes[one]) for one in most)


def _identity(row: ChangeRow) -> tuple[str, ...]:
    """Return the resource's name, and what tells it from others where that is no address in the code."""
    name = resource_name(row.change, row.judgement)
    if row.judgement and row.judgement.standing.address:
        return (name,)
    return (name, row.change.first.event.call.account or "", row.change.resource.id)
