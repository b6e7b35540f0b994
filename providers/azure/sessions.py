"""Which sessions a call belongs to, and which it opens.

One correlation id is one action of somebody, with all that resource providers then write
under applications of their own: their calls are joined to whoever began it. The caller may
choose the id, so it is believed of the cloud's own applications. An application that no
table knows may be a provider's or somebody's: it is joined to a person's action, since
people and pipelines share no ids, but to no machine's, for that could lend it trust.

A role activated in Privileged Identity Management is a session too, of the person and until
it ends: it brings the justification and the ticket.
"""

import re
from datetime import datetime, timedelta

from drift.model.event import CHANGING, Effect, OpenedSession, Principal
from drift.model.resource import Json
from drift.model.verdict import ActorKind, Statement, ToolSign, Trust
from providers.azure.callers import Who
from providers.azure.contents import Contents, body_of
from providers.azure.record import Activity, Kind, moment
from providers.azure.request import text_at
from providers.azure.signals import Signals

MAX_LENGTH = 1000
MAX_ID = 64
"""Of a correlation id that is shown: whoever calls may choose it."""

_LEADERS = (ActorKind.HUMAN, ActorKind.MACHINE)
"""Whose actions lead to calls of the cloud."""

OPENING_MARKS = (b"orrelationId", b"orrelation_id")
"""Stand in every record that opens a session: in `correlationId`, `CorrelationId` or `correlation_id`."""

_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})(?:\.\d+)?S)?)?")


def session_keys(activity: Activity, who: Who) -> tuple[str, ...]:
    """Return what joins a call to the sessions it was made in.

    Whoever calls chooses the correlation id. So only providers that are known to be the cloud's own
    are answered for by whoever began it: an application with its own credentials answers for itself.
    """
    claims, correlation = activity.claims, activity.correlation_id
    match who.kind:
        case ActorKind.HUMAN:
            return (_grant(claims.object_id),) if claims.object_id else ()
        case ActorKind.SERVICE if correlation and not who.acts_alone:
            return tuple(_action(kind, correlation) for kind in _LEADERS)
        case _:
            return ()


def opened_session(
    activity: Activity,
    principal: Principal | None,
    tools: tuple[ToolSign, ...],
    effect: Effect,
    contents: Contents,
    signals: Signals,
) -> OpenedSession | None:
    """Return the session that a call opens, or `None` where it opens none."""
    if principal is None or activity.kind is not Kind.ACTIVITY:
        return None
    if activity.operation in signals.grant_operation.words:
        return _opened_grant(activity, principal, contents, signals)
    if principal.kind not in _LEADERS or effect not in CHANGING or not activity.correlation_id:
        return None
    key = _action(principal.kind, activity.correlation_id)
    action = f"the action {activity.correlation_id[:MAX_ID]}"
    return OpenedSession(key=key, opener=principal, via=None, role=action, tools=tools)


def grant_statements(request: Json, trust: Trust) -> tuple[Statement, ...]:
    """Return why somebody asks for a role, and the ticket they name."""
    named = (
        ("justification", "properties.justification"),
        ("ticket number", "properties.ticketInfo.ticketNumber"),
        ("ticket system", "properties.ticketInfo.ticketSystem"),
    )
    texts = ((place, text_at(request, path)) for place, path in named)
    return tuple(Statement(place=place, text=text[:MAX_LENGTH], trust=trust) for place, text in texts if text)


def _opened_grant(
    activity: Activity, principal: Principal, contents: Contents, signals: Signals
) -> OpenedSession | None:
    """Return the activation of a role, or the end of one. Nobody else's request opens anything.

    Until the request has succeeded, what somebody says in it is no more than his own words.
    """
    body = body_of(contents.request)
    asked = (text_at(body, "properties.requestType") or "").lower()
    grantee = (text_at(body, "properties.principalId") or "").lower()
    own = (activity.claims.object_id or "").lower()
    is_own = grantee and (grantee == own or principal.kind is ActorKind.SERVICE)
    is_over = asked in signals.deactivations.words
    state = (text_at(contents.response, "properties.status") or "").lower()
    is_refused = state in signals.undecided_grants.words or activity.status in signals.failed.words
    if not is_own or is_refused or not (is_over or asked in signals.activations.words):
        return None
    is_open = activity.status in signals.begun.words | signals.accepted.words
    role = text_at(body, "properties.roleDefinitionId")
    return OpenedSession(
        key=_grant(grantee),
        opener=principal,
        via=None,
        role=role,
        grants=_names_of(role, signals) if role and not (is_over or is_open) else (),
        statements=() if is_over else grant_statements(body, Trust.NAME if is_open else Trust.GRANT),
        expires_at=activity.occurred_at if is_over else _expiry(body, activity.occurred_at),
        is_renewable=True,
    )


def _names_of(role: str, signals: Signals) -> tuple[str, ...]:
    """Return how a role may be called: by its id, by the end of it, or by its name if it is built in."""
    names = (role, role.rpartition("/")[2], signals.role_name(role))
    return tuple(dict.fromkeys(name[:MAX_LENGTH] for name in names if name))


def _expiry(request: Json, asked_at: datetime | None) -> datetime | None:
    """Return when the role ends: the schedule names an end, or a duration from its start."""
    schedule = "properties.scheduleInfo"
    if end := moment(text_at(request, f"{schedule}.expiration.endDateTime")):
        return end
    begin = moment(text_at(request, f"{schedule}.startDateTime")) or asked_at
    found = _DURATION.fullmatch(text_at(request, f"{schedule}.expiration.duration") or "")
    if begin is None or found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    try:
        return begin + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None


def _action(kind: ActorKind, correlation_id: str) -> str:
    return f"azure:{kind}:{correlation_id.lower()}"


def _grant(object_id: str) -> str:
    return f"azure:grant:{object_id.lower()}"
