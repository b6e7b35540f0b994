"""Reads from the store what the weekly report is computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.ledger.checkpoint import latest_checkpoint
from drift.model.change import Change
from drift.model.evidence import Checkpoint, GapRecord
from drift.model.finding import Standing
from drift.model.pipeline_control import ControlFinding
from drift.model.review import ReviewRules, ReviewStanding
from drift.reports.days import Span
from drift.reports.entries import files_verified, gaps_accepted, gaps_recorded
from drift.reports.reviews import reviews_standing
from drift.reports.story import standing_in_code
from drift.reports.weekly.counts import Watch, WeekCount
from drift.reports.weekly.twelve import twelve_weeks
from drift.reports.weekly.watched import watch_of
from drift.reports.writers import last_writers
from drift.stages.decide import DecisionRules
from drift.stages.route import RoutingRules
from drift.store import lookup, meta, outbox
from drift.store.alarms import AlarmRow, alarms
from drift.store.changes import ChangeRow
from drift.store.controls import control_findings
from drift.store.findings import FindingRow, findings
from drift.store.held_up import all_held_up

COMPARED_WITHIN = timedelta(days=1)
"""A comparison that is older says nothing of how things stand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklySettings:
    """What the report has to know of the configuration."""

    organisation: str
    sources: tuple[str, ...]
    has_notifier: bool
    decision: DecisionRules
    configuration_sha256: str
    tool_version: str
    routing: RoutingRules = field(default_factory=RoutingRules)
    reviews: ReviewRules = field(default_factory=ReviewRules)
    links: str | None = None
    """Where the pages of the program are."""
    names_people: bool = False
    """Who made most changes by hand is told too, not only by team."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyFacts:
    """The rows of the store that a week's report rests on."""

    week: Span
    """The week, or any other days."""
    as_of: datetime
    """Ages count up to here: the end of the week, or now while it lasts."""
    settings: WeeklySettings
    changes: tuple[ChangeRow, ...]
    """Of this week and the one before, and earlier ones that may need somebody."""
    findings: tuple[FindingRow, ...]
    writers: Mapping[str, Change]
    """The last change to the resource of each open finding before it was seen, by the finding's id."""
    records: Mapping[str, int]
    """Read in this week, by source."""
    records_before: int
    writes_excluded: int
    """By the policy, in this week."""
    outages: Mapping[str, str]
    """Why a source cannot be read now."""
    held_up: Mapping[str, str]
    """Why a source is read no further although it could be."""
    gaps: tuple[GapRecord | None, ...]
    """Recorded in this week; `None` where the body was erased."""
    accepted: tuple[GapRecord, ...]
    """Gaps that somebody accepted in this week."""
    verified: Mapping[str, int]
    """How many files fit what the cloud signed, by source, as it was recorded in this week."""
    alarms: tuple[AlarmRow, ...]
    """All there ever were, the oldest first."""
    badly_controlled: tuple[ControlFinding, ...]
    """What was wrong with how repositories are controlled at the end, and still is."""
    declared: int
    compared: int
    """Of the declared, those that were held against what is there within a day."""
    alerts_sent: int
    alerts: Mapping[str, int]
    """All there are, by their status."""
    checkpoint: Checkpoint | None
    reviews: ReviewStanding
    """At the end, or now while the week lasts."""
    watch: Watch
    weeks: tuple[WeekCount, ...]
    in_code: Mapping[str, Standing]
    """How each open finding stands in the code, by its id; empty where no teams are configured."""


def read_facts(connection: Connection, week: Span, now: datetime, settings: WeeklySettings) -> WeeklyFacts:
    """Read the facts of a week."""
    before = week.previous
    as_of = min(now, week.until)
    declared, compared = lookup.declared_and_compared(connection, as_of - COMPARED_WITHIN)
    found = tuple(findings(connection))
    writers = last_writers(connection, [row for row in found if row.is_open])
    return WeeklyFacts(
        week=week,
        as_of=as_of,
        settings=settings,
        changes=tuple(lookup.changes_to_report(connection, before.since, week.until)),
        findings=found,
        writers={finding_id: writer.change for finding_id, writer in writers.items()},
        records=lookup.records_read(connection, week.since, week.until),
        records_before=sum(lookup.records_read(connection, before.since, before.until).values()),
        writes_excluded=lookup.writes_excluded(connection, week.since, week.until),
        outages={
            source: reason
            for source in settings.sources
            if (reason := meta.read(connection, meta.outage_of(source))) is not None
        },
        held_up={name: one.what for name, one in all_held_up(connection, settings.sources).items()},
        gaps=tuple(gaps_recorded(connection, week.since, week.until)),
        accepted=tuple(gaps_accepted(connection, week.since, week.until)),
        verified=files_verified(connection, week.since, week.until),
        alarms=tuple(alarms(connection, with_ended=True)),
        badly_controlled=tuple(row.finding for row in control_findings(connection) if row.opened_at <= as_of),
        declared=declared,
        compared=compared,
        alerts_sent=lookup.alerts_sent(connection, week.since, week.until),
        alerts=outbox.counts(connection),
        checkpoint=latest_checkpoint(connection),
        reviews=reviews_standing(connection, settings.reviews, now),
        watch=watch_of(connection, settings.sources, week, as_of),
        weeks=twelve_weeks(connection, week),
        in_code={
            row.finding.finding_id: standing_in_code(connection, row.finding)
            for row in found
            if settings.routing.teams and (row.is_open or _is_resolved_in(row, week))
        },
    )


def _is_resolved_in(row: FindingRow, week: Span) -> bool:
    return row.resolved_at is not None and week.holds(row.resolved_at)
