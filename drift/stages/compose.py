"""What is a change session's message? One for each session, whatever the number of its changes."""

from collections.abc import Sequence
from datetime import datetime

from drift.model.alert import Alert, AlertedChange
from drift.model.change import Change, ChangeSession, Write
from drift.model.finding import AttributeDrift
from drift.model.judgement import Judged, Judgement
from drift.model.verdict import ActorKind, Channel, Confidence, Disposition, Lane, Severity


def compose(session: ChangeSession, judged: Sequence[Judged], *, due_at: datetime, now: datetime) -> Alert:
    """Return the message about the changes of `session` that somebody must know of.

    Where nobody must any more, the message that was sent before is to say so. Its
    client id is given when it is queued.
    """
    told = [one for one in judged if one.judgement.decision.alert] or list(judged)
    worst = max(told, key=lambda one: one.judgement.decision.severity.rank)
    first = session.changes[0].first
    headline = _headline(session, worst)
    action = _call_to_action(told, worst, due_at, now)
    return Alert(
        client_id="",
        session_id=session.session_id,
        severity=worst.judgement.decision.severity,
        headline=headline,
        call_to_action=action,
        actor=session.actor.name,
        confidence=session.actor.confidence,
        identity=_identity(first),
        channel=_channel(first),
        account=first.event.account or "unknown account",
        environment=worst.judgement.decision.environment,
        began_at=session.changes[0].began_at,
        detected_at=now,
        changes=tuple(_told_change(one) for one in told),
        answer_due_at=due_at if _is_unanswered(worst) else None,
        fallback_text=f"{headline} {action}",
    )


def _headline(session: ChangeSession, worst: Judged) -> str:
    change = worst.change
    what = change.last.event.summary if len(change.writes) == 1 else change.first.event.summary
    where = _name_of(worst)
    more = len(session.changes) - 1
    others = f" and {more} more {'change' if more == 1 else 'changes'}" if more else ""
    return f"{_actor_name(change)} {what} on {where}{others}"


def _call_to_action(told: Sequence[Judged], worst: Judged, due_at: datetime, now: datetime) -> str:
    """Answer first: must I act now, and how?"""
    decision = worst.judgement.decision
    if worst.change.first.classification.lane is Lane.EMERGENCY:
        return (
            "Review now: emergency access was used. Confirm the incident, then codify or revert the change."
        )
    if decision.disposition in (Disposition.AUTHORISED, Disposition.EXPLAINED, Disposition.WAIVED):
        return "Nothing to do: it is settled."
    if decision.disposition is Disposition.RETROACTIVE:
        return "No hurry: a ticket came after the change. Approve it or ask for a revert."
    if decision.disposition is Disposition.EMERGENCY:
        return "Review after the incident: codify the change in Terraform or revert it."
    if all(one.judgement.standing.is_converged for one in told):
        return f"Nothing is open now: the live configuration is as declared. {_ask(due_at, now)}"
    if decision.severity is Severity.CRITICAL:
        return f"Act now: revert it unless it is meant. {_ask(due_at, now)}"
    return _ask(due_at, now)


def _ask(due_at: datetime, now: datetime) -> str:
    when = f"by {due_at:%a %H:%M} UTC" if now < due_at else f"(was due {due_at:%a %H:%M} UTC)"
    return f"Link the ticket or declare an emergency {when}."


def _is_unanswered(one: Judged) -> bool:
    return one.judgement.decision.disposition in (Disposition.PENDING, Disposition.UNTICKETED)


def _actor_name(change: Change) -> str:
    """Name a person only where the identity is sure: nobody is accused by a machine."""
    actor = change.actor
    if actor.kind is ActorKind.HUMAN and actor.confidence is not Confidence.HIGH:
        return "somebody"
    return actor.name


def _identity(write: Write) -> str:
    principal = write.event.principal
    parts = [f"recorded under {write.actor.principal or write.actor.name}"]
    if write.actor.chain:
        parts.append(f"opened by {write.actor.chain[-1]}")
    if principal and principal.mfa is not None:
        parts.append("with MFA" if principal.mfa else "without MFA")
    if write.event.source_ip:
        parts.append(f"from {write.event.source_ip}")
    parts.append(f"confidence {write.actor.confidence}")
    return ", ".join(parts)


def _channel(write: Write) -> str:
    channel, tool = write.classification.channel, write.classification.tool
    match channel:
        case Channel.CONSOLE:
            return f"by hand in the {tool}"
        case Channel.MANUAL:
            return f"by hand with {tool}"
        case Channel.PIPELINE:
            return f"pipeline {write.classification.pipeline or ''} with {tool}".replace("  ", " ")
        case _:
            return f"{channel} with {tool}"


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
