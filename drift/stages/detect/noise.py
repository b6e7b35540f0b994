"""Do many resources of one type differ in the same attribute, though nobody was seen to write to them?

Then the comparison knows too little, or the cloud has changed a default: that is one finding with a
proposed rule, not hundreds. What protects the estate is never taken for noise.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from drift.model.detection import DetectRules, NoiseLimits
from drift.model.finding import AttributeDrift, Comparison, DriftFinding, FindingKind
from drift.model.path import without_indexes
from drift.model.verdict import Severity
from drift.stages.detect.ids import finding_id
from drift.stages.detect.severity import worst_severity

Alike = Mapping[tuple[str, str], Sequence[DriftFinding]]
"""The findings that share an attribute, by type and path."""


def suspect(comparison: Comparison, rules: DetectRules) -> Comparison:
    """Return the comparison with one finding for each kind of noise in place of all that are such noise.

    To be asked once it is known which writes explain the findings: what is explained is no noise.
    """
    if rules.noise is None or not (noise := _noise(comparison, rules.noise, rules)):
        return comparison
    left = [each for one in comparison.findings if (each := _without(noise, one, rules)) is not None]
    suspected = [_suspected(type_, path, those) for (type_, path), those in sorted(noise.items())]
    return replace(comparison, findings=(*left, *suspected))


def _without(noise: Alike, finding: DriftFinding, rules: DetectRules) -> DriftFinding | None:
    """Return what of a finding is no noise, if anything."""
    if not _may_be_noise(finding):
        return finding
    left = tuple(one for one in finding.attributes if _key(finding, one) not in noise)
    if len(left) == len(finding.attributes):
        return finding
    if not left:
        return None
    severity = worst_severity(finding.type, left, finding.account, rules)
    return replace(finding, attributes=left, severity=severity)


def _may_be_noise(finding: DriftFinding) -> bool:
    return finding.kind is FindingKind.DRIFTED and not finding.explained_by


def _noise(comparison: Comparison, limits: NoiseLimits, rules: DetectRules) -> Alike:
    alike: dict[tuple[str, str], list[DriftFinding]] = defaultdict(list)
    for finding in comparison.findings:
        if _may_be_noise(finding):
            for key in {_key(finding, one) for one in finding.attributes}:
                alike[key].append(finding)
    return {
        (type_, path): those
        for (type_, path), those in alike.items()
        if len(those) >= limits.at_least
        and len(those) >= limits.share * comparison.compared_by_type.get(type_, 0)
        and not rules.is_security_relevant(type_, path)
    }


def _key(finding: DriftFinding, drift: AttributeDrift) -> tuple[str, str]:
    return finding.type, without_indexes(drift.path)


def _suspected(type_: str, path: str, those: Sequence[DriftFinding]) -> DriftFinding:
    example = next(one for one in those[0].attributes if without_indexes(one.path) == path)
    addresses = tuple(one.address for one in those if one.address)
    return DriftFinding(
        finding_id=finding_id(FindingKind.SUSPECTED_NOISE, None, None, type_, path),
        kind=FindingKind.SUSPECTED_NOISE,
        address=None,
        type=type_,
        resource_id=None,
        account=None,
        region=None,
        severity=Severity.LOW,
        attributes=(replace(example, path=path),),
        explained_by=(),
        baseline=None,
        stands_for=addresses,
        proposal=_proposal(type_, path, len(those)),
    )


def _proposal(type_: str, path: str, count: int) -> str:
    """Return a rule to paste, which says nothing until somebody has given it a reason and an owner."""
    texts = {
        "name": f"noise in {path} of {type_}",
        "reason": f"{count} of them differ, and nobody wrote to them: say why that is no drift",
        "owner": "",
        "expires": "YYYY-MM-DD",
        "type": type_,
        "attribute": path,
    }
    return "\n".join(["[[ignore]]", *(f"{key} = {json.dumps(text)}" for key, text in texts.items())])
