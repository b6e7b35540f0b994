"""What is the disposition and severity of a change, and who must know?

Severity comes from effect, actor, exposure and environment, never from a user agent.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from msgspec import structs

from drift.model.action import Disowned, Waived, of_kind
from drift.model.approval import EmergencyRules
from drift.model.change import Change
from drift.model.enrolment import ENFORCED, Treatment
from drift.model.environment import Environment
from drift.model.event import ChangeEvent, Effect, Outcome, Risk
from drift.model.finding import Agreement, FindingKind, Standing
from drift.model.planned import Freeze, PlannedWindow
from drift.model.ticket import Coverage, TicketMatch
from drift.model.verdict import ActorKind, Channel, Decision, Disposition, Severity
from drift.own_resources import OwnResource, may_erase

BLINDS = "blinds-monitoring"

CRITICAL_RISKS = frozenset({"root-user", BLINDS})
"""Always critical and always told, whoever did it and whatever ticket covers it."""

EXPOSING_RISKS = frozenset({"open-to-the-world", "public-access", "privilege-escalation", "new-credential"})

PUBLIC = "public-access"
"""What lets anybody in is never less than high, though a pipeline that is trusted did it."""

TAKEN_IN = "taken in as history: nobody was told"
OBSERVED = "observed only: nothing that it belongs to was enrolled when it was made, so nobody is told"

PEOPLE = frozenset({Channel.CONSOLE, Channel.MANUAL, Channel.UNKNOWN})
"""Channels of people; somebody unknown is taken for one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRules:
    """The policy by which a change is judged."""

    environments: tuple[Environment, ...] = ()
    settle_window: timedelta = timedelta(minutes=10)
    """How long a pipeline's write waits for its run to be known. A person's never waits."""
    answer_deadline: timedelta = timedelta(hours=4)
    """How long a person has to name the ticket before the change counts as unticketed."""
    own_resources: tuple[OwnResource, ...] = ()
    """What the watch itself depends on: whoever changes it may blind us."""
    windows: tuple[PlannedWindow, ...] = ()
    """Announced work, of which nobody is woken."""
    freezes: tuple[Freeze, ...] = ()
    """When nothing should be changed."""
    emergency: EmergencyRules = field(default_factory=EmergencyRules)

    def risks_of(self, event: ChangeEvent) -> tuple[Risk, ...]:
        """Return what about `event` makes it matter more: by the cloud's rules, and by the policy's."""
        own = next((one for one in self.own_resources if one.is_named_in(event)), None)
        if own is None:
            return event.risks
        text = f"touches {own.text}, which the watch itself depends on"
        return (Risk(slug=BLINDS, text=text), *event.risks)

    def is_alarming(self, event: ChangeEvent) -> bool:
        """Tell whether even a failed attempt must be told: whoever tries to blind us will try again."""
        return any(risk.slug == BLINDS for risk in self.risks_of(event))

    def with_erasures(self, event: ChangeEvent) -> ChangeEvent:
        """Return what erases data of an own resource as a write: the log is nothing but data."""
        if not self.own_resources or not may_erase(event):
            return event
        if not any(one.is_named_in(event) for one in self.own_resources):
            return event
        effect = Effect.FAILED if event.outcome is Outcome.FAILURE else Effect.WRITE
        return structs.replace(event, effect=effect, intended=Effect.WRITE)

    def environment_of(self, account: str | None) -> Environment | None:
        """Return the first environment that claims `account`; none claims one that is not known."""
        if account is None:
            return None
        return next((one for one in self.environments if one.claims(account)), None)


def decide(
    change: Change,
    match: TicketMatch,
    standing: Standing,
    rules: DecisionRules,
    now: datetime,
    treatment: Treatment = ENFORCED,
) -> Decision:
    """Return how `change` stands at `now`, and whether people are told.

    Where they are only observed, changes of few kinds are told: see `_wakes_anyway`. What was made
    before the watch began is never told, whatever it was.
    """
    disposition, why = _disposition(change, match, rules, now, treatment)
    severity, how_bad = _severity(change, disposition, standing, rules)
    if severity.rank < Severity.HIGH.rank and (public := _made_public(change, rules)):
        severity, how_bad = Severity.HIGH, tuple(dict.fromkeys((*public, *how_bad)))
    environment = rules.environment_of(change.first.event.call.account)
    name = environment.name if environment else None
    if freeze := _freeze(change, disposition, rules, name):
        severity, how_bad = (
            severity.raised,
            (*how_bad, f"the freeze {freeze.name} was in force: {freeze.reason}"),
        )
    must_tell = _must_tell(change, disposition, standing, rules, now) and not treatment.is_before(
        change.ended_at
    )
    window = _window(change, rules, name) if must_tell else None
    must_tell = must_tell and window is None
    is_withheld = must_tell and not (treatment.alerts(change.ended_at) or _wakes_anyway(change, rules))
    return Decision(
        disposition=disposition,
        severity=severity,
        alert=must_tell and not is_withheld,
        environment=name,
        reasons=(*why, *how_bad, *_planned(window), *_why_untold(change, is_withheld=is_withheld)),
        is_withheld=is_withheld,
    )


