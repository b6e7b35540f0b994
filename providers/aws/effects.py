"""What a call did, and in which lane of change management it falls."""

from operator import attrgetter

from msgspec import Struct

from drift.model.event import Called, Effect, Outcome
from drift.model.resource import Cloud, Json
from drift.model.verdict import Lane
from providers.aws.contents import Contents
from providers.aws.origin import SIGN_IN
from providers.aws.record import NULL, TrailRecord, truth
from providers.aws.request import get
from providers.aws.resources import AS_IT_STANDS, Refinement, ResourceMap, ResourceRow
from providers.aws.signal_rows import LaunchRow
from providers.aws.signals import Signals


class Deed(Struct, frozen=True, kw_only=True, eq=False):
    """What was called and where, and what the tables say of it."""

    called: Called
    """The account is the one that was told of the call, as the caller may belong to another one; the service
    is the event source without `.amazonaws.com`, and the action the event's name as it stands."""
    event: str | None
    """The event's name without the API date that some names carry."""
    row: ResourceRow | None
    effect: Effect
    """What the call does when it succeeds, as far as its parameters do not say otherwise."""
    lane: Lane
    """The table's, for what is no deployment."""
    is_read: bool
    is_alike: bool
    """A read that is like all others of its caller in its lane, but for what was called."""
    is_sign_in: bool
    launch: LaunchRow | None
    """The call sets a service to work."""

    def refined(self, request: Json) -> Refinement:
        """Return what these parameters make of the call."""
        row = self.row
        if row is None or not row.when:
            return AS_IT_STANDS
        found = row.refined(request)
        return found if self.effect is row.effect else Refinement(type=found.type)

    def lane_of(self, intended: Effect, refined: Refinement = AS_IT_STANDS) -> Lane:
        """Return the lane: the row's for this request, else what the effect says, else the table's."""
        return refined.lane or (Lane.APPLICATION if intended is Effect.DEPLOY else self.lane)


deed_key = attrgetter(
    "event_source",
    "event_name",
    "event_type",
    "read_only",
    "event_category",
    "management_event",
    "aws_region",
    "recipient_account_id",
)
"""Returns what is equal for two records of one deed."""


def deed_of(record: TrailRecord, known: ResourceMap, signals: Signals) -> Deed:
    """Return what a record says was called."""
    source, name = record.event_source, record.event_name
    service = signals.service_host.without(source) if source else None
    event = signals.event_name(name) if name else None
    row = known.row(service, event)
    effect = _intended(record, service, event, row, signals)
    lanes = (one.lane for one in signals.lanes if one.cover(service, event))
    lane = next(lanes, Lane.INFRASTRUCTURE)
    account, is_read = record.recipient_account_id or None, effect is Effect.READ
    return Deed(
        called=Called(Cloud.AWS, account, record.aws_region or None, service, name),
        event=event,
        row=row,
        effect=effect,
        lane=lane,
        is_read=is_read,
        is_alike=is_read and account is not None,
        is_sign_in=effect is Effect.AUTH,
        launch=next((one for one in signals.launches if one.cover(service, event)), None),
    )


def _intended(
    record: TrailRecord, service: str | None, event: str | None, row: ResourceRow | None, signals: Signals
) -> Effect:
    """Return what the call does when it succeeds, by the first rule that fits.

    0. A report on calls, which have records of their own, changes nothing itself.
    1. A sign-in, or a call of the table that signs in: `auth`, even where it claims to be a read.
    2. What the record calls a read is one.
    3. The tables know the call: queries that claim to write, data, deployments.
    4. The record is of the data plane: `data`.
    5. The record says that it is no read; where it does not say, its name decides.
    """
    reports = (one.effect for one in signals.reports if one.covers(record.event_type, record.event_category))
    if (report := next(reports, None)) is not None:
        return report
    known = next((one.effect for one in signals.effects if one.cover(service, event)), None)
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
    is_read = read_only is None and signals.read_name.match(event or "") is not None
    return Effect.READ if is_read else Effect.WRITE


def has_trace_of_error(record: TrailRecord) -> bool:
    """Tell quickly whether the record may speak of an error: most succeed, and their answers are long."""
    if record.error_code or record.error_message or record.event_type == SIGN_IN:
        return True
    response = record.response_elements
    return response != NULL and b"rror" in bytes(response)


def error_of(record: TrailRecord, contents: Contents) -> str | None:
    """Return why the call failed, or `None` where it did not.

    Some services say so only in the response, and a refused sign-in says it in a word.
    """
    code, message = record.error_code, record.error_message
    if not code and not message:
        response = contents.response
        code, message = _text(get(response, "errorCode")), _text(get(response, "errorMessage"))
        if not code and not message:
            return "the sign-in was refused" if get(response, "ConsoleLogin") == "Failure" else None
    return ": ".join(part for part in (code, message) if part)


def effect_of(intended: Effect, error: str | None) -> tuple[Effect, Outcome]:
    """Return what the call did. A refused sign-in stays a sign-in."""
    if error is None:
        return intended, Outcome.SUCCESS
    return (intended if intended is Effect.AUTH else Effect.FAILED), Outcome.FAILURE


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
