"""What a call did, and in which lane of change management it falls."""

from dataclasses import dataclass

from drift.model.event import Effect, Operation, Outcome, Phase
from drift.model.resource import Json
from drift.model.verdict import Lane
from providers.gcp.place import Log
from providers.gcp.record import Authorization, LogEntry, truth
from providers.gcp.request import get, text_at
from providers.gcp.resources import AS_IT_STANDS, Refinement, ResourceMap, ResourceRow
from providers.gcp.signal_rows import RiskRow
from providers.gcp.signals import Signals

MAX_MESSAGE = 1000
OPERATION_BEGINS = b'"first"'
"""Stands in every entry that begins a long operation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """A method of a service, with what the tables say of it."""

    service: str | None
    """The service's name without `.googleapis.com`."""
    name: str | None
    """The method's name without the API's version."""
    row: ResourceRow | None
    known_effect: Effect | None
    """What the table of effects says."""
    lane: Lane | None
    is_named_like_a_read: bool
    risks: tuple[RiskRow, ...]
    hidden: tuple[str, ...]
    """What is not taken over from its parameters."""


def method_of(service: str | None, name: str | None, signals: Signals, known: ResourceMap) -> Method:
    """Return the method that `name` of `service` is, as recorded."""
    host, key = signals.service_name(service), signals.method_key(name)
    effects = (row.effect for row in signals.effects if row.cover(host, key))
    lanes = (row.lane for row in signals.lanes if row.cover(host, key))
    return Method(
        service=host,
        name=key,
        row=known.row(host, key),
        known_effect=next(effects, None),
        lane=next(lanes, None),
        is_named_like_a_read=signals.read_name.search(key or "") is not None,
        risks=tuple(row for row in signals.risks if row.cover(host, key)),
        hidden=tuple(one for row in signals.hidden if row.cover(host, key) for one in row.keys),
    )


def intended_effect(entry: LogEntry, log: Log | None, method: Method) -> Effect:
    """Return what the call does when it succeeds, by the first rule that fits.

    1. The tables know the call: it signs in, reads, changes data or what runs, deploys.
    2. A permission to administer was needed for it: what the row says, else `write`.
    3. The log is the one of data access: permissions to write data, or to read, were needed; where
       none are named, its row or its name decides.
    4. The name is a read's, and no permission to write was needed: `read`.
    5. What the row says, else `write`.
    """
    if method.known_effect is not None:
        return method.known_effect
    needed = {one.permission_type for one in entry.payload.authorization_info or ()}
    written = method.row.effect if method.row else Effect.WRITE
    if "ADMIN_WRITE" in needed:
        return written
    if log is Log.DATA_ACCESS or log is None:
        if "DATA_WRITE" in needed:
            return Effect.DATA
        if needed & {"ADMIN_READ", "DATA_READ"} or method.is_named_like_a_read:
            return Effect.READ
        return Effect.DATA if log is Log.DATA_ACCESS and method.row is None else written
    is_read = method.is_named_like_a_read and "DATA_WRITE" not in needed
    return Effect.READ if is_read else written


def refined(method: Method, intended: Effect, request: Json) -> Refinement:
    """Return what these parameters make of the call."""
    row = method.row
    return row.refined(request) if row and intended is row.effect else AS_IT_STANDS


def lane_of(method: Method, effect: Effect, by_fields: Lane | None) -> Lane:
    """Return the lane: the row's for this request, what the effect says, else the table's for this call."""
    if by_fields is not None:
        return by_fields
    if effect is Effect.DEPLOY:
        return Lane.APPLICATION
    return method.lane or Lane.INFRASTRUCTURE


def error_of(entry: LogEntry, log: Log | None, response: Json, signals: Signals) -> str | None:
    """Return why the call failed, or `None` where it did not.

    A code other than zero says so, and Compute Engine says it in the response of an operation.
    Where there is no status, a refused permission, the severity or the log says it: of several
    permissions that were tried, one that was granted is enough.
    """
    status = entry.payload.status
    code, message = (status.code, status.message) if status else (None, None)
    if code not in (None, "", 0, "0"):
        return _told(f"code {code}", message)
    failed = get(response, "error")
    if isinstance(failed, dict):
        where = ("code", "errors.code"), ("message", "errors.message")
        return _told(*(text_at(failed, *paths) for paths in where)) or "the operation failed"
    if log is Log.POLICY:
        return "denied by a policy"
    if refused := _refused(entry.payload.authorization_info or ()):
        return f"the permission {refused[:200]} was refused"
    if status is None and (entry.severity or "").upper() in signals.failing_severities.words:
        return f"the severity is {entry.severity}"
    return None


def effect_of(intended: Effect, error: str | None) -> tuple[Effect, Outcome]:
    """Return what the call did. A refused sign-in stays a sign-in."""
    if error is None:
        return intended, Outcome.SUCCESS
    return (intended if intended is Effect.AUTH else Effect.FAILED), Outcome.FAILURE


def operation_of(entry: LogEntry) -> Operation | None:
    """Return the long operation that an entry begins or ends; `None` where it tells the whole."""
    mark = entry.operation
    if mark is None or not mark.id:
        return None
    first, last = truth(mark.first) is True, truth(mark.last) is True
    if first == last:
        return None
    return Operation(key=f"{mark.producer or ''}/{mark.id}", phase=Phase.BEGIN if first else Phase.END)


def _refused(checked: tuple[Authorization, ...]) -> str | None:
    answers = [truth(one.granted) for one in checked]
    if False not in answers or True in answers:
        return None
    return checked[answers.index(False)].permission or "asked for"


def _told(*parts: str | None) -> str:
    return ": ".join(part for part in parts if part)[:MAX_MESSAGE]
