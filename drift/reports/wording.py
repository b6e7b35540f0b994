"""How reports name things: the same words on a terminal, in a mail and in a list."""

from datetime import datetime, timedelta

from drift.model.action import corrections
from drift.model.change import Change
from drift.model.evidence import DispositionRecord
from drift.model.finding import DriftFinding, FindingKind
from drift.model.judgement import Judgement
from drift.model.verdict import ActorKind, Classification, Confidence, Credential, Tool

DIFFERENCE = {
    FindingKind.DRIFTED: "differs from the code",
    FindingKind.MISSING: "is declared, but does not exist",
    FindingKind.UNMANAGED: "exists, but no code declares it",
    FindingKind.UNAPPLIED: "was applied otherwise than the code says",
    FindingKind.SUSPECTED_NOISE: "differ alike, and nobody was seen to write to them: suspected noise",
}

AGREEMENT = {
    FindingKind.DRIFTED: "code and cloud agree again",
    FindingKind.MISSING: "exists again, or is declared no more",
    FindingKind.UNMANAGED: "is declared now, or is gone",
    FindingKind.UNAPPLIED: "code and state agree again",
    FindingKind.SUSPECTED_NOISE: "differ no more, or are ignored now",
}


def person(change: Change) -> str:
    """Name who answers for a change; a person only where it is sure: nobody is accused by a machine.

    For what goes out to others. Who has to find out what happened gets the `identity`.
    """
    if corrected := corrections(change.actions):
        return f"{corrected[-1]} (by correction)"
    actor = change.actor
    is_no_person = actor.kind in (ActorKind.MACHINE, ActorKind.SERVICE)
    return actor.name if is_no_person or actor.confidence is Confidence.HIGH else "somebody"


def identity(change: Change) -> str:
    """Name who is recorded, and how surely where there is doubt: for those who look into it."""
    actor = change.actor
    if corrected := corrections(change.actions):
        return f"{corrected[-1]} (corrected from {actor.name})"
    if actor.confidence is Confidence.HIGH:
        return actor.name
    return f"{actor.name} ({actor.confidence} confidence)"


def resource_name(change: Change, judgement: Judgement | None) -> str:
    """Name a changed resource as people do: by its address in the code, else by type and id.

    For lists, where a long id would hide what comes after it: `drift show` tells the whole.
    """
    if judgement and judgement.standing.address:
        return judgement.standing.address
    resource = change.resource
    return f"{resource.type} {resource.short_id}" if resource.type else resource.short_id


def finding_name(finding: DriftFinding) -> str:
    """Name the resource of a finding in the same way."""
    if finding.kind is FindingKind.SUSPECTED_NOISE:
        return f"{len(finding.stands_for):,} of type {finding.type}"
    return finding.address or f"{finding.type} {finding.resource_id}"


def done(change: Change) -> str:
    """Say what was done, each thing once."""
    summaries = tuple(dict.fromkeys(write.event.summary for write in change.writes))
    more = len(summaries) - 1
    return f"{summaries[0]} and {more} more" if more else summaries[0]


def means(found: Classification) -> str:
    """Say with which program and credential it was done."""
    tool = "an unknown program" if found.tool is Tool.UNKNOWN else found.tool
    credential = "an unknown credential" if found.credential is Credential.UNKNOWN else found.credential
    return f"{tool} with {credential}"


def counted(number: int, thing: str, things: str | None = None) -> str:
    """Write a number with what it counts: `1 change`, `2 changes`."""
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


def duration(length: timedelta) -> str:
    """Write a duration in its largest unit: `3 d`, `5 h`, `12 min`."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes >= 48 * 60:
        return f"{minutes // (24 * 60)} d"
    return f"{minutes // 60} h" if minutes >= 120 else f"{minutes} min"


def with_system(change: DispositionRecord) -> str | None:
    """Name the ticket of a change, with its system where the entry tells that."""
    system = f" ({change.ticket_system})" if change.ticket_system else ""
    return f"{change.ticket}{system}" if change.ticket else None


def moment(at: datetime) -> str:
    """Write a time to the minute. All times are UTC, which is said once."""
    return f"{at:%Y-%m-%d %H:%M}"
