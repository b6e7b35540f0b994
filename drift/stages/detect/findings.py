"""What is declared and what is there, held against each other.

A drift is judged only after everything was read, because a declared child may explain it.
Until then no more is kept of a resource than what differs.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import assert_never

from drift.model.baseline import Declaration, DeclaredResource, UnreadableInstance
from drift.model.detection import DetectRules
from drift.model.finding import AttributeDrift, Comparison, DriftFinding, FindingKind, NotCompared
from drift.model.resource import Absent, Found, LiveReading, LiveResource, NotRead, NotReadReason
from drift.model.survey import Held
from drift.model.verdict import Severity
from drift.stages.detect.companions import Children
from drift.stages.detect.differences import concealed, differences
from drift.stages.detect.undeclared import undeclared


def detect(
    held: Sequence[Held],
    discovered: Iterable[LiveResource],
    rules: DetectRules,
    *,
    others: Sequence[Declaration] = (),
) -> Comparison:
    """Compare what is declared with what was read, and find what exists undeclared.

    `others` are declarations beside those in `held`. They are not compared, yet what they declare
    is managed all the same: leaving one out turns its resources into false findings.
    """
    odd: list[_Odd] = []
    not_compared: list[NotCompared] = []
    children: dict[int, LiveReading] = {}
    child_types = {row.child for row in rules.companions}
    for one in held:
        not_compared += (_not_understood(one.declaration, each) for each in one.declaration.unreadable)
        for resource, reading in zip(one.declaration.resources, one.readings, strict=True):
            if resource.type in child_types:
                children[id(resource)] = reading
            match _held_against(one.declaration, resource, reading, rules):
                case NotCompared() as reason:
                    not_compared.append(reason)
                case _Odd() as it:
                    odd.append(it)
                case None:
                    pass
    estate = [*(one.declaration for one in held), *others]
    findings = [
        *_of_declared(odd, Children(estate, children, rules), rules),
        *(_unmanaged(live, rules) for live in undeclared(discovered, estate, rules)),
    ]
    declared = sum(len(one.declaration.resources) + len(one.declaration.unreadable) for one in held)
    return Comparison(
        findings=tuple(_with_unique_ids(findings)),
        not_compared=tuple(not_compared),
        declared=declared,
        compared=declared - len(not_compared),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Odd:
    """A declared resource that is not as declared; `live` is `None` where it does not exist."""

    declaration: Declaration
    resource: DeclaredResource
    live: LiveResource | None
    drifts: tuple[AttributeDrift, ...] = ()


def _held_against(
    declaration: Declaration, resource: DeclaredResource, reading: LiveReading, rules: DetectRules
) -> _Odd | NotCompared | None:
    match reading:
        case Absent():
            return _Odd(declaration=declaration, resource=resource, live=None)
        case NotRead():
            return _not_compared(declaration, resource, reading.reason, reading.error)
        case Found(resource=live):
            try:
                drifts = differences(resource, live, rules)
            except RecursionError:
                return _not_compared(
                    declaration, resource, NotReadReason.UNREADABLE, "its attributes are nested too deeply"
                )
            if not drifts:
                return None
            return _Odd(declaration=declaration, resource=resource, live=live, drifts=drifts)
        case _:
            assert_never(reading)


def _of_declared(odd: Iterable[_Odd], children: Children, rules: DetectRules) -> Iterator[DriftFinding]:
    for one in odd:
        if one.live is None:
            yield _finding(one, FindingKind.MISSING, (), rules.missing)
            continue
        left = [children.unexplained(one.resource, drift) for drift in one.drifts]
        drifts = tuple(concealed(drift, one.resource.sensitive) for drift in left if drift is not None)
        if drifts:
            severities = (_severity(one.resource.type, drift.path, rules) for drift in drifts)
            worst = max(severities, key=lambda severity: severity.rank)
            yield _finding(one, FindingKind.DRIFTED, drifts, worst)


def _finding(
    one: _Odd, kind: FindingKind, drifts: tuple[AttributeDrift, ...], severity: Severity
) -> DriftFinding:
    resource = one.resource
    account = resource.account or (one.live.account if one.live else None)
    region = resource.region or (one.live.region if one.live else None)
    return DriftFinding(
        finding_id=_id(kind, account, region, resource.type, resource.resource_id or resource.address),
        kind=kind,
        address=resource.address,
        type=resource.type,
        resource_id=resource.resource_id,
        account=account,
        region=region,
        severity=severity,
        attributes=drifts,
        explained_by=(),
        baseline=one.declaration.name,
        source=resource.source,
        state=one.declaration.origin,
    )


def _unmanaged(live: LiveResource, rules: DetectRules) -> DriftFinding:
    return DriftFinding(
        finding_id=_id(FindingKind.UNMANAGED, live.account, live.region, live.type, live.id),
        kind=FindingKind.UNMANAGED,
        address=None,
        type=live.type,
        resource_id=live.id,
        account=live.account,
        region=live.region,
        severity=rules.unmanaged,
        attributes=(),
        explained_by=(),
        baseline=None,
    )


def _severity(type_: str, path: str, rules: DetectRules) -> Severity:
    fitting = (
        row.severity
        for row in rules.severities
        if fnmatchcase(type_, row.type) and fnmatchcase(path, row.attribute)
    )
    return next(fitting, rules.drifted)


def _not_understood(declaration: Declaration, instance: UnreadableInstance) -> NotCompared:
    return NotCompared(
        baseline=declaration.name,
        address=instance.address,
        type=instance.type,
        resource_id=instance.resource_id,
        reason=NotReadReason.UNREADABLE,
        error=instance.error,
        state=declaration.origin,
    )


def _not_compared(
    declaration: Declaration, resource: DeclaredResource, reason: NotReadReason, error: str
) -> NotCompared:
    return NotCompared(
        baseline=declaration.name,
        address=resource.address,
        type=resource.type,
        resource_id=resource.resource_id,
        reason=reason,
        error=error,
        state=declaration.origin,
    )


def _id(*facts: str | None) -> str:
    """Return the same id for the same facts in every run."""
    return hashlib.sha256("\x1f".join(fact or "" for fact in facts).encode()).hexdigest()[:16]


def _with_unique_ids(findings: Iterable[DriftFinding]) -> Iterator[DriftFinding]:
    """Tell findings on one resource apart that several states, or addresses, declare."""
    seen: set[str] = set()
    for finding in findings:
        unique = finding
        if finding.finding_id in seen:
            unique = replace(finding, finding_id=_id(finding.finding_id, finding.baseline, finding.address))
        seen.add(unique.finding_id)
        yield unique
