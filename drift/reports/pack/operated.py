"""What the evidence of a pack rests on, and whether it worked in the period."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from drift.model.company import DocumentKind, DocumentRecord, DocumentTurn
from drift.model.control import Means, Operation, Working
from drift.model.evidence import EntryKind
from drift.ports import AdapterKind
from drift.reports.pack.registers.covered import Covered, covered_of
from drift.reports.pack.reviews import reaches, standing_of
from drift.reports.pack.view import View
from drift.reports.wording import counted

MOST_NAMED = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class _System:
    """A kind of systems, and by which entries it shows that one of them worked."""

    means: Means
    kind: AdapterKind
    name: str
    names: str
    doing: str
    entries: tuple[EntryKind, ...] = ()


_SYSTEMS = (
    _System(
        means=Means.AUDIT_LOGS,
        kind=AdapterKind.AUDIT_LOG,
        name="audit log",
        names="audit logs",
        doing="read to its end",
    ),
    _System(
        means=Means.COMPARISONS,
        kind=AdapterKind.BASELINE,
        name="baseline",
        names="baselines",
        doing="compared",
        entries=(EntryKind.COMPARISON,),
    ),
    _System(
        means=Means.TICKETS,
        kind=AdapterKind.TICKETS,
        name="ticket system",
        names="ticket systems",
        doing="named by a change",
    ),
    _System(
        means=Means.CODE_HOST,
        kind=AdapterKind.CODE_HOST,
        name="code host",
        names="code hosts",
        doing="heard from",
        entries=(EntryKind.DEPLOYMENT, EntryKind.PIPELINE_CONTROL, EntryKind.CONTROL_CHECK),
    ),
    _System(
        means=Means.ALERTS,
        kind=AdapterKind.NOTIFIER,
        name="notifier",
        names="notifiers",
        doing="given a message",
        entries=(EntryKind.ALERT,),
    ),
    _System(
        means=Means.ACCESS_LISTS,
        kind=AdapterKind.ACCESS_LIST,
        name="access list",
        names="access lists",
        doing="read",
        entries=(EntryKind.ACCESS_SNAPSHOT,),
    ),
    _System(
        means=Means.CANARIES,
        kind=AdapterKind.CANARY,
        name="canary",
        names="canaries",
        doing="written",
        entries=(EntryKind.CANARY,),
    ),
)


def operated(view: View) -> Mapping[Means, Operation]:
    """Return how everything worked that evidence may rest on."""
    return view.once(_operated)


def _operated(view: View) -> Mapping[Means, Operation]:
    covered, recorded = covered_of(view), view.recorded()
    told = {
        Means.AUDIT_LOGS: len(covered.by_source) - len(covered.unread),
        Means.TICKETS: view.population.ticketed,
    }
    for system in _SYSTEMS:
        told.setdefault(system.means, sum(recorded.get(kind, 0) for kind in system.entries))
    return {
        **{system.means: _operation(view, system, told[system.means]) for system in _SYSTEMS},
        Means.WHOLE_COVERAGE: _coverage(view, covered),
        Means.ATTESTATIONS: _found(
            recorded.get(EntryKind.ATTESTATION), "no cloud vouched for its log in the period"
        ),
        **dict(_documents(view)),
        Means.SIGN_INS: _found(
            recorded.get(EntryKind.SIGN_IN), "no sign-in to a console was heard of in the period"
        ),
        Means.REVIEWS: _reviews(view),
    }


def _operation(view: View, system: _System, told: int) -> Operation:
    """Say of a kind of systems whether one is connected and told anything."""
    if told:
        return Operation(working=Working.OPERATED, said="")
    names = [one.name for one in view.request.connected if one.kind == system.kind]
    if not names:
        return Operation(working=Working.ABSENT, said=f"no {system.name} is connected")
    many = f"{counted(len(names), system.name, system.names)} ({', '.join(names)})"
    are = "is" if len(names) == 1 else "are"
    return Operation(
        working=Working.IDLE, said=f"{many} {are} connected, and none was {system.doing} in the period"
    )


def _found(found: object, why_not: str) -> Operation:
    """Say of something that is there or is not."""
    return Operation(working=Working.OPERATED if found else Working.ABSENT, said="" if found else why_not)


def _reviews(view: View) -> Operation:
    """Say of the reviews of the period whether they were signed, mostly after it."""
    standing = standing_of(view)
    signed = any(reaches(view, one.review.since, one.review.until) for one in standing.signed)
    overdue = [one.period for one in standing.overdue if reaches(view, one.since, one.until)]
    if not (signed or overdue):
        return Operation(working=Working.ABSENT, said="nobody signed a review of the period")
    if not overdue:
        return Operation(working=Working.OPERATED, said="")
    said = f"{counted(len(overdue), 'review')} of the period overdue: {_some(overdue)}"
    return Operation(working=Working.IDLE, said=said)


def _some(names: Sequence[str]) -> str:
    """Name the first ones of many."""
    return ", ".join(names[:MOST_NAMED]) + (" and others" if len(names) > MOST_NAMED else "")


def _coverage(view: View, covered: Covered) -> Operation:
    counts = view.population.counts
    gaps, unreadable = max(0, counts["gaps"] - counts["gaps_closed"]), counts["records_unreadable"]
    parts = [
        *([] if covered.is_complete else [str(covered.witness)]),
        *([f"{_some(covered.unread)} never"] if covered.unread else []),
        *([f"{counted(gaps, 'gap')} not filled"] if gaps else []),
        *([f"{counted(unreadable, 'record')} unreadable"] if unreadable else []),
    ]
    if not parts:
        return Operation(working=Working.OPERATED, said="")
    working = Working.IDLE if len(covered.by_source) > len(covered.unread) else Working.ABSENT
    return Operation(working=working, said=f"not everything could be read: {', '.join(parts)}")


def _documents(view: View) -> Iterator[tuple[Means, Operation]]:
    attached = _attached(view)
    policy, procedure = DocumentKind.CHANGE_POLICY in attached, DocumentKind.EMERGENCY_PROCEDURE in attached
    yield Means.CHANGE_POLICY, _found(policy, "the company attached no change management policy")
    yield Means.EMERGENCY_PROCEDURE, _found(procedure, "the company attached no emergency procedure")


def _attached(view: View) -> set[DocumentKind]:
    """Return the kinds of the documents that stood at some time of the period."""
    period, during = view.request.period, set[DocumentKind]()
    latest = dict[str, DocumentRecord]()
    for one in view.entries(EntryKind.DOCUMENT, DocumentRecord):
        if not period.begins_before_its_end(one.entry.recorded_at):
            continue  # to its end, or PostgreSQL's cursor stays open
        latest[one.body.document] = one.body
        if period.is_reached_by(one.entry.recorded_at) and _is_there(one.body):
            during.add(one.body.kind)
    return during | {one.kind for one in latest.values() if _is_there(one)}


def _is_there(document: DocumentRecord) -> bool:
    return document.turn in (DocumentTurn.ATTACHED, DocumentTurn.CHANGED)
