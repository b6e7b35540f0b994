"""Declared and live resources: each builder states only what matters."""

from collections.abc import Sequence
from typing import Any

from drift.model.baseline import Declaration, DeclaredResource
from drift.model.detection import DetectRules
from drift.model.finding import AttributeDrift, Comparison
from drift.model.resource import Absent, Found, LiveReading, LiveResource, TypeSchema
from drift.model.survey import Held
from drift.stages.detect import detect

RULES = DetectRules(skipped=frozenset({"id", "timeouts"}), mirrors={"tags_all": "tags"})


def a_declared(attributes: dict[str, Any] | None = None, **but: Any) -> DeclaredResource:
    facts: dict[str, Any] = {
        "address": "aws_sqs_queue.orders",
        "type": "aws_sqs_queue",
        "resource_id": "queue-1",
        "provider": "hashicorp/aws",
        "account": "111122223333",
        "region": "eu-west-1",
        "attributes": attributes or {},
    }
    return DeclaredResource(**(facts | but))


def a_live(attributes: dict[str, Any] | None = None, **but: Any) -> LiveResource:
    facts: dict[str, Any] = {
        "type": "aws_sqs_queue",
        "id": "queue-1",
        "account": "111122223333",
        "region": "eu-west-1",
        "attributes": attributes or {},
    }
    return LiveResource(**(facts | but))


def a_schema(*sets: str, computed: Sequence[str] = ("arn",)) -> TypeSchema:
    return TypeSchema(sets=frozenset(sets), computed=frozenset(computed))


def a_declaration(*resources: DeclaredResource, **but: Any) -> Declaration:
    facts: dict[str, Any] = {
        "name": "production",
        "origin": "terraform.tfstate",
        "lineage": None,
        "serial": 1,
        "sha256": "",
        "resources": resources,
    }
    return Declaration(**(facts | but))


def compared(
    *pairs: tuple[DeclaredResource, LiveResource | LiveReading | None], rules: DetectRules = RULES
) -> Comparison:
    """Compare each declared resource with what was read of it; `None` stands for absent."""
    return detect([held(*pairs)], (), rules)


def held(*pairs: tuple[DeclaredResource, LiveResource | LiveReading | None]) -> Held:
    return Held(
        declaration=a_declaration(*(declared for declared, _ in pairs)),
        readings=[_reading(declared.address, live) for declared, live in pairs],
    )


def drifts(
    declared: dict[str, Any],
    live: dict[str, Any],
    *,
    schema: TypeSchema | None = None,
    rules: DetectRules = RULES,
    **but: Any,
) -> tuple[AttributeDrift, ...]:
    """Return how two versions of the same resource differ."""
    one = a_live(live, schema=schema or a_schema())
    comparison = compared((a_declared(declared, **but), one), rules=rules)
    return comparison.findings[0].attributes if comparison.findings else ()


def _reading(address: str, live: LiveResource | LiveReading | None) -> LiveReading:
    if live is None:
        return Absent(address=address)
    return Found(address=address, resource=live) if isinstance(live, LiveResource) else live
