"""One change as its page shows it: texts in their order, and nothing that still has to be looked up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from drift.model.control_test import Assessed, Result
from drift.model.finding import AttributeDrift, FindingKind, FindingStatus
from drift.model.verdict import Disposition, Severity
from drift.reports.browse.change_detail import ChangeDetail, ConfigurationLine, EntryLine, EventLine
from drift.reports.change_lines import (
    actor_line,
    channel_line,
    channel_reasons,
    identity_lines,
    owner_line,
    told_line,
)
from drift.reports.dossier.timeline import Line, Stage
from drift.reports.wording import DIFFERENCE, done, identity, means, resource_name
from drift.web.change_words import NOT_JUDGED, STANDS, covered_by, needs_of, way_of
from drift.web.sides import lines_of, sides_of

_FOUND = {
    Result.PASS: "passed",
    Result.FAIL: "failed",
    Result.NA: "does not arise",
    Result.NOT_EVALUABLE: "not known",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """What is known, under a word for it."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TestShown:
    """What one of the eight tests found."""

    name: str
    asks: str
    result: Result
    word: str
    """What was found, as one says it."""
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LineShown:
    """One line of the time line."""

    at: datetime
    stage: Stage
    what: str
    detail: str | None
    ledger_seq: int | None
    is_late: bool
    """It would have counted before the first write, and came after it."""
    is_first: bool
    """It is the first write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributeShown:
    """One attribute: as it is declared, and as it is there."""

    path: str
    declared: tuple[str, ...]
    """In lines."""
    live: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationShown:
    """What a comparison found."""

    finding_id: str
    says: str
    status: FindingStatus
    is_explained: bool
    sides: tuple[str, str]
    attributes: tuple[AttributeShown, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EventShown:
    """One write, as the cloud told it."""

    at: datetime | None
    call: str
    summary: str
    record: str
    """How the cloud calls its record."""
    sha256: str
    means: str
    origin: tuple[str, ...]
    """Address and program that it came from; nothing for whoever sees no names."""
    request: tuple[str, ...]
    """In lines; nothing for whoever sees no names."""
    entry: EntryLine | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeView:
    """Everything about one change."""

    change_id: str
    title: str
    lead: str
    """Where, when and how."""
    at: datetime
    disposition: Disposition | None
    severity: Severity | None
    stands: str
    reasons: tuple[str, ...]
    needs: tuple[str, ...]
    ticket: str | None
    ticket_title: str | None
    ticket_url: str | None
    lines: tuple[LineShown, ...]
    configuration: tuple[ConfigurationShown, ...]
    is_as_declared: bool
    is_compared: bool
    tests: tuple[TestShown, ...]
    facts: tuple[Fact, ...]
    events: tuple[EventShown, ...]
    more_events: int
    entries: tuple[EntryLine, ...]
    evidence: EntryLine | None
    resource_type: str | None
    resource_id: str
    address: str | None
    withdrawn: str | None
    is_history: bool


def view_of(detail: ChangeDetail, due_at: datetime, now: datetime, *, sees_names: bool) -> ChangeView:
    """Return everything about a change; where it came from only for whoever sees names."""
    change, judgement = detail.change, detail.judgement
    decision = judgement.decision if judgement else None
    standing = judgement.standing if judgement else None
    ticket = judgement.match.ticket if judgement else None
    call = change.first.event.call
    where = (decision.environment if decision else None) or call.account or "an account that is not known"
    return ChangeView(
        change_id=change.change_id,
        title=f"{identity(change)} {done(change)}",
        lead=f"{resource_name(change, judgement)} in {where}, {way_of(change)}.",
        at=change.began_at,
        disposition=decision.disposition if decision else None,
        severity=decision.severity if decision else None,
        stands=STANDS[decision.disposition] if decision else NOT_JUDGED,
        reasons=decision.reasons if decision else (),
        needs=tuple(needs_of(change, detail.missing, due_at, now)),
        ticket=ticket.key if ticket else None,
        ticket_title=f"{ticket.title} ({ticket.status})" if ticket else None,
        ticket_url=ticket.url if ticket else None,
        lines=tuple(_lines(detail, sees_names=sees_names)),
        configuration=tuple(_configuration(one) for one in detail.configuration),
        is_as_declared=bool(standing and standing.is_converged),
        is_compared=bool(standing and standing.is_compared),
        tests=tuple(map(_test, detail.tests)),
        facts=tuple(_facts(detail, sees_names=sees_names)),
        events=tuple(_event(one, sees_names=sees_names) for one in detail.events),
        more_events=len(change.writes) - len(detail.events),
        entries=detail.entries,
        evidence=detail.evidence,
        resource_type=change.resource.type,
        resource_id=change.resource.id,
        address=standing.address if standing else None,
        withdrawn=change.withdrawn,
        is_history=change.is_history,
    )


def _lines(detail: ChangeDetail, *, sees_names: bool) -> Iterator[LineShown]:
    first = next((one for one in detail.lines if one.stage is Stage.API_EVENT), None)
    for one in detail.lines:
        yield LineShown(
            at=one.moment.at,
            stage=one.stage,
            what=one.moment.what,
            detail=one.moment.detail if sees_names else _without_origin(one),
            ledger_seq=one.moment.ledger_seq,
            is_late=_is_late(one),
            is_first=one is first,
        )


def _without_origin(one: Line) -> str | None:
    """Return what a line tells beside, without the address that a person called from."""
    detail = one.moment.detail
    return detail.rpartition(" from ")[0] or detail if detail and one.stage is Stage.API_EVENT else detail


def _is_late(one: Line) -> bool:
    return one.is_after_first_write and one.stage in (Stage.TICKET, Stage.APPROVAL, Stage.CHECK)


def _configuration(one: ConfigurationLine) -> ConfigurationShown:
    finding = one.finding.finding
    is_code = finding.kind is FindingKind.UNAPPLIED
    return ConfigurationShown(
        finding_id=finding.finding_id,
        says=f"It {DIFFERENCE[finding.kind]}",
        status=one.finding.status,
        is_explained=one.is_explained,
        sides=("In the code", "In the state") if is_code else ("Declared", "Live"),
        attributes=tuple(map(_attribute, finding.attributes)),
    )


def _attribute(one: AttributeDrift) -> AttributeShown:
    declared, live = sides_of(one)
    return AttributeShown(path=one.path, declared=declared, live=live)


def _test(one: Assessed) -> TestShown:
    instead = f"; instead: {one.compensated_by}" if one.compensated_by else ""
    return TestShown(
        name=one.test.upper(),
        asks=one.test.asks,
        result=one.result,
        word=_FOUND[one.result],
        reason=f"{one.reason}{instead}",
    )


def _facts(detail: ChangeDetail, *, sees_names: bool) -> Iterator[Fact]:
    change, judgement = detail.change, detail.judgement
    call, standing = change.first.event.call, judgement.standing if judgement else None
    named = f"{change.resource.type or 'type not known'} {change.resource.id}"
    source = (f"declared at {standing.source}",) if standing and standing.source else ()
    address = (standing.address,) if standing and standing.address else ("no code declares it",)
    yield Fact(label="What", lines=(named, *address, *source))
    behind = identity_lines(change) if sees_names else ()
    yield Fact(label="Who", lines=(actor_line(change), *behind))
    surely = f"{change.last.classification.confidence} confidence"
    yield Fact(label="How", lines=(channel_line(change), surely, *channel_reasons(change)))
    where = (call.cloud.value, call.account, call.region, judgement.decision.environment if judgement else "")
    yield Fact(label="Where", lines=(", ".join(filter(None, where)),))
    if judgement:
        yield Fact(label="Covered by", lines=tuple(covered_by(judgement)))
    if detail.owner and (line := owner_line(detail.owner)):
        yield Fact(label="Owner", lines=(line,))
    if detail.alerts:
        yield Fact(label="Told", lines=tuple(map(told_line, detail.alerts)))


def _event(one: EventLine, *, sees_names: bool) -> EventShown:
    event = one.write.event
    origin = tuple(filter(None, (event.call.source_ip, event.call.user_agent)))
    request = tuple(lines_of(event.request)) if event.request is not None else ()
    return EventShown(
        at=event.occurred_at,
        call=f"{event.call.service or 'unknown service'} {event.call.action or 'unnamed call'}",
        summary=event.summary,
        record=event.key,
        sha256=event.source.sha256,
        means=means(one.write.classification),
        origin=origin if sees_names else (),
        request=request if sees_names else (),
        entry=one.entry,
    )
