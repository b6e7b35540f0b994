"""Is whoever made a change asked privately before their team is told, and what is the question?

Nobody is accused by a machine: who did it mostly knows why, and can put it right. What is critical, or may
be somebody else's doing, cannot wait for an answer.
"""

from collections.abc import Sequence
from dataclasses import replace

from drift.model.action import DeclaredEmergency, LinkedTicket, corrections, of_kind
from drift.model.alert import Alert, AlertState, Asked
from drift.model.change import ChangeSession
from drift.model.judgement import Judged
from drift.model.routing import Route, Urgency
from drift.model.verdict import Actor, ActorKind, Confidence, Disposition, Severity

_OPEN = (Disposition.PENDING, Disposition.UNTICKETED)


def person_of(session: ChangeSession) -> Actor | None:
    """Return the person who surely made all of a session's changes; `None` if it is not sure, or is none."""
    actors = [write.actor for change in session.changes for write in change.writes]
    is_sure = all(one.kind is ActorKind.HUMAN and one.confidence is Confidence.HIGH for one in actors)
    is_corrected = any(corrections(change.actions) for change in session.changes)
    return session.actor if is_sure and not is_corrected else None


def may_wait(judged: Sequence[Judged], way: Route) -> bool:
    """Tell whether the team may be told later: what only the person knows is missing, and nothing burns."""
    if way.urgency is Urgency.PAGE or way.severity is Severity.CRITICAL:
        return False
    if any(corrections(one.change.actions) for one in judged):
        return False
    return any(_is_unanswered(one) for one in judged)


def _is_unanswered(one: Judged) -> bool:
    decision, actions = one.judgement.decision, one.change.actions
    is_answered = any(of_kind(actions, LinkedTicket)) or any(of_kind(actions, DeclaredEmergency))
    return decision.alert and decision.disposition in _OPEN and not is_answered


def question(alert: Alert, message_id: str, to: str, asked: Asked, *, is_waiting: bool) -> Alert:
    """Return the message to the person whom `to` names, about the changes that `alert` tells.

    Once it is answered, or too late, the same message says so.
    """
    team = f"the team {alert.team}" if alert.team else "your team"
    if is_waiting:
        headline = f"Was it you? {alert.headline}"
        action = (
            f"Answer below by {asked.until:%a %d %b %H:%M} UTC: link its ticket, or say that it was an "
            f"emergency, or that it was not you. Else {team} is told."
        )
    else:
        headline, action = alert.headline, _after(alert, team)
    return replace(
        alert,
        session_id=message_id,
        headline=headline,
        call_to_action=action,
        fallback_text=f"{headline} {action}",
        to=to,
        mention=None,
        called_by=None,
        asked=asked,
    )


def _after(alert: Alert, team: str) -> str:
    match alert.state:
        case AlertState.SETTLED:
            return "Thank you, nothing is left to do."
        case AlertState.ANSWERED:
            return f"Thank you. What is left, {team} is told: an approval by somebody else, for example."
        case AlertState.OPEN:
            return f"{team[:1].upper()}{team[1:]} is told. {alert.call_to_action}"