def _window(change: Change, rules: DecisionRules, environment: str | None) -> PlannedWindow | None:
    """Return the announced work that a change belongs to; what always wakes somebody belongs to none."""
    if _wakes_anyway(change, rules):
        return None
    return next((one for one in rules.windows if one.holds(change, environment)), None)


def _planned(window: PlannedWindow | None) -> tuple[str, ...]:
    if window is None:
        return ()
    who = f"approved by {window.approver}, owner {window.owner}"
    return (f"planned work, so nobody is told: {window.name} ({window.ticket}, {who})",)


def _freeze(
    change: Change, disposition: Disposition, rules: DecisionRules, environment: str | None
) -> Freeze | None:
    if disposition in (Disposition.EXPLAINED, Disposition.BEFORE_ENROLMENT):
        return None
    return next((one for one in rules.freezes if one.holds(change, environment)), None)


def _why_untold(change: Change, *, is_withheld: bool) -> tuple[str, ...]:
    if change.is_history:
        return (TAKEN_IN,)
    return (OBSERVED,) if is_withheld else ()


def _disposition(
    change: Change, match: TicketMatch, rules: DecisionRules, now: datetime, treatment: Treatment
) -> tuple[Disposition, tuple[str, ...]]:
    if change.withdrawn:
        return Disposition.EXPLAINED, (f"withdrawn: {change.withdrawn}",)
    if all(write.event.outcome is Outcome.FAILURE for write in change.writes):
        return Disposition.EXPLAINED, ("an attempt that failed: nothing was changed",)
    if change.channel is Channel.SERVICE:
        return Disposition.EXPLAINED, (_explanation(change),)
    if treatment.is_before(change.ended_at):
        return Disposition.BEFORE_ENROLMENT, (
            f"made before the watch began, at {treatment.watched_since:%Y-%m-%d %H:%M} UTC",
        )
    if waiver := _waiver(change, match, now):
        return Disposition.WAIVED, (waiver, *match.reasons)
    match match.coverage:
        case Coverage.APPROVED_BEFORE:
            return Disposition.AUTHORISED, match.reasons
        case Coverage.DECLARED_INCIDENT:
            return Disposition.EMERGENCY, match.reasons
        case Coverage.DECLARED_EMERGENCY if match.approver or now <= _approval_due_at(change, rules):
            return Disposition.EMERGENCY, match.reasons
        case Coverage.DECLARED_EMERGENCY:
            due = _approval_due_at(change, rules)
            why = f"nobody who may approved the emergency by {due:%Y-%m-%d %H:%M} UTC"
            return Disposition.UNTICKETED, (*match.reasons, why)
        case Coverage.AFTERWARDS:
            return Disposition.RETROACTIVE, match.reasons
        case Coverage.NOT_ASKED:
            return Disposition.AUTHORISED, ("the configuration trusts this pipeline by name", *match.reasons)
        case Coverage.NOT_EVALUABLE:
            return Disposition.PENDING, (*match.reasons, "to be judged again")
        case Coverage.NOT_APPROVED | Coverage.NONE if now < _due_at(change, rules):
            return Disposition.PENDING, match.reasons
        case Coverage.NOT_APPROVED | Coverage.NONE:
            return Disposition.UNTICKETED, match.reasons
        case _:
            assert_never(match.coverage)


def _waiver(change: Change, match: TicketMatch, now: datetime) -> str | None:
    """Say which waiver counts; what was authorised needs none."""
    if match.coverage in (Coverage.APPROVED_BEFORE, Coverage.NOT_ASKED):
        return None
    last = max(of_kind(change.actions, Waived), key=lambda one: one[0].at, default=None)
    if last is None or not last[1].counts(now):
        return None
    action, deed = last
    until = f"{deed.expires_at:%Y-%m-%d %H:%M} UTC"
    return f"waived by {action.by.name} until {until}, owner {deed.owner}: {deed.reason}"


def _approval_due_at(change: Change, rules: DecisionRules) -> datetime:
    return change.began_at + rules.emergency.approve_within


def answer_due_at(change: Change, rules: DecisionRules) -> datetime:
    """Return when a person must have named the ticket."""
    return change.began_at + rules.answer_deadline


def settled_at(change: Change, rules: DecisionRules) -> datetime:
    """Return when what it touched can be compared: what a pipeline applies, its state says at the end."""
    return _settled_at(change, rules) if change.channel is Channel.PIPELINE else change.ended_at


def _due_at(change: Change, rules: DecisionRules) -> datetime:
    if change.channel is Channel.PIPELINE:
        return _settled_at(change, rules)
    return answer_due_at(change, rules)


def _settled_at(change: Change, rules: DecisionRules) -> datetime:
    return change.ended_at + rules.settle_window


