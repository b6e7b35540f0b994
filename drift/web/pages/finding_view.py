"""One finding as its page shows it: texts, and nothing that still has to be looked up."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from drift.model.action import Action, Waived
from drift.model.change import Change
from drift.model.documents import differing_parts
from drift.model.finding import HIDDEN, AttributeDrift, FindingKind, FindingStatus
from drift.model.resource import Json
from drift.model.routing import EVERYBODY, Owner
from drift.model.verdict import ActorKind, Channel, Disposition, Severity
from drift.reports.blame import Maker, makers_in
from drift.reports.moment import Moment
from drift.reports.population import Period
from drift.reports.story import FindingStory
from drift.reports.wording import DIFFERENCE, finding_name, identity

MOST_LINES = 60
"""Of one value; a longer one is cut, and says so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeBy:
    """A write that made something so."""

    at: datetime
    who: str
    channel: Channel
    ticket: str | None
    disposition: Disposition | None
    call: str
    change_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One attribute that differs."""

    path: str
    declared: tuple[str, ...]
    """In lines."""
    live: tuple[str, ...]
    is_hidden: bool
    makers: tuple[MadeBy, ...]
    is_explained: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class WaiverView:
    """That somebody accepts it as it is for a while."""

    by: str
    owner: str
    reason: str
    expires_at: datetime
    counts: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingView:
    """Everything about one finding."""

    finding_id: str
    name: str
    difference: str
    severity: Severity
    status: FindingStatus
    kind: FindingKind
    type: str
    resource_id: str | None
    where: str
    team: str | None
    rule: str
    source: str | None
    """File and line."""
    state: str | None
    baseline: str | None
    code_owners: tuple[str, ...]
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    register_owner: str | None
    due_at: datetime | None
    sides: tuple[str, str]
    differences: tuple[Difference, ...]
    made_by: tuple[MadeBy, ...]
    """The writes that made the resource as a whole so, where no attribute stands for it."""
    proposal: tuple[str, ...]
    waiver: WaiverView | None
    moments: tuple[Moment, ...]
    entries: tuple[int, ...]
    is_open: bool


def view_of(story: FindingStory, owner: Owner, within: Period, now: datetime) -> FindingView:
    """Return everything about a finding; of its history only what is `within` what may be seen."""
    row, finding = story.row, story.row.finding
    makers = {
        one.write.event.key: one
        for change in story.changes
        if within.holds(change.change.began_at)
        for one in makers_in(change)
    }
    is_team = owner.team.name != EVERYBODY
    return FindingView(
        finding_id=finding.finding_id,
        name=finding_name(finding),
        difference=DIFFERENCE[finding.kind],
        severity=finding.severity,
        status=row.status,
        kind=finding.kind,
        type=finding.type,
        resource_id=finding.resource_id,
        where=", ".join(filter(None, (finding.account, finding.region))) or "not known",
        team=owner.team.name if is_team else None,
        rule=owner.rule if is_team else "",
        source=finding.source,
        state=finding.state,
        baseline=finding.baseline,
        code_owners=story.standing.code_owners,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        resolved_at=row.resolved_at if within.holds(row.resolved_at) else None,
        register_owner=row.owner,
        due_at=row.due_at,
        sides=("Code", "State") if finding.kind is FindingKind.UNAPPLIED else ("Declared", "Live"),
        differences=tuple(_difference(one, makers) for one in finding.attributes),
        made_by=() if finding.attributes else tuple(_known(finding.explained_by, makers)),
        proposal=tuple((finding.proposal or "").splitlines()),
        waiver=_waiver(story.waiver, now),
        moments=tuple(one for one in story.moments if within.holds(one.at)),
        entries=tuple(one.seq for one in story.entries if within.holds(one.recorded_at)),
        is_open=row.is_open,
    )


def people_in(story: FindingStory) -> Iterator[str | None]:
    """Yield every name of a person that the records about a finding know."""
    yield story.row.owner
    for change in story.changes:
        yield from people_behind(change.change)
    for action in story.actions:
        yield action.by.name
        yield action.by.account
    if story.waiver and isinstance(story.waiver.deed, Waived):
        yield story.waiver.by.name
        yield story.waiver.deed.owner


def people_behind(change: Change) -> Iterator[str | None]:
    """Yield every name of the people who made a change, as the cloud has them, too."""
    yield from (action.by.name for action in change.actions)
    for write in change.writes:
        if write.actor.kind not in (ActorKind.MACHINE, ActorKind.SERVICE):
            yield write.actor.name
            yield write.actor.principal
            yield from write.actor.chain


def _difference(one: AttributeDrift, makers: Mapping[str, Maker]) -> Difference:
    declared, live = differing_parts(one.declared, one.live) or (one.declared, one.live)
    is_hidden = one.sensitive or HIDDEN in (declared, live)
    return Difference(
        path=one.path,
        declared=(HIDDEN,) if one.sensitive else tuple(_lines(declared)),
        live=(HIDDEN,) if one.sensitive else tuple(_lines(live)),
        is_hidden=is_hidden,
        makers=tuple(_known(one.explained_by, makers)),
        is_explained=one.is_explained,
    )


def _lines(value: Json) -> Iterator[str]:
    text = json.dumps(_told(value), indent=2 if isinstance(value, dict | list) else None, ensure_ascii=False)
    lines = text.splitlines()
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"… and {len(lines) - MOST_LINES} lines more"


def _told(value: Json) -> Json:
    """Leave out the members of objects that say nothing; providers list every one there could be."""
    match value:
        case dict():
            return {name: _told(member) for name, member in value.items() if member not in (None, "", [], {})}
        case list():
            return [_told(element) for element in value]
        case _:
            return value


def _known(keys: tuple[str, ...], makers: Mapping[str, Maker]) -> Iterator[MadeBy]:
    return (_made_by(makers[key]) for key in keys if key in makers)


def _made_by(maker: Maker) -> MadeBy:
    write, change, judgement = maker.write, maker.change, maker.judgement
    return MadeBy(
        at=write.event.occurred_at or change.began_at,
        who=identity(change),
        channel=change.channel,
        ticket=judgement.match.ticket.key if judgement and judgement.match.ticket else None,
        disposition=judgement.decision.disposition if judgement else None,
        call=write.event.call.action or "an unnamed call",
        change_id=change.change_id,
    )


def _waiver(action: Action | None, now: datetime) -> WaiverView | None:
    if action is None or not isinstance(action.deed, Waived):
        return None
    deed = action.deed
    return WaiverView(
        by=action.by.name,
        owner=deed.owner,
        reason=deed.reason,
        expires_at=deed.expires_at,
        counts=deed.counts(now),
    )
