"""What a call did, and in which lane of change management it falls."""

from dataclasses import dataclass

from drift.model.event import Effect, Outcome
from drift.model.resource import Json
from drift.model.verdict import Lane
from providers.aws.callers import SIGN_IN
from providers.aws.record import TrailRecord, truth
from providers.aws.request import get
from providers.aws.resources import ResourceRow
from providers.aws.signals import Signals


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """Which call a record is about."""

    service: str | None
    """The event source without `.amazonaws.com`."""
    event: str | None
    """The event's name without the API date that some names carry."""


def call_of(record: TrailRecord, signals: Signals) -> Call:
    """Return the call in the spelling of the tables."""
    source = record.event_source
    return Call(
        service=signals.service_host.sub("", source) if source else None,
        event=signals.event_name(record.event_name) if record.event_name else None,
    )


def intended_effect(record: TrailRecord, call: Call, row: ResourceRow | None, signals: Signals) -> Effect:
    """Return what the call does when it succeeds, by the first rule that fits.

    1. A sign-in, or a call of the table that signs in: `auth`, even where it claims to be a read.
    2. What the record calls a read is one.
    3. The tables know the call: queries that claim to write, data, deployments.
    4. The record is of the data plane: `data`.
    5. The record says that it is no read; where it does not say, its name decides.
    """
    if record.event_type in signals.observing_types:
        return Effect.READ
    known = next((one.effect for one in signals.effects if one.cover(call.service, call.event)), None)
    if record.event_type == SIGN_IN or known is Effect.AUTH:
        return Effect.AUTH
    read_only = truth(record.read_only)
    if read_only is True:
        return Effect.READ
    if known is not None:
        return known
    if row is not None:
        return row.effect
    if record.event_category == "Data" or truth(record.management_event) is False:
        return Effect.DATA
    is_read = read_only is None and signals.read_name.match(call.event or "") is not None
    return Effect.READ if is_read else Effect.WRITE


def lane_of(call: Call, effect: Effect, refined: Lane | None, signals: Signals) -> Lane:
    """Return the lane: the row's for this request, the table's for this call, else what the effect says."""
    if refined is not None:
        return refined
    if effect is Effect.DEPLOY:
        return Lane.APPLICATION
    rows = (one.lane for one in signals.lanes if one.cover(call.service, call.event))
    return next(rows, Lane.INFRASTRUCTURE)


def error_of(record: TrailRecord, response: Json) -> str | None:
    """Return why the call failed, or `None` where it did not.

    Some services say so only in the response, and a refused sign-in says it in a word.
    """
    code = record.error_code or _text(get(response, "errorCode"))
    message = record.error_message or _text(get(response, "errorMessage"))
    if code or message:
        return ": ".join(part for part in (code, message) if part)
    if _text(get(response, "ConsoleLogin")) == "Failure":
        return "the sign-in was refused"
    return None


def effect_of(intended: Effect, error: str | None) -> tuple[Effect, Outcome]:
    """Return what the call did. A refused sign-in stays a sign-in."""
    if error is None:
        return intended, Outcome.SUCCESS
    return (intended if intended is Effect.AUTH else Effect.FAILED), Outcome.FAILURE


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
