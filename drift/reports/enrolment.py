"""How every part of the estate is treated, and what its opening register still holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from drift.model.enrolment import EVERYTHING, Enrolment, EnrolmentRules, Mode, Scope, ScopeKind
from drift.model.environment import Environment
from drift.model.finding import FindingStatus
from drift.store.enrolment import accounts_seen, enrolment_now
from drift.store.findings import FindingRow, findings
from drift.store.schema import finding


@dataclass(frozen=True, kw_only=True, slots=True)
class ScopeRow:
    """One part of the estate."""

    scope: Scope
    mode: Mode | None
    """`None` of a state that nobody has enrolled: the accounts of its resources decide."""
    since: datetime | None
    """When somebody said so; `None` where nobody has, of the scope itself or of a wider one."""
    by: str | None
    is_own: bool
    """Somebody said so of this very scope."""
    register_open: int
    """Findings in its opening register that nobody has settled."""


def scope_rows(
    connection: Connection,
    rules: EnrolmentRules,
    environments: Sequence[Environment],
    baselines: Sequence[str],
) -> list[ScopeRow]:
    """Return everything first, then environments, accounts and states, those that nobody has enrolled too."""
    now = enrolment_now(connection, rules)
    register = list(findings(connection, finding.c.status == FindingStatus.PRE_EXISTING))
    known = [
        EVERYTHING,
        *(Scope(kind=ScopeKind.ENVIRONMENT, name=one.name) for one in environments),
        *(Scope(kind=ScopeKind.ACCOUNT, name=one) for one in accounts_seen(connection)),
        *(Scope(kind=ScopeKind.STATE, name=one) for one in baselines),
        *now.scopes,
    ]
    order = (ScopeKind.EVERYTHING, ScopeKind.ENVIRONMENT, ScopeKind.ACCOUNT, ScopeKind.STATE)
    wanted = sorted(dict.fromkeys(known), key=lambda scope: order.index(scope.kind))
    return [_row(scope, now, register, environments) for scope in wanted]


def narrower(now: Enrolment, scope: Scope, mode: Mode) -> Iterator[Scope]:
    """Yield the narrower scopes of which somebody said otherwise: they go on as they are."""
    kinds = list(ScopeKind)
    for other, enrolled in sorted(now.scopes.items(), key=lambda one: str(one[0])):
        if kinds.index(other.kind) < kinds.index(scope.kind) and enrolled.mode is not mode:
            yield other


def _row(
    scope: Scope, now: Enrolment, register: Sequence[FindingRow], environments: Sequence[Environment]
) -> ScopeRow:
    mine = sum(_is_in(row, scope, environments) for row in register)
    if own := now.scopes.get(scope):
        return ScopeRow(
            scope=scope, mode=own.mode, since=own.since, by=own.by, is_own=True, register_open=mine
        )
    if scope.kind is ScopeKind.STATE:
        return ScopeRow(scope=scope, mode=None, since=None, by=None, is_own=False, register_open=mine)
    account = scope.name if scope.kind is ScopeKind.ACCOUNT else None
    environment = scope.name if scope.kind is ScopeKind.ENVIRONMENT else _environment(account, environments)
    treatment = now.treatment(account, environment)
    return ScopeRow(
        scope=scope, mode=treatment.mode, since=treatment.since, by=None, is_own=False, register_open=mine
    )


def _is_in(row: FindingRow, scope: Scope, environments: Sequence[Environment]) -> bool:
    one = row.finding
    match scope.kind:
        case ScopeKind.EVERYTHING:
            return True
        case ScopeKind.STATE:
            return scope.name in (one.state, one.baseline)
        case ScopeKind.ACCOUNT:
            return scope.name == one.account
        case ScopeKind.ENVIRONMENT:
            return scope.name == _environment(one.account, environments)


def _environment(account: str | None, environments: Sequence[Environment]) -> str | None:
    return next((one.name for one in environments if account and one.claims(account)), None)
