"""Which findings somebody wants to see, as it stands in a URL."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from drift.model.finding import OPEN, FindingKind, FindingStatus
from drift.model.verdict import Severity
from drift.reports.browse.filters import NotUnderstood, Words, pairs_of, parse_filter, query_of
from drift.reports.browse.search import Columns, Condition, Listing
from drift.reports.population import Period
from drift.store.schema import finding

WORDS: Words = {"status": FindingStatus, "kind": FindingKind, "severity": Severity}

FINDINGS = Listing(at=finding.c.first_seen_at, id=finding.c.finding_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingFilter:
    """What findings must be; nothing that is not given. The order is that of the query string."""

    status: frozenset[FindingStatus] = frozenset()
    kind: frozenset[FindingKind] = frozenset()
    severity: frozenset[Severity] = frozenset()
    account: str | None = None
    type: str | None = None
    baseline: str | None = None
    """By name."""
    owner: str | None = None
    """Who answers for it in the opening register."""
    open: bool = False
    """No later comparison has resolved it."""
    overdue: bool = False
    """It stands in the opening register, and should have been settled."""

    def query(self) -> str:
        """Return the filter as a query string, always the same for the same filter."""
        return query_of(self, WORDS)

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Yield the keys and values of the query string, in its order."""
        return pairs_of(self, WORDS)


def parse_finding_filter(pairs: Iterable[tuple[str, str]]) -> FindingFilter | tuple[NotUnderstood, ...]:
    """Return what the keys and values of a query string ask for, or all that is wrong with them."""
    return parse_filter(FindingFilter, WORDS, pairs)


def findings_between(within: Period) -> list[ColumnElement[bool]]:
    """Return when findings must have been seen first."""
    return [FINDINGS.at < within.until] if within.until else []


def finding_conditions(wanted: FindingFilter, within: Period, now: datetime) -> Iterator[Condition]:
    """Yield what is asked of the rows of findings."""
    if wanted.account:
        yield _is("account", wanted.account, is_ordered=True)
    if wanted.type:
        yield _is("type", wanted.type, is_ordered=True)
    if wanted.overdue:
        yield _is("status", FindingStatus.PRE_EXISTING.value, is_ordered=True)
    status = wanted.status & OPEN if wanted.open and wanted.status else wanted.status or OPEN
    if wanted.open or wanted.status:
        yield _is_in("status", status, is_indexed=True)
    if wanted.kind:
        yield _is_in("kind", wanted.kind)
    if wanted.severity:
        yield _is_in("severity", wanted.severity)
    if wanted.baseline:
        yield _is("baseline", wanted.baseline)
    if wanted.owner:
        yield _is("owner", wanted.owner)
    if wanted.overdue:
        yield Condition(columns=("due_at",), test=lambda one: one["due_at"] < now, is_indexed=False)
    if within.since:
        yield touches(within)


def _is(column: str, value: str, *, is_ordered: bool = False) -> Condition:
    return Condition(
        columns=(column,),
        test=lambda one: one[column] == value,
        is_ordered=is_ordered,
        is_indexed=is_ordered,
    )


def _is_in(column: str, values: Iterable[str], *, is_indexed: bool = False) -> Condition:
    wanted = sorted(values)
    return Condition(columns=(column,), test=lambda one: one[column].in_(wanted), is_indexed=is_indexed)


def touches(within: Period) -> Condition:
    """Return that a finding was seen first, or resolved, in a period. That it ends before is asked apart."""

    def test(one: Columns) -> ColumnElement[bool]:
        until = [one["resolved_at"] < within.until] if within.until else []
        resolved = and_(one["resolved_at"] >= within.since, *until)
        return or_(one["first_seen_at"] >= within.since, resolved)

    return Condition(columns=("first_seen_at", "resolved_at"), test=test, is_indexed=False)
