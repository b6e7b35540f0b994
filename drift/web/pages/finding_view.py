"""One finding as its page shows it: texts, and nothing that still has to be looked up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from drift.model.action import Action, Waived
from drift.model.finding import HIDDEN, OPEN, AttributeDrift, FindingKind, FindingStatus
from drift.model.routing import EVERYBODY
from drift.model.verdict import Channel, Disposition, Severity
from drift.reports.browse.finding_detail import FindingDetail
from drift.reports.browse.finding_detail import MadeBy as Maker
from drift.reports.moment import Moment
from drift.reports.population import Period
from drift.reports.wording import DIFFERENCE, finding_name
from drift.web.people import machines_listed, people_about, people_listed, people_of_write, people_who_acted
from drift.web.sides import sides_of


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeBy:
    """A write that made something so."""

    at: datetime | None
    who: str
    channel: Channel
    ticket: str | None
    disposition: Disposition | None
    call: str
    change_id: str | None
    """`None` before the change is judged."""


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


def view_of(detail: FindingDetail, within: Period) -> FindingView:
    """Return everything about a finding; of its history only what is `within` what may be seen."""
    row, finding = detail.finding, detail.finding.finding
    owner = row.owner if row.owner and row.owner.team.name != EVERYBODY else None
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
        team=owner.team.name if owner else None,
        rule=owner.rule if owner else "",
        source=finding.source,
        state=finding.state,
        baseline=finding.baseline,
        code_owners=detail.standing.code_owners,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        resolved_at=row.resolved_at if within.holds(row.resolved_at) else None,
        register_owner=row.register_owner,
        due_at=row.due_at,
        sides=("Code", "State") if finding.kind is FindingKind.UNAPPLIED else ("Declared", "Live"),
        differences=tuple(
            _difference(one.attribute, tuple(map(_made_by, one.makers))) for one in detail.attributes
        ),
        made_by=() if detail.attributes else tuple(map(_made_by, detail.makers)),
        proposal=tuple((finding.proposal or "").splitlines()),
        waiver=_waiver(row.waiver),
        moments=tuple(one for one in detail.moments if within.holds(one.at)),
        entries=tuple(one.seq for one in detail.entries if within.holds(one.recorded_at)),
        is_open=row.status in OPEN,
    )


def people_in(detail: FindingDetail) -> Iterator[str | None]:
    """Yield every name of a person that the records about a finding know."""
    yield from people_about(detail.finding)
    yield from people_who_acted(detail.actions)
    for maker in _makers(detail):
        yield from people_of_write(maker.write)
    yield from people_listed(maker.change for maker in _makers(detail) if maker.change)


def machines_in(detail: FindingDetail) -> Iterator[str]:
    """Yield the names of machines and services: some look like addresses of people."""
    return machines_listed(maker.change for maker in _makers(detail) if maker.change)


def _makers(detail: FindingDetail) -> Iterator[Maker]:
    yield from detail.makers
    for each in detail.attributes:
        yield from each.makers


def _difference(one: AttributeDrift, makers: tuple[MadeBy, ...]) -> Difference:
    declared, live = sides_of(one)
    return Difference(
        path=one.path,
        declared=declared,
        live=live,
        is_hidden=one.sensitive or HIDDEN in (one.declared, one.live),
        makers=makers,
        is_explained=one.is_explained,
    )


def _made_by(maker: Maker) -> MadeBy:
    event, change = maker.write.event, maker.change
    return MadeBy(
        at=event.occurred_at or (change.began_at if change else None),
        who=change.actor if change else maker.write.actor.name,
        channel=change.channel if change else maker.write.classification.channel,
        ticket=change.ticket if change else None,
        disposition=change.disposition if change else None,
        call=event.call.action or "an unnamed call",
        change_id=change.change_id if change else None,
    )


def _waiver(action: Action | None) -> WaiverView | None:
    if action is None or not isinstance(action.deed, Waived):
        return None
    deed = action.deed
    return WaiverView(by=action.by.name, owner=deed.owner, reason=deed.reason, expires_at=deed.expires_at)
