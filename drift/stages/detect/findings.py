"""What is declared and what is there, held against each other.

A drift is judged only after everything was read, because a declared child may explain it.
Until then no more is kept of a resource than what differs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from drift.model.baseline import Declaration, DeclaredResource, UnreadableInstance
from drift.model.detection import DetectRules
from drift.model.finding import AttributeDrift, Comparison, DriftFinding, FindingKind, NotCompared
from drift.model.resource import Absent, Found, LiveReading, LiveResource, NotRead, NotReadReason
from drift.model.survey import Held
from drift.model.verdict import Severity
from drift.stages.detect.co_managed import CoManagers
from drift.stages.detect.companions import Children
from drift.stages.detect.differences import differences
from drift.stages.detect.fingerprint import fingerprint
from drift.stages.detect.ids import finding_id
from drift.stages.detect.ignore import Ignoring
from drift.stages.detect.odd import Expected, Odd
from drift.stages.detect.severity import placed, worst_severity
from drift.stages.detect.type_rules import RulesByType
from drift.stages.detect.unapplied import unapplied
from drift.stages.detect.undeclared import held_against_states


def detect(
    held: Sequence[Held],
    discovered: Sequence[LiveResource],
    rules: DetectRules,
    *,
    others: Sequence[Declaration] = (),
    beside: Sequence[Held] = (),
) -> Comparison:
    """Compare what is declared with what was read, and find what exists undeclared.

    `others` are declarations beside those in `held`. They are not compared, yet what they declare
    is managed all the same: leaving one out turns its resources into false findings. What was read
    `beside` belongs to them, and explains what is compared.
    """
    odd: list[Odd] = []
    not_compared: list[NotCompared] = []
    children: dict[int, LiveReading] = {}
    by_type, compared = RulesByType(rules), Counter[str]()
    child_types = {row.child for row in rules.companions}
    for one in held:
        not_compared += (_not_understood(one.declaration, each) for each in one.declaration.unreadable)
        for resource, reading in zip(one.declaration.resources, one.readings, strict=True):
            compared[resource.type] += isinstance(reading, Found)
            match _held_against(one.declaration, resource, reading, by_type):
                case NotCompared() as reason:
                    not_compared.append(reason)
                case Odd() as it:
                    odd.append(it)
                case None:
                    pass
    for one in (*held, *beside):
        for resource, reading in zip(one.declaration.resources, one.readings, strict=True):
            if rules.same_types.get(resource.type, resource.type) in child_types:
                children[id(resource)] = reading
    estate = [*(one.declaration for one in held), *others]
    expected = Expected(
        children=Children(estate, children, rules), co_managers=CoManagers(estate, rules), rules=rules
    )
    existing = held_against_states(discovered, estate, rules)
    found = [
        *_of_declared(odd, expected, rules),
        *_of_declared(_unapplied(held, by_type), expected, rules),
        *(_unmanaged(live, rules) for live in existing.undeclared),
    ]
    ignoring = Ignoring(rules)
    declared = sum(len(one.declaration.resources) + len(one.declaration.unreadable) for one in held)
    return Comparison(
        findings=tuple(ignoring.left_of(_with_unique_ids(found))),
        not_compared=tuple(not_compared),
        declared=declared,
        compared=declared - len(not_compared),
        ignored=ignoring.hidden,
        compared_by_type=compared,
        coverage=existing.coverage,
    )


def _held_against(
    declaration: Declaration, resource: DeclaredResource, reading: LiveReading, rules: RulesByType
) -> Odd | NotCompared | None:
    match reading:
        case Absent():
            return Odd(declaration=declaration, resource=resource, found=None)
        case NotRead():
            return _not_compared(declaration, resource, reading.reason, reading.error)
        case Found():
            try:
                drifts = differences(resource, reading, rules.of(resource.type))
            except RecursionError:
                return _not_compared(
                    declaration, resource, NotReadReason.UNREADABLE, "its attributes are nested too deeply"
                )
            if not drifts:
                return None
            return Odd(declaration=declaration, resource=resource, found=reading, drifts=drifts)
        case _:
            assert_never(reading)


def _unapplied(held: Sequence[Held], rules: RulesByType) -> Iterator[Odd]:
    """Yield the resources of which the state has other values than the code."""
    for one in held:
        for resource, reading in zip(one.declaration.resources, one.readings, strict=True):
            if isinstance(reading, Absent) or not resource.coded:
                continue
            found = reading if isinstance(reading, Found) else None
            if drifts := unapplied(resource, found, rules.of(resource.type)):
                yield Odd(
                    declaration=one.declaration,
                    resource=resource,
                    found=found,
                    drifts=drifts,
                    kind=FindingKind.UNAPPLIED,
                )


def _of_declared(odd: Iterable[Odd], expected: Expected, rules: DetectRules) -> Iterator[DriftFinding]:
    for one in odd:
        account = one.account
        if one.found is None and not one.drifts:
            yield _finding(one, FindingKind.MISSING, (), placed(rules.missing, account, rules))
            continue
        if left := tuple(expected.unexpected(one)):
            severity = worst_severity(one.resource.type, left, account, rules)
            finding = _finding(one, one.kind, expected.concealed(one, left), severity)
            yield replace(finding, fingerprint=fingerprint(left, rules.fingerprint_key))


def _finding(
    one: Odd, kind: FindingKind, drifts: tuple[AttributeDrift, ...], severity: Severity
) -> DriftFinding:
    resource, account = one.resource, one.account
    region = resource.region or (one.live.region if one.live else None)
    return DriftFinding(
        finding_id=finding_id(kind, account, region, resource.type, resource.resource_id or resource.address),
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
        finding_id=finding_id(FindingKind.UNMANAGED, live.account, live.region, live.type, live.id),
        kind=FindingKind.UNMANAGED,
        address=None,
        type=live.type,
        resource_id=live.id,
        account=live.account,
        region=live.region,
        severity=placed(rules.unmanaged, live.account, rules),
        attributes=(),
        explained_by=(),
        baseline=None,
    )


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


def _with_unique_ids(findings: Iterable[DriftFinding]) -> Iterator[DriftFinding]:
    """Tell findings on one resource apart that several states, or addresses, declare."""
    seen: set[str] = set()
    for finding in findings:
        unique = finding
        if finding.finding_id in seen:
            unique = replace(
                finding, finding_id=finding_id(finding.finding_id, finding.baseline, finding.address)
            )
        seen.add(unique.finding_id)
        yield unique
