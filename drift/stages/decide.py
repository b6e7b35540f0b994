"""What is the disposition and severity of a change, and who must know?

Severity comes from effect, actor, exposure and environment, never from a user agent.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from drift.model.change import Change, Effect
from drift.model.finding import Standing
from drift.model.ticket import Coverage, TicketMatch
from drift.model.verdict import Channel, Decision, Disposition, Lane, Severity

CRITICAL_RISKS = frozenset({"root-user", "blinds-monitoring"})
"""Always critical and always told, whoever did it and whatever ticket covers it."""

EXPOSING_RISKS = frozenset({"open-to-the-world", "public-access", "privilege-escalation", "new-credential"})

PEOPLE = frozenset({Channel.CONSOLE, Channel.MANUAL, Channel.UNKNOWN})


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """A named part of the estate."""

    name: str
    accounts: tuple[re.Pattern[str], ...]
    is_production: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRules:
    """The policy by which a change is judged."""

    environments: tuple[Environment, ...] = ()
    settle_window: timedelta = timedelta(minutes=10)
    """How long a pipeline's write waits for its run to be known. A person's never waits."""
    answer_deadline: timedelta = timedelta(hours=4)
    """How long a person has to name the ticket before the change counts as unticketed."""

    def environment_of(self, account: str | None) -> Environment | None:
        """Return the first environment that claims `account`."""
        return next(
            (
                one
                for one in self.environments
                if any(pattern.fullmatch(account or "") for pattern in one.accounts)
            ),
            None,
        )


def decide(
    change: Change, match: TicketMatch, standing: Standing, rules: DecisionRules, now: datetime
) -> Decision:
    """Return how `change` stands at `now`."""
    disposition, why = _disposition(change, match, rules, now)
    severity, how_bad = _severity(change, disposition, standing, rules)
    environment = rules.environment_of(change.first.event.account)
    return Decision(
        disposition=disposition,
        severity=severity,
        alert=_must_tell(change, disposition, rules, now),
        environment=environment.name if environment else None,
        reasons=(*why, *how_bad),
    )


def _disposition(
    change: Change, match: TicketMatch, rules: DecisionRules, now: datetime
) -> tuple[Disposition, tuple[str, ...]]:
    channel = change.last.classification.channel
    if channel is Channel.SERVICE:
        return Disposition.EXPLAINED, (f"{change.actor.name} acted by itself: no person decided it",)
    match match.coverage:
        case Coverage.APPROVED_BEFORE:
            return Disposition.AUTHORISED, match.reasons
        case Coverage.DECLARED_INCIDENT:
            return Disposition.EMERGENCY, match.reasons
        case Coverage.AFTERWARDS:
            return Disposition.RETROACTIVE, match.reasons
        case Coverage.NOT_ASKED:
            return Disposition.AUTHORISED, ("the configuration trusts this pipeline", *match.reasons)
        case Coverage.NOT_EVALUABLE:
            return Disposition.PENDING, (*match.reasons, "to be judged again")
        case Coverage.NOT_APPROVED | Coverage.NONE if now < _due_at(change, rules):
            return Disposition.PENDING, match.reasons
        case Coverage.NOT_APPROVED | Coverage.NONE:
            return Disposition.UNTICKETED, match.reasons
        case _:
            assert_never(match.coverage)


def answer_due_at(change: Change, rules: DecisionRules) -> datetime:
    """Return when a person must have named the ticket."""
    return change.began_at + rules.answer_deadline


def _due_at(change: Change, rules: DecisionRules) -> datetime:
    if change.last.classification.channel is Channel.PIPELINE:
        return change.ended_at + rules.settle_window
    return answer_due_at(change, rules)


def _severity(
    change: Change, disposition: Disposition, standing: Standing, rules: DecisionRules
) -> tuple[Severity, tuple[str, ...]]:
    risks = {risk.slug: risk.text for write in change.writes for risk in write.event.risks}
    if risks.keys() & CRITICAL_RISKS:
        return Severity.CRITICAL, tuple(risks.values())
    if change.first.classification.lane is Lane.EMERGENCY:
        return Severity.CRITICAL, ("emergency access must be reviewed after every use",)
    if disposition in (Disposition.AUTHORISED, Disposition.EXPLAINED):
        return Severity.LOW, ()
    if all(write.event.effect is Effect.RUNTIME for write in change.writes):
        return Severity.LOW, ("started, stopped or scaled: the configuration was not changed",)
    is_production = _is_production(change, rules)
    exposing = tuple(text for slug, text in risks.items() if slug in EXPOSING_RISKS)
    if standing.is_converged:
        return Severity.MEDIUM, (*exposing, "the live configuration does not differ from the declared one")
    if exposing:
        return (Severity.CRITICAL if is_production else Severity.HIGH), exposing
    worst = max(
        (one.severity for one in standing.findings), key=lambda one: one.rank, default=Severity.MEDIUM
    )
    return (worst if is_production else min(worst, Severity.MEDIUM, key=lambda one: one.rank)), ()


def _is_production(change: Change, rules: DecisionRules) -> bool:
    """An account that no environment claims is taken for production: the safe side."""
    environment = rules.environment_of(change.first.event.account)
    return environment is None or environment.is_production


def _must_tell(change: Change, disposition: Disposition, rules: DecisionRules, now: datetime) -> bool:
    slugs = {risk.slug for write in change.writes for risk in write.event.risks}
    if slugs & CRITICAL_RISKS or change.first.classification.lane is Lane.EMERGENCY:
        return True
    if all(write.event.effect is Effect.RUNTIME for write in change.writes):
        return False
    match disposition:
        case (
            Disposition.AUTHORISED | Disposition.EXPLAINED | Disposition.WAIVED | Disposition.BEFORE_ENROLMENT
        ):
            return False
        case Disposition.EMERGENCY | Disposition.RETROACTIVE | Disposition.UNTICKETED:
            return True
        case Disposition.PENDING:
            # A person's write is told at once; a pipeline's gets its settle window to explain itself.
            is_person = change.last.classification.channel in PEOPLE
            return is_person or now >= change.ended_at + rules.settle_window
        case _:
            assert_never(disposition)
