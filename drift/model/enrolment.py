"""How each part of the estate is treated: only watched, or alerted about too."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from drift.model.change import Change
from drift.model.finding import DriftFinding
from drift.model.verdict import Severity


class Mode(StrEnum):
    """How a scope is treated."""

    OBSERVE = "observe"
    """Everything is judged and recorded; but for what blinds the watch, nobody is woken."""
    ENFORCE = "enforce"
    """People are alerted too."""


class ScopeKind(StrEnum):
    """What a scope is. The first that says something of a change decides, so the narrower come first."""

    STATE = "state"
    """A state by its path or URI, or all states of a baseline by its name."""
    ACCOUNT = "account"
    ENVIRONMENT = "environment"
    EVERYTHING = "everything"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """A part of the estate that can be enrolled."""

    kind: ScopeKind
    name: str = ""
    """The id of the account, for example; nothing needs a name that is everything."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind.value


EVERYTHING = Scope(kind=ScopeKind.EVERYTHING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolled:
    """How somebody wants a scope to be treated."""

    scope: Scope
    mode: Mode
    since: datetime
    by: str
    ledger_seq: int | None
    """The entry that says so; `None` of a store that is older than enrolment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Treatment:
    """How the changes of one part of the estate are treated."""

    mode: Mode = Mode.ENFORCE
    since: datetime | None = None
    """Changes that ended later alert; `None`: all of them do."""
    watched_since: datetime | None = None
    """What ended earlier was made before anybody watched; `None`: nothing was."""

    def is_before(self, ended_at: datetime) -> bool:
        """Tell whether a change was made before the watch began."""
        return self.watched_since is not None and ended_at < self.watched_since

    def alerts(self, ended_at: datetime) -> bool:
        """Tell whether people are to be told of a change that asks something of them."""
        return self.mode is Mode.ENFORCE and (self.since is None or ended_at > self.since)


ENFORCED = Treatment()
"""Alerts from the first record on."""

SEVERITIES_DUE: Mapping[Severity, timedelta] = {
    Severity.CRITICAL: timedelta(days=7),
    Severity.HIGH: timedelta(days=30),
    Severity.MEDIUM: timedelta(days=90),
    Severity.LOW: timedelta(days=180),
}
"""How long a finding of the opening register may stay, where the policy says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EnrolmentRules:
    """What the policy says about the first days."""

    mode: Mode = Mode.ENFORCE
    """How what nobody has enrolled is treated. With `enforce` there are no first days: nothing was before
    the watch, and no finding is pre-existing. A configuration that says nothing says `observe`."""
    owner: str | None = None
    """Who answers for the findings of the opening register that no owner of code is known of."""
    due: Mapping[Severity, timedelta] = field(default_factory=lambda: SEVERITIES_DUE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolment:
    """How every part of the estate is treated now."""

    default: Mode
    scopes: Mapping[Scope, Enrolled]
    watched_since: Mapping[str, datetime]
    """When the first source began to be watched that tells of an account, by its id."""

    @property
    def has_states(self) -> bool:
        """Some of the scopes are states, so that it matters which one declares a resource."""
        return any(scope.kind is ScopeKind.STATE for scope in self.scopes)

    def is_before(self, change: Change) -> bool:
        """Tell whether a change was made before the watch of its account began."""
        return self.treatment(change.first.event.call.account).is_before(change.ended_at)

    def treatment(
        self, account: str | None, environment: str | None = None, states: Collection[str] = ()
    ) -> Treatment:
        """Return how a change is treated: in which account and environment, declared by which states.

        `states` are paths or URIs, and names of baselines. Where one is enforced, the change is.
        """
        since = self.watched_since.get(account or "") if self.default is Mode.OBSERVE else None
        enrolled = self._deciding(account, environment, states)
        if enrolled is None:
            return Treatment(mode=self.default, watched_since=since)
        return Treatment(mode=enrolled.mode, since=enrolled.since, watched_since=since)

    def _deciding(
        self, account: str | None, environment: str | None, states: Collection[str]
    ) -> Enrolled | None:
        names = {
            ScopeKind.STATE: states,
            ScopeKind.ACCOUNT: [account] if account else (),
            ScopeKind.ENVIRONMENT: [environment] if environment else (),
            ScopeKind.EVERYTHING: [""],
        }
        for kind in ScopeKind:
            scopes = (Scope(kind=kind, name=name) for name in names[kind])
            found = [self.scopes[scope] for scope in scopes if scope in self.scopes]
            if found:
                return max(found, key=lambda one: one.mode is Mode.ENFORCE)
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """What stands beside a finding of the opening register."""

    owner: str | None
    due_at: datetime
    last_writer: str | None
    """Who wrote to the resource last, as far as a write is known."""


Owners: TypeAlias = Mapping[str, str]
"""Who owns the code of each state, by its path or URI."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """The baselines that were never compared completely before, and what their register takes down."""

    baselines: frozenset[str] = frozenset()
    rules: EnrolmentRules = field(default_factory=EnrolmentRules)
    is_discovery: bool = False
    """What exists was never listed completely before, or not of one of these baselines."""
    owners: Owners = field(default_factory=dict)
    writers: Mapping[str, str] = field(default_factory=dict)
    """Who wrote last to the resource of a finding, by its id."""

    def holds(self, finding: DriftFinding) -> bool:
        """Tell whether a finding that was never seen before was there before the watch began."""
        if finding.baseline is None:
            return self.is_discovery
        return finding.baseline in self.baselines

    def registered(self, finding: DriftFinding, now: datetime) -> Registered:
        """Return what the register says of a finding."""
        return Registered(
            owner=self.owners.get(finding.state or "") or self.rules.owner,
            due_at=now + self.rules.due[finding.severity],
            last_writer=self.writers.get(finding.finding_id),
        )
