"""What a call did, how far it has come, and in which lane of change management it falls."""

from dataclasses import dataclass

from drift.model.event import CHANGING, Effect, Operation, Outcome, Phase
from drift.model.resource import Json
from drift.model.verdict import Lane
from providers.azure.arm_ids import ArmId
from providers.azure.contents import Contents
from providers.azure.record import Activity, Kind
from providers.azure.request import text_at
from providers.azure.resources import AS_IT_STANDS, Refinement, ResourceRow
from providers.azure.signals import Signals

MAX_LENGTH = 1000
"""Of an error: some services answer with a page."""

READ = "/read"
CHANGES = ("/write", "/delete")
ACTION = "/action"

OWN_LOGS = (Kind.SETTING, Kind.VAULT)
"""Logs of services that tell of each call once, and how it ended."""

HTTP_ERROR = ("4", "5")
"""How the status of a refused request to such a service begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """What an operation does, whoever calls it."""

    effect: Effect
    service: str | None = None
    """The service that acts by itself."""
    row: ResourceRow | None = None


def meaning_of(operation: str, category: str, row: ResourceRow | None, signals: Signals) -> Meaning:
    """Return what an operation does when it succeeds, by the first rule that fits.

    1. The table knows the operation: policies, deployments, what an action hides.
    2. The table knows the category: incidents, alerts and scaling are nobody's calls.
    3. The map of resources knows the operation.
    4. Its name: `/read`, `/write`, `/delete`; an `/action` changes something unless its verb says otherwise.
    5. It is no operation of Resource Manager: the data plane of some service.
    """
    of_category = signals.category(category)
    service = of_category.service if of_category else None
    known = next((one for one in signals.effects if one.cover(operation)), None)
    if known is not None:
        return Meaning(effect=known.effect, service=known.service or service, row=row)
    if of_category is not None and of_category.effect is not None:
        return Meaning(effect=of_category.effect, service=service, row=row)
    effect = row.effect if row else _by_name(operation, signals)
    return Meaning(effect=effect, service=service, row=row)


def _by_name(operation: str, signals: Signals) -> Effect:
    if operation.endswith(READ):
        return Effect.READ
    if operation.endswith(CHANGES):
        return Effect.WRITE
    if not operation.endswith(ACTION):
        return Effect.DATA
    if signals.read_action.search(operation):
        return Effect.READ
    return Effect.RUNTIME if signals.runtime_action.search(operation) else Effect.WRITE


def refined(meaning: Meaning, request: Json, signals: Signals) -> Refinement:
    """Return what this request makes of the operation."""
    row = meaning.row
    if row is None or meaning.effect is not row.effect:
        return AS_IT_STANDS
    if row.effect is Effect.AUTH:
        asked = (text_at(request, "properties.requestType") or "").lower()
        return Refinement(effect=Effect.WRITE) if asked in signals.assignments.words else AS_IT_STANDS
    return row.refined(request)


def lane_of(
    operation: str, effect: Effect, arm_id: ArmId | None, found: Refinement, signals: Signals
) -> Lane:
    """Return the lane: of this request, else of this operation, else what the effect says."""
    if found.lane is not None:
        return found.lane
    if effect is Effect.DEPLOY:
        return Lane.APPLICATION
    name = arm_id.name if arm_id else ""
    rows = (
        one for one in signals.lanes if one.cover(operation) and (not one.names or one.names.search(name))
    )
    return next((one.lane for one in rows), Lane.INFRASTRUCTURE)


def has_failed(activity: Activity, signals: Signals) -> bool:
    """Tell whether the call did not do what was asked."""
    is_refused = activity.kind in OWN_LOGS and activity.status.startswith(HTTP_ERROR)
    return is_refused or activity.status in signals.failed.words


def error_of(activity: Activity, contents: Contents) -> str:
    """Return why a failed call failed: the code and the message, as far as the record has them."""
    code = text_at(contents.status, "error.code") or text_at(contents.status, "code") or activity.sub_status
    message = text_at(contents.status, "error.message") or text_at(contents.status, "message")
    said = ": ".join(one.strip() for one in (code, message) if one and one.strip())
    return (said or activity.status)[:MAX_LENGTH]


def effect_of(intended: Effect, is_failed: bool) -> tuple[Effect, Outcome]:
    """Return what the call did. A refused sign-in stays a sign-in."""
    if not is_failed:
        return intended, Outcome.SUCCESS
    return (intended if intended is Effect.AUTH else Effect.FAILED), Outcome.FAILURE


def operation_of(activity: Activity, effect: Effect, signals: Signals) -> Operation | None:
    """Return the long operation that this record tells a part of; `None` where nothing joins its parts.

    Terraform sends one correlation id for all that it applies, so the operation and the
    resource belong to the key. Resource Graph names the same three, and no id of the operation.
    """
    is_long = effect in CHANGING or effect is Effect.AUTH
    if not is_long or activity.kind in OWN_LOGS or not activity.correlation_id or not activity.resource_id:
        return None
    parts = (activity.correlation_id, activity.operation, activity.resource_id.rstrip("/"))
    return Operation(
        key="azure:" + "|".join(parts).lower(),
        phase=_phase(activity, signals),
        id=activity.operation_id.lower() if activity.operation_id else None,
    )


def _phase(activity: Activity, signals: Signals) -> Phase:
    if activity.kind is Kind.CHANGE:
        return Phase.DETAIL
    if activity.status in signals.begun.words:
        return Phase.BEGIN
    return Phase.PROGRESS if activity.status in signals.accepted.words else Phase.END
