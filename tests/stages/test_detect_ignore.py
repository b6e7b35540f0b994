"""What the configuration ignores."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drift.model.detection import SeverityRow
from drift.model.finding import Comparison
from drift.model.ignore import IgnoreRule
from drift.model.verdict import Severity
from drift.stages.detect import detect
from tests.stages.detect_builders import RULES, a_declared, a_live, held

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)


def a_rule(name: str = "mine", **but: Any) -> IgnoreRule:
    facts: dict[str, Any] = {
        "name": name,
        "reason": "an agent writes it",
        "owner": "ops@example.com",
        "expires_at": NOW + timedelta(days=1),
    }
    return IgnoreRule(**(facts | but))


def compared(*ignores: IgnoreRule) -> Comparison:
    """Compare one queue that differs in three attributes, one that is missing, and one that is unmanaged."""
    declared = {"size": 1, "tags": {"scan": "a", "Name": "x"}}
    live = {"size": 2, "tags": {"scan": "b", "Name": "y"}}
    rules = replace(
        RULES,
        ignores=ignores,
        severities=(SeverityRow(types=("*",), attributes=("size",), severity=Severity.HIGH),),
    )
    gone = a_declared(resource_id="gone", address="aws_sqs_queue.gone"), None
    pairs = held((a_declared(declared), a_live(live)), gone)
    return detect([pairs], [a_live(id="by-hand")], rules.as_of(NOW))


def left(comparison: Comparison) -> list[str]:
    return [
        each
        for one in comparison.findings
        for each in ([drift.path for drift in one.attributes] or [str(one.kind)])
    ]


EVERYTHING = ["size", "tags.Name", "tags.scan", "missing", "unmanaged"]


@pytest.mark.parametrize(
    ("rule", "hidden"),
    [
        ({"attribute": "tags"}, ["tags.Name", "tags.scan"]),
        ({"attribute": "tags.scan"}, ["tags.scan"]),
        ({"attribute": "tags.s*"}, ["tags.scan"]),
        ({"attribute": "tag"}, []),
        ({"attribute": "size", "type": "aws_sns_*"}, []),
        ({"attribute": "size", "type": "aws_s?s_*"}, ["size"]),
        ({"address": "aws_sqs_queue.orders"}, ["size", "tags.Name", "tags.scan"]),
        ({"address": "*gone"}, ["missing"]),
        ({"resource_id": "by-*"}, ["unmanaged"]),
        ({"type": "aws_sqs_queue", "account": "111122223333"}, EVERYTHING),
        ({"type": "aws_sqs_queue", "account": "4444*"}, []),
    ],
)
def test_what_fits_in_everything_that_a_rule_names_is_hidden(rule: dict[str, str], hidden: list[str]) -> None:
    assert left(compared(a_rule(**rule))) == [one for one in EVERYTHING if one not in hidden]


def test_an_expired_rule_hides_nothing() -> None:
    assert left(compared(a_rule(type="*sqs*", expires_at=NOW))) == EVERYTHING


def test_what_is_hidden_is_counted_and_whole_findings_are_named() -> None:
    everything = compared()
    (drifted, missing, _) = everything.findings

    ignored = compared(
        a_rule("tags", attribute="tags.*"), a_rule("gone", address="*.gone"), a_rule("idle", type="x")
    )

    assert [(one.rule.name, one.count, set(one.finding_ids)) for one in ignored.ignored] == [
        ("tags", 2, set()),
        ("gone", 1, {missing.finding_id}),
    ]
    assert drifted.finding_id in {one.finding_id for one in ignored.findings}


def test_what_is_left_gives_the_severity() -> None:
    (first, *_) = compared(a_rule(attribute="size")).findings

    assert first.severity is Severity.MEDIUM


def test_a_finding_of_which_nothing_is_left_is_hidden_whole() -> None:
    comparison = compared(a_rule("size", attribute="size"), a_rule("tags", attribute="tags"))

    assert left(comparison) == ["missing", "unmanaged"]
    assert [len(one.finding_ids) for one in comparison.ignored] == [0, 1]
