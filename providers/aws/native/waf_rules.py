"""Rules of firewalls, as Terraform nests them: most lists of AWS are called by one of what they hold.

https://docs.aws.amazon.com/waf/latest/APIReference/API_Rule.html
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from drift.model.resource import Json

_NAMES: Final = {
    "CloudWatchMetricsEnabled": "cloudwatch_metrics_enabled",
    "CustomKeys": "custom_key",
    "ExcludedRules": "excluded_rule",
    "InsertHeaders": "insert_header",
    "ResponseHeaders": "response_header",
    "RuleActionOverrides": "rule_action_override",
    "RuleLabels": "rule_label",
    "Statements": "statement",
    "TextTransformations": "text_transformation",
}
"""What the provider calls otherwise than AWS does."""

_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


_UNORDERED: Final = "text_transformation"
"""What the provider calls a set at any depth: each has a priority of its own."""


def waf_rules(rules: Iterable[Mapping[str, Any]], declared: Json) -> list[dict[str, Json]]:
    """Return the blocks `rule` of a firewall or a group, what has no order in them as it is declared."""
    known = {one.get("name"): one for one in declared or () if isinstance(one, dict)}
    spelled = [_spelled(one) for one in rules]
    return [_ordered_like(one, known.get(one["name"])) for one in spelled]


def waf_blocks(value: Mapping[str, Any] | None) -> list[dict[str, Json]]:
    """Return an object as a nested block; `[]` where there is none."""
    return [] if value is None else [_spelled(value)]


def _spelled(value: Mapping[str, Any]) -> dict[str, Json]:
    return {_NAMES.get(key, _WORDS.sub("_", key).lower()): _inner(inner) for key, inner in value.items()}


def _inner(value: Any) -> Json:
    match value:
        case dict():
            return [_spelled(value)]
        case list():
            return [_spelled(one) if isinstance(one, dict) else one for one in value]
        case bytes():
            return value.decode(errors="replace")
        case _:
            return value


def _ordered_like(value: Any, declared: Any, name: str = "") -> Any:
    """Return a block with what has no order in it in the order of the declared one."""
    if isinstance(value, dict) and isinstance(declared, dict):
        return {key: _ordered_like(inner, declared.get(key), key) for key, inner in value.items()}
    if not isinstance(value, list) or not isinstance(declared, list):
        return value
    if name == _UNORDERED:
        return sorted(value, key=lambda one: declared.index(one) if one in declared else len(declared))
    rest = [None] * (len(value) - len(declared))
    return [_ordered_like(one, other) for one, other in zip(value, [*declared, *rest], strict=False)]
