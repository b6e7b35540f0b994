"""What is a change session's message? One for each session, whatever the number of its changes."""

from collections.abc import Sequence
from datetime import datetime

from drift.model.alert import Alert, AlertedChange
from drift.model.change import Change, ChangeSession, Write
from drift.model.finding import AttributeDrift
from drift.model.judgement import Judged, Judgement
from drift.model.ticket import Coverage
from drift.model.verdict import ActorKind, Channel, Confidence, Disposition, Severity, Tool
from drift.terminal import shown

HEADLINE_CHARS = 300
"""Strangers choose the names in it: a headline stays one line, and a short one."""


def compose(session: ChangeSession, judged: Sequence[Judged], *, due_at: datetime, now: datetime) -> Alert:
    """Return the message about the changes of `session` that somebody must know of.

    Where nobody must any more, the message that was sent before is to say so. Its
    client id is given when it is queued.
    """
    told = [one for one in judged if one.judgement.decision.alert] or list(judged)
    worst = max(told, key=lambda one: one.judgement.decision.severity.rank)
    write = _riskiest(worst.change)
    headline = _headline(write, _name_of(worst), more=len(told) - 1)
    action = _call_to_action(told, due_at, now)
    return Alert(
        client_id="",
        session_id=session.session_id,
        severity=worst.judgement.decision.severity,
        headline=headline,
        call_to_action=action,
        actor=write.actor.name,
        confidence=write.actor.confidence,
        identity=_identity(write),
        channel=_channel(write),
        account=write.event.account or "unknown account",
        environment=worst.judgement.decision.environment,
        began_at=session.changes[0].began_at,
        detected_at=now,
        changes=tuple(_told_change(one) for one in told),
        answer_due_at=due_at if any(map(_is_unanswered, told)) else None,
        fallback_text=f"{headline} {action}",
    )


def _riskiest(change: Change) -> Write:
    """Return the write that speaks for the change: the one with the most risks, of equal ones the first."""
    return max(change.writes, key=lambda write: len(write.event.risks))


def _headline(write: Write, where: str, *, more: int) -> str:
    others = f" and {more} more {'change' if more == 1 else 'changes'}" if more else ""
    said = f"{_actor_name(write)} {write.event.summary}"
    # The id is not said twice: `created the bucket x (aws_s3_bucket x)`.
    kind, _, resource_id = where.partition(" ")
    place = kind if resource_id and resource_id in said else where
    return shown(f"{said} ({place})", HEADLINE_CHARS) + others


def _call_to_action(told: Sequence[Judged], due_at: datetime, now: datetime) -> str:
    """Answer first: must I act now, and how? The most urgent of the changes decides."""
    if any(one.change.is_emergency for one in told):
        return (
            "Review now: emergency access was used. Confirm the incident, then codify or revert the change."
        )
    if unanswered := [one for one in told if _is_unanswered(one)]:
        return f"{_urgency(unanswered)}{_ask(unanswered, due_at, now)}"
    late = [one for one in told if one.judgement.decision.disposition is Disposition.RETROACTIVE]
    if not all(one.judgement.match.approver for one in late):
        return f"{_urgency(late)}A ticket came only after the change: approve it or ask for a revert."
    if any(one.judgement.decision.disposition is Disposition.EMERGENCY for one in told):
        return "Review after the incident: codify the change in Terraform or revert it."
    if late:
        return "No hurry: it was approved, but only after it was made. It stays on record as a deviation."
    if any(one.judgement.decision.alert for one in told):
        return "Confirm that it is meant: it is covered, but a change of this kind is always told."
    return "Nothing to do: it is settled."


def _is_unanswered(one: Judged) -> bool:
    decision = one.judgement.decision
    return decision.alert and decision.disposition in (Disposition.PENDING, Disposition.UNTICKETED)


def _urgency(open_changes: Sequence[Judged]) -> str:
    if all(one.judgement.standing.is_converged for one in open_changes):
        return "Nothing is open now: the live configuration is as declared. "
    if any(one.judgement.decision.severity is Severity.CRITICAL for one in open_changes):
        return "Act now: revert it unless it is meant. "
    return ""


def _ask(unanswered: Sequence[Judged], due_at: datetime, now: datetime) -> str:
    if all(one.judgement.match.coverage is Coverage.NOT_EVALUABLE for one in unanswered):
        return "Whether a ticket or a review covers it could not be asked; it is judged again."
    when = f"by {due_at:%a %H:%M} UTC" if now < due_at else f"(was due {due_at:%a %H:%M} UTC)"
    return f"Link the ticket or declare an emergency {when}."


def _actor_name(write: Write) -> str:
    """Name a person only where the identity is sure: nobody is accused by a machine."""
    actor = write.actor
    is_unsure = actor.kind is ActorKind.HUMAN and actor.confidence is not Confidence.HIGH
    is_nobody = actor.kind is ActorKind.UNKNOWN and actor.principal is None
    return "somebody" if is_unsure or is_nobody else actor.name


def _identity(write: Write) -> str:
    principal = write.event.principal
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
    if write.event.source_ip:
        parts.append(f"from {write.event.source_ip}")
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


def _told_change(one: Judged) -> AlertedChange:
    change, judgement = one.change, one.judgement
    match, decision = judgement.match, judgement.decision
    return AlertedChange(
        change_id=change.change_id,
        ledger_seq=one.ledger_seq,
        resource=_name_of(one),
        actions=tuple(dict.fromkeys(write.event.summary for write in change.writes)),
        disposition=decision.disposition,
        severity=decision.severity,
        ticket=match.ticket.key if match.ticket else None,
        ticket_url=match.ticket.url if match.ticket else None,
        drift=_drift(judgement),
        declared_at=judgement.standing.source,
        reasons=decision.reasons,
    )


def _drift(judgement: Judgement) -> tuple[AttributeDrift, ...]:
    return tuple(attribute for finding in judgement.standing.findings for attribute in finding.attributes)
