"""Which findings, and which attributes of them, does the configuration ignore?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from drift.model.detection import DetectRules
from drift.model.finding import AttributeDrift, DriftFinding
from drift.model.glob import compiled, fits
from drift.model.ignore import Ignored, IgnoreRule
from drift.model.path import is_within, without_indexes
from drift.stages.detect.severity import worst_severity


class Ignoring:
    """Takes away what the rules hide, and counts it."""

    def __init__(self, rules: DetectRules) -> None:
        self._tables = rules
        self._rules = rules.ignores
        self._hidden: Counter[str] = Counter()
        self._gone: dict[str, set[str]] = defaultdict(set)

    @property
    def hidden(self) -> tuple[Ignored, ...]:
        """How much each rule hid so far; none that hid nothing."""
        return tuple(
            Ignored(rule=rule, count=self._hidden[rule.name], finding_ids=frozenset(self._gone[rule.name]))
            for rule in self._rules
            if self._hidden[rule.name]
        )

    def left_of(self, findings: Iterable[DriftFinding]) -> Iterator[DriftFinding]:
        """Yield the findings that no rule hides whole, without the attributes that one hides."""
        for finding in findings:
            rules = [rule for rule in self._rules if _is_about(rule, finding)]
            if whole := next((rule for rule in rules if rule.attribute is None), None):
                self._hidden[whole.name] += 1
                self._gone[whole.name].add(finding.finding_id)
                continue
            hiding = [self._hiding(rules, one) for one in finding.attributes]
            left = tuple(one for one, rule in zip(finding.attributes, hiding, strict=True) if rule is None)
            if len(left) == len(finding.attributes):
                yield finding
            elif left:
                severity = worst_severity(finding.type, left, finding.account, self._tables)
                yield replace(finding, attributes=left, severity=severity)
            elif last := hiding[-1]:
                self._gone[last.name].add(finding.finding_id)

    def _hiding(self, rules: Iterable[IgnoreRule], drift: AttributeDrift) -> IgnoreRule | None:
        rule = next((one for one in rules if one.attribute and _covers(one.attribute, drift.path)), None)
        if rule is not None:
            self._hidden[rule.name] += 1
        return rule


def _is_about(rule: IgnoreRule, finding: DriftFinding) -> bool:
    wanted = (
        (rule.address, finding.address),
        (rule.type, finding.type),
        (rule.resource_id, finding.resource_id),
        (rule.account, finding.account),
    )
    return all(glob is None or (text is not None and fits(text, glob)) for glob, text in wanted)


def _covers(attribute: str, path: str) -> bool:
    """Tell whether the glob fits the path, or what the path lies in; `[]` in it fits every index."""
    for text in {path, without_indexes(path)}:
        found = compiled(attribute).match(text)
        if fits(text, attribute) or (found and is_within(text, found[0])):
            return True
    return False
