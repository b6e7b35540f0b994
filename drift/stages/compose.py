"""What is a change session's message? One for each session, whatever the number of its changes."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from drift.model.action import corrections
from drift.model.alert import Alert, AlertedChange, AlertedWrite, AlertState, page_of_change
from drift.model.change import Change, ChangeSession, Write
from drift.model.event import Outcome
from drift.model.finding import AttributeDrift
from drift.model.judgement import Judged, Judgement
from drift.model.ticket import Coverage
from drift.model.unnamed import unsure_names, without
from drift.model.verdict import ActorKind, Channel, Confidence, Disposition, Severity, Tool
from drift.terminal import shown

HEADLINE_CHARS = 300
"""Strangers choose the names in it: a headline stays one line, and a short one."""

NAMED_CHARS = 120
"""Longer ids would hide until when an answer is due."""

TOLD_WRITES = 20
"""Calls of one change that travel with the message, for machines: of a burst the first."""

SETTLED = "Nothing to do: it is settled."

DueAt: TypeAlias = Callable[[Change], datetime]
"""Says when a person must have named the ticket of a change."""


def _alone(name: str) -> tuple[str, ...]:
    return (name,)


def compose(
    session: ChangeSession,
    judged: Sequence[Judged],
    *,
    due_at: DueAt,
    now: datetime,
    names_of: Callable[[str], Sequence[str]] = _alone,
) -> Alert:
    """Return the message about the changes of `session` that somebody must know of.

    Where nobody must any more, the message that was sent before is to say so. Its
    client id is given when it is queued. `names_of` tells all names of whoever has one.
    """
    told = [one for one in judged if one.judgement.decision.alert] or list(judged)
    worst = max(told, key=lambda one: one.judgement.decision.severity.rank)
    write = _riskiest(worst.change)
    actor = _known_actor(worst.change, write)
    headline = _headline(actor, write, worst, more=len(told) - 1)
    action = _call_to_action(told, due_at, now)
    return Alert(
        client_id="",
        session_id=session.session_id,
        severity=worst.judgement.decision.severity,
        headline=headline,
        call_to_action=action,
        actor=actor,
        identity=without(_identity(write), unsure_names(worst.change, names_of)),
        channel=_channel(write),
        account=write.event.call.account or "unknown account",
        environment=worst.judgement.decision.environment,
        began_at=session.changes[0].began_at,
        detected_at=now,
        changes=tuple(_told_change(one, unsure_names(one.change, names_of)) for one in told),
        fallback_text=f"{headline} {action}",
        state=_state(told),
        page=page_of_change(worst.change.change_id),
    )


def _riskiest(change: Change) -> Write:
    """Return the write that speaks for the change: the one with the most risks, of equal ones the first."""
    return max(change.writes, key=lambda write: len(write.event.risks))


def _headline(actor: str | None, write: Write, worst: Judged, *, more: int) -> str:
    others = f" and {more} more {'change' if more == 1 else 'changes'}" if more else ""
    is_attempt = write.event.outcome is Outcome.FAILURE
    said = f"{actor or 'somebody'}{':' if is_attempt else ''} {write.event.summary}"
    return shown(f"{said} ({_place(worst, write.event.summary)})", HEADLINE_CHARS) + others


def _place(one: Judged, summary: str) -> str:
    """Name the resource, but no name twice: not `created the bucket x (aws_s3_bucket x)`."""
    resource = one.change.resource
    if one.judgement.standing.address or resource.type is None:
        return one.judgement.standing.address or resource.short_id
    own_name = re.split(r"[/:|]", resource.id.rstrip("/:|"))[-1]
    is_told = re.search(rf"(?<![\w-]){re.escape(own_name[:HEADLINE_CHARS])}(?![\w-])", summary)
    return resource.type if is_told and own_name else f"{resource.type} {resource.short_id}"


def _call_to_action(told: Sequence[Judged], due_at: DueAt, now: datetime) -> str:
    """Answer first: must I act now, and how? The most urgent of the changes decides."""
    unanswered = [one for one in told if _is_unanswered(one)]
    ask = _ask(unanswered, due_at, now) if unanswered else ""
    is_drifted = any(one.judgement.standing.told for one in told)
    if any(one.change.is_emergency for one in told):
        then = "" if _are_converged(told) else " Then put the change into the code or revert it."
        return f"Review now: emergency access was used. {ask or 'Confirm the incident.'}{then}"
    if unanswered:
        return _urgency(unanswered) + ask
    late = [one for one in told if one.judgement.decision.disposition is Disposition.RETROACTIVE]
    if not all(one.judgement.match.approver for one in late):
        return f"{_urgency(late)}A ticket came only after the change: approve it or ask for a revert."
    if any(one.judgement.decision.disposition is Disposition.EMERGENCY for one in told):
        then = "" if _are_converged(told) else ": put the change into the code or revert it"
        is_approved = all(one.judgement.match.approver for one in told if _is_declared(one))
        first = "" if is_approved else "Somebody else who may must approve the emergency. "
        return f"{first}Review after the incident{then}."
    remedy = "; put it into the code or revert it" if is_drifted else ""
    if late:
        return f"It was approved only after it was made and stays on record as a deviation{remedy}."
    if any(one.judgement.decision.alert for one in told):
        return "Check that it was meant: a change of this kind is always told, whatever covers it."
    return f"It is settled, but live differs from the code{remedy}." if is_drifted else SETTLED


def _is_declared(one: Judged) -> bool:
    return one.judgement.match.coverage is Coverage.DECLARED_EMERGENCY


def _state(told: Sequence[Judged]) -> AlertState:
    """Say whether somebody still has to act; the most urgent of the changes decides."""
    alerting = [one for one in told if one.judgement.decision.alert]
    owed = [one for one in alerting if not _is_approved_late(one)]
    answered = (Disposition.RETROACTIVE, Disposition.EMERGENCY)
    if any(one.judgement.decision.disposition not in answered for one in owed):
        return AlertState.OPEN
    return AlertState.ANSWERED if owed else AlertState.SETTLED


def _is_approved_late(one: Judged) -> bool:
    is_late = one.judgement.decision.disposition is Disposition.RETROACTIVE
    return is_late and one.judgement.match.approver is not None


def _is_unanswered(one: Judged) -> bool:
    decision = one.judgement.decision
    return decision.alert and decision.disposition in (Disposition.PENDING, Disposition.UNTICKETED)


def _are_converged(changes: Sequence[Judged]) -> bool:
    return all(one.judgement.standing.is_converged for one in changes)


def _urgency(open_changes: Sequence[Judged]) -> str:
    if _are_converged(open_changes):
        return "Not drifted: live is as the code declares. "
    if any(one.judgement.decision.severity is Severity.CRITICAL for one in open_changes):
        return "Act now: revert it unless it is meant. "
    return ""


def _ask(unanswered: Sequence[Judged], due_at: DueAt, now: datetime) -> str:
    """Ask for what covers a change that is already made: a ticket that names its resource."""
    asked = [one for one in unanswered if one.judgement.match.coverage is not Coverage.NOT_EVALUABLE]
    if not asked:
        return "Whether a ticket or a review covers it could not be asked; it is judged again."
    due = min(due_at(one.change) for one in asked)
    day = f"{due:%a %d %b %H:%M} UTC"
    when = f"by {day}" if now < due else f"(was due {day})"
    ids = dict.fromkeys(one.change.resource.id for one in asked if one.judgement.match.ticket is None)
    if not ids:
        return f"See below why its ticket does not cover it, and mend that {when}."
    return f"Name {_resources(list(ids))} in {'its' if len(ids) == 1 else 'their'} ticket {when}."


def _resources(ids: list[str]) -> str:
    """Name resources as a ticket must; where that is too long, each id stands with its change."""
    if sum(map(len, ids)) <= NAMED_CHARS:
        return " and ".join(shown(one) for one in ids)
    return "this resource" if len(ids) == 1 else "these resources"


def _known_actor(change: Change, write: Write) -> str | None:
    """Return whom a message may name: who may be a person, only where it surely was they.

    Nobody is accused by a machine. Whom a person named who corrected the record is named as that.
    """
    if corrected := corrections(change.actions):
        return f"{corrected[-1]} (by correction)"
    actor = write.actor
    is_no_person = actor.kind in (ActorKind.MACHINE, ActorKind.SERVICE)
    return actor.name if is_no_person or actor.confidence is Confidence.HIGH else None


def _identity(write: Write) -> str:
    principal = write.event.call.principal
    parts = [f"recorded under {write.actor.principal or write.actor.name}"]
    # An identity provider's id ends with the very name that is told already.
    said = {principal.role if principal else None}
    openers = [
        one for one in write.actor.chain if one not in said and not one.endswith(f":{write.actor.name}")
    ]
    if openers:
        parts.append(f"opened by {openers[-1]}")
    if principal and principal.mfa is not None:
        parts.append("with MFA" if principal.mfa else "without MFA")
    if write.event.call.source_ip:
        parts.append(f"from {write.event.call.source_ip}")
    parts.append(f"confidence {write.actor.confidence}")
    return ", ".join(parts)


def _channel(write: Write) -> str:
    found = write.classification
    tool = "an unknown program" if found.tool is Tool.UNKNOWN else found.tool
    match found.channel:
        case Channel.CONSOLE:
            return f"by hand in the {tool}"
        case Channel.MANUAL:
            return f"by hand with {tool}"
        case Channel.PIPELINE:
            return f"pipeline {found.pipeline or f'of {write.actor.issuer}'} with {tool}"
        case _:
            return f"{found.channel} with {tool}"


def _name_of(one: Judged) -> str:
    standing, resource = one.judgement.standing, one.change.resource
    if standing.address:
        return standing.address
    return f"{resource.type} {resource.id}" if resource.type else resource.id


def _name_and_id(one: Judged) -> str:
    """Return the name with the id, by which the cloud and its tickets know the resource."""
    name, resource_id = _name_of(one), one.change.resource.id
    return name if resource_id in name else f"{name} ({resource_id})"


def _told_change(one: Judged, unsure: frozenset[str]) -> AlertedChange:
    change, judgement = one.change, one.judgement
    match, decision = judgement.match, judgement.decision
    return AlertedChange(
        change_id=change.change_id,
        ledger_seq=one.ledger_seq,
        resource=_name_and_id(one),
        actions=tuple(dict.fromkeys(write.event.summary for write in change.writes)),
        disposition=decision.disposition,
        severity=decision.severity,
        ticket=match.ticket.key if match.ticket else None,
        ticket_url=match.ticket.url if match.ticket else None,
        drift=_drift(judgement),
        declared_at=judgement.standing.source,
        reasons=tuple(without(reason, unsure) for reason in decision.reasons),
        resource_id=change.resource.id,
        resource_type=change.resource.type,
        writes=tuple(map(_told_write, change.writes[:TOLD_WRITES])),
    )


def _told_write(write: Write) -> AlertedWrite:
    event = write.event
    return AlertedWrite(
        event_id=event.event_id or event.key,
        cloud=event.call.cloud,
        occurred_at=event.occurred_at,
        service=event.call.service or "",
        action=event.call.action or "",
        region=event.call.region,
        source_ip=event.call.source_ip,
    )


def _drift(judgement: Judgement) -> tuple[AttributeDrift, ...]:
    return tuple(attribute for finding in judgement.standing.told for attribute in finding.attributes)
