"""Many resources that differ alike, though nobody was seen to write to them."""

import tomllib
from dataclasses import replace
from typing import Any

from drift.model.detection import DetectRules, NoiseLimits, SeverityRow
from drift.model.finding import DriftFinding, FindingKind
from drift.model.verdict import Severity
from drift.stages.detect import detect, suspect
from tests.builders import a_write
from tests.stages.detect_builders import RULES, a_declared, a_live, held

LIMITED = replace(
    RULES,
    noise=NoiseLimits(at_least=3, share=0.8),
    severities=(
        SeverityRow(types=("*",), attributes=("policy",), severity=Severity.HIGH, is_security_relevant=True),
    ),
)


def queues(
    drifts: list[dict[str, Any]], *, rules: DetectRules = LIMITED, written: tuple[int, ...] = ()
) -> list[DriftFinding]:
    """Compare so many queues, each of which has these values instead of the declared ones."""
    declared = {"delay": 0, "size": 1, "policy": "a", "disk": [{"iops": 1}]}
    pairs = [
        (
            a_declared(declared, resource_id=f"q-{number}", address=f"aws_sqs_queue.q[{number}]"),
            a_live({**declared, **drift}, id=f"q-{number}"),
        )
        for number, drift in enumerate(drifts)
    ]
    comparison = detect([held(*pairs)], (), rules)
    writes = {
        one.finding_id: (a_write(),)
        for one in comparison.findings
        if one.resource_id in {f"q-{number}" for number in written}
    }
    return list(suspect(comparison, rules, writes).findings)


def test_what_nearly_all_of_a_type_share_is_one_finding() -> None:
    (finding,) = queues([{"delay": 5}] * 4 + [{}])

    assert (finding.kind, finding.type, finding.severity) == (
        FindingKind.SUSPECTED_NOISE,
        "aws_sqs_queue",
        Severity.LOW,
    )
    assert [(one.path, one.declared, one.live) for one in finding.attributes] == [("delay", 0, 5)]
    assert finding.stands_for == tuple(f"aws_sqs_queue.q[{number}]" for number in range(4))


def test_the_proposal_is_a_rule_for_the_configuration_but_for_a_reason_and_an_owner() -> None:
    (finding,) = queues([{"disk": [{"iops": 2}]}] * 3)

    (rule,) = tomllib.loads(finding.proposal or "")["ignore"]

    assert (rule["type"], rule["attribute"], rule["owner"]) == ("aws_sqs_queue", "disk[].iops", "")


def test_what_differs_besides_stays_a_finding_of_its_own() -> None:
    first, noise = queues([{"delay": 5, "size": 2}, {"delay": 5}, {"delay": 7}])

    assert (first.address, [one.path for one in first.attributes]) == ("aws_sqs_queue.q[0]", ["size"])
    assert noise.kind is FindingKind.SUSPECTED_NOISE


def test_too_few_or_too_small_a_part_is_no_noise() -> None:
    assert len(queues([{"delay": 5}] * 2)) == 2
    assert len(queues([{"delay": 5}] * 3 + [{}])) == 3


def test_what_is_relevant_to_security_is_never_noise() -> None:
    assert len(queues([{"policy": "b"}] * 5)) == 5


def test_what_somebody_wrote_to_is_told_by_itself() -> None:
    findings = queues([{"delay": 5}] * 5, written=(0,))

    assert [one.kind for one in findings] == [FindingKind.DRIFTED, FindingKind.SUSPECTED_NOISE]
    assert (findings[0].resource_id, len(findings[1].stands_for)) == ("q-0", 4)


def test_without_limits_nothing_is_noise() -> None:
    assert len(queues([{"delay": 5}] * 5, rules=RULES)) == 5


def test_the_same_noise_is_the_same_finding_whoever_shares_it() -> None:
    (one,), (other,) = queues([{"delay": 5}] * 3), queues([{"delay": 6}] * 4)

    assert one.finding_id == other.finding_id
