"""What is declared and what is there, held against each other.

A drift is judged only after everything was read, because a declared child may explain it.
Until then no more is kept of a resource than what differs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, assert_never

from drift.model.baseline import Declaration, DeclaredResource, UnreadableInstance
from drift.model.detection import DetectRules
from drift.model.finding import AttributeDrift, Comparison, DriftFinding, FindingKind, NotCompared
from drift.model.resource import Absent, Found, LiveReading, LiveResource, NotRead, NotReadReason, Resource
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
from drift.stages.detect.undeclared import undeclared

EventKeys: TypeAlias = Mapping[Resource, Sequence[str]]
"""The keys of the events that wrote to each resource."""


def detect(
    held: Sequence[Held],
    discovered: Iterable[LiveResource],
    writes: EventKeys,
    rules: DetectRules,
    *,
    others: Sequence[Declaration] = (),
) -> Comparison:
    """Compare what is declared with what was read, and find what exists undeclared.

    `others` are declarations beside those in `held`. They are not compared, yet what they declare
    is managed all the same: leaving one out turns its resources into false findings.
    """
    odd: list[Odd] = []
    not_compared: list[NotCompared] = []
    children: dict[int, LiveReading] = {}
    by_type, compared = RulesByType(rules), Counter[str]()
    child_types = {row.child for row in rules.companions}
    for one in held:
        not_compared += (_not_understood(one.declaration, each) for each in one.declaration.unreadable)
        for resource, reading in zip(one.declaration.resources, one.readings, strict=True):
            if rules.same_types.get(resource.type, resource.type) in child_types:
                children[id(resource)] = reading
            compared[resource.type] += isinstance(reading, Found)
            match _held_against(one.declaration, resource, reading, by_type):
                case NotCompared() as reason:
                    not_compared.append(reason)
                case Odd() as it:
                    odd.append(it)
                case None:
                    pass
    estate = [*(one.declaration for one in held), *others]
    expected = Expected(
        children=Children(estate, children, rules), co_managers=CoManagers(estate, rules), rules=rules
    )
    found = [
        *_of_declared(odd, expected, writes, rules),
        *(_unmanaged(live, writes, rules) for live in undeclared(discovered, estate, rules)),
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


def _of_declared(
    odd: Iterable[Odd], expected: Expected, writes: EventKeys, rules: DetectRules
) -> Iterator[DriftFinding]:
    for one in odd:
        account = one.account
        if one.found is None:
            yield _finding(one, FindingKind.MISSING, (), placed(rules.missing, account, rules), writes)
            continue
        if left := tuple(expected.unexpected(one)):
            severity = worst_severity(one.resource.type, left, account, rules)
            finding = _finding(one, FindingKind.DRIFTED, expected.concealed(one, left), severity, writes)
            yield replace(finding, fingerprint=fingerprint(left, rules.fingerprint_key))


def _finding(
    one: Odd, kind: FindingKind, drifts: tuple[AttributeDrift, ...], severity: Severity, writes: EventKeys
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
        explained_by=_events(writes, resource.type, resource.resource_id),
        baseline=one.declaration.name,
        source=resource.source,
    )


def _unmanaged(live: LiveResource, writes: EventKeys, rules: DetectRules) -> DriftFinding:
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
        explained_by=_events(writes, live.type, live.id),
        baseline=None,
    )


def _events(writes: EventKeys, type_: str, resource_id: str | None) -> tuple[str, ...]:
    return tuple(writes.get(Resource(type=type_, id=resource_id), ())) if resource_id else ()


def _not_understood(declaration: Declaration, instance: UnreadableInstance) -> NotCompared:
    return NotCompared(
        baseline=declaration.name,
        address=instance.address,
        type=instance.type,
        resource_id=instance.resource_id,
        reason=NotReadReason.UNREADABLE,
        error=instance.error,
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
