"""`drift show --json`: one object; scripts rely on every key."""

from datetime import datetime
from typing import Any

import msgspec

from drift.cli.lines import ChangeLine, FindingLine, change_line, finding_line
from drift.model.action import Action
from drift.model.change import Write
from drift.model.control_test import Assessed
from drift.model.event import Effect, Outcome, Risk, Source
from drift.model.evidence import EntryKind
from drift.model.resource import Json
from drift.model.routing import Owner
from drift.model.ticket import TicketMatch
from drift.model.verdict import Actor, Classification
from drift.reports.moment import Moment
from drift.reports.story import ChangeStory, FindingStory
from drift.store.lookup import AlertRow


class _Write(msgspec.Struct, kw_only=True):
    event: str
    event_id: str | None
    occurred_at: datetime | None
    service: str | None
    action: str | None
    effect: Effect
    outcome: Outcome
    error: str | None
    summary: str
    actor: Actor
    classification: Classification
    risks: tuple[Risk, ...]
    request: Json
    source_ip: str | None
    user_agent: str | None
    source: Source


class _Entry(msgspec.Struct, kw_only=True):
    seq: int
    kind: EntryKind
    ref: str
    recorded_at: datetime


class _Owner(msgspec.Struct, kw_only=True):
    team: str
    rule: str


class ChangeObject(ChangeLine, kw_only=True, tag_field="object", tag="change"):
    """A change as lists print it, and everything else."""

    declared_at: str | None
    is_compared: bool | None
    answer_due_at: datetime
    owner: _Owner
    writes: tuple[_Write, ...]
    match: TicketMatch | None
    tests: tuple[Assessed, ...]
    actions: tuple[Action, ...]
    findings: tuple[FindingLine, ...]
    alerts: tuple[AlertRow, ...]
    timeline: tuple[Moment, ...]
    entries: tuple[_Entry, ...]


class FindingObject(FindingLine, kw_only=True, tag_field="object", tag="finding"):
    """A finding as lists print it, and everything else. `owner` is the one of the opening register."""

    owned_by: _Owner
    actions: tuple[Action, ...]
    changes: tuple[ChangeLine, ...]
    timeline: tuple[Moment, ...]
    entries: tuple[_Entry, ...]


def change_object(story: ChangeStory, due_at: datetime, owner: Owner, now: datetime) -> ChangeObject:
    """Return the JSON of everything that is known of a change, and who answers for it."""
    judgement = story.row.judgement
    return ChangeObject(
        **_fields(change_line(story.row)),
        declared_at=judgement.standing.source if judgement else None,
        is_compared=judgement.standing.is_compared if judgement else None,
        answer_due_at=due_at,
        owner=_Owner(team=owner.team.name, rule=owner.rule),
        writes=tuple(map(_write, story.row.change.writes)),
        match=judgement.match if judgement else None,
        tests=judgement.tests if judgement else (),
        actions=story.row.change.actions,
        findings=tuple(
            finding_line(
                row,
                story.writers.get(row.finding.finding_id),
                story.waivers.get(row.finding.finding_id),
                now,
            )
            for row in story.findings
        ),
        alerts=story.alerts,
        timeline=story.moments,
        entries=_entries(story),
    )


def finding_object(story: FindingStory, owner: Owner, now: datetime) -> FindingObject:
    """Return the JSON of everything that is known of a finding, and who answers for it."""
    return FindingObject(
        **_fields(finding_line(story.row, story.writer, story.waiver, now)),
        owned_by=_Owner(team=owner.team.name, rule=owner.rule),
        actions=story.actions,
        changes=tuple(map(change_line, story.changes)),
        timeline=story.moments,
        entries=_entries(story),
    )


def _write(write: Write) -> _Write:
    event = write.event
    return _Write(
        event=event.key,
        event_id=event.event_id,
        occurred_at=event.occurred_at,
        service=event.call.service,
        action=event.call.action,
        effect=event.effect,
        outcome=event.outcome,
        error=event.error,
        summary=event.summary,
        actor=write.actor,
        classification=write.classification,
        risks=event.risks,
        request=event.request,
        source_ip=event.call.source_ip,
        user_agent=event.call.user_agent,
        source=event.source,
    )


def _entries(story: ChangeStory | FindingStory) -> tuple[_Entry, ...]:
    return tuple(
        _Entry(seq=one.seq, kind=one.kind, ref=one.ref, recorded_at=one.recorded_at) for one in story.entries
    )


def _fields(line: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(line, name) for name in line.__struct_fields__}