def _explanation(change: Change) -> str:
    if change.actor.kind is ActorKind.SERVICE:
        return f"{change.actor.name} acted by itself: no person decided it"
    service = change.last.event.call.acting_service or "a service of the cloud"
    return f"{service} acted for {change.actor.name}: the call that made it do so is judged by itself"


def _severity(
    change: Change, disposition: Disposition, standing: Standing, rules: DecisionRules
) -> tuple[Severity, tuple[str, ...]]:
    if change.withdrawn:
        return Severity.LOW, ()
    risks = _risks(change, rules)
    texts = tuple(risk.text for risk in risks)
    if any(risk.slug in CRITICAL_RISKS for risk in risks):
        return Severity.CRITICAL, texts
    if disowned := next(of_kind(change.actions, Disowned), None):
        by = disowned[0].by.name
        return Severity.CRITICAL, (f"{by} says that it was not theirs: the credentials may be stolen", *texts)
    if change.is_emergency:
        return Severity.CRITICAL, ("emergency access must be reviewed after every use", *texts)
    if disposition in (Disposition.AUTHORISED, Disposition.EXPLAINED):
        return Severity.LOW, ()
    if _is_runtime_only(change):
        return Severity.LOW, ("started, stopped or scaled: the configuration was not changed",)
    if standing.agreement is not None and _leaves_code_right(change, standing, rules):
        return Severity.LOW, (_AGREEMENT[standing.agreement],)
    is_production = _is_production(change, rules)
    exposing = tuple(risk.text for risk in risks if risk.slug in EXPOSING_RISKS)
    if standing.is_converged:
        return Severity.MEDIUM, (*exposing, "the live configuration does not differ from the declared one")
    undeclared = tuple(_UNDECLARED[one.kind] for one in standing.findings if one.kind in _UNDECLARED)
    if exposing:
        return (Severity.CRITICAL if is_production else Severity.HIGH), (*exposing, *undeclared)
    worst = max((one.severity for one in standing.told), key=lambda one: one.rank, default=Severity.MEDIUM)
    return (worst if is_production else min(worst, Severity.MEDIUM, key=lambda one: one.rank)), undeclared


def _made_public(change: Change, rules: DecisionRules) -> tuple[str, ...]:
    """Return what lets anybody in by now; an attempt that failed lets nobody in."""
    took_effect = any(write.event.outcome is Outcome.SUCCESS for write in change.writes)
    if change.withdrawn or not took_effect:
        return ()
    return tuple(risk.text for risk in _risks(change, rules) if risk.slug == PUBLIC)


def _risks(change: Change, rules: DecisionRules) -> tuple[Risk, ...]:
    return tuple(dict.fromkeys(risk for write in change.writes for risk in rules.risks_of(write.event)))


_AGREEMENT = {
    Agreement.DECLARED: "it set what the code declared before",
    Agreement.IGNORED: "the code leaves to others what it set (ignore_changes)",
}

_UNDECLARED = {
    FindingKind.UNMANAGED: "no code declares it",
    FindingKind.MISSING: "it is declared, but does not exist any more",
    FindingKind.UNAPPLIED: "what was applied is not what the code says",
}


def _leaves_code_right(change: Change, standing: Standing, rules: DecisionRules) -> bool:
    """Tell whether nothing departs from the code. What exposes is excused only if the code says the same."""
    if standing.agreement is Agreement.IGNORED:
        return not any(risk.slug in EXPOSING_RISKS for risk in _risks(change, rules))
    return standing.agreement is Agreement.DECLARED


def _is_runtime_only(change: Change) -> bool:
    return all(write.event.effect is Effect.RUNTIME for write in change.writes)


def _is_production(change: Change, rules: DecisionRules) -> bool:
    """An account that no environment claims is taken for production: the safe side."""
    environment = rules.environment_of(change.first.event.call.account)
    return environment is None or environment.is_production


def _wakes_anyway(change: Change, rules: DecisionRules) -> bool:
    """Tell whether a change is of a kind that is always told: tampering, the root user, emergency access.

    So is one that the person disowns under whose identity it is recorded.
    """
    if any(of_kind(change.actions, Disowned)):
        return True
    return change.is_emergency or any(risk.slug in CRITICAL_RISKS for risk in _risks(change, rules))


def _must_tell(
    change: Change, disposition: Disposition, standing: Standing, rules: DecisionRules, now: datetime
) -> bool:
    if change.withdrawn or change.is_history:
        return False
    if _wakes_anyway(change, rules):
        return True
    if _is_runtime_only(change) or _leaves_code_right(change, standing, rules):
        return False
    match disposition:
        case (
            Disposition.AUTHORISED | Disposition.EXPLAINED | Disposition.WAIVED | Disposition.BEFORE_ENROLMENT
        ):
            return False
        case Disposition.EMERGENCY | Disposition.RETROACTIVE | Disposition.UNTICKETED:
            return True
        case Disposition.PENDING:
            # A person's write is told at once; a machine's gets the settle window to explain itself.
            return change.channel in PEOPLE or now >= _settled_at(change, rules)
        case _:
            assert_never(disposition)
