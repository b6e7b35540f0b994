"""How much does a drift matter? The rows of the tables say it, then where the resource stands."""

from collections.abc import Iterator, Sequence

from drift.model.detection import DetectRules, SeverityRow
from drift.model.finding import AttributeDrift
from drift.model.glob import fits
from drift.model.resource import Json
from drift.model.verdict import Severity
from drift.stages.detect.scalars import leaves, scalar_text

LESS = {
    Severity.CRITICAL: Severity.HIGH,
    Severity.HIGH: Severity.MEDIUM,
    Severity.MEDIUM: Severity.LOW,
    Severity.LOW: Severity.LOW,
}
"""Outside production."""


def worst_severity(
    type_: str, drifts: Sequence[AttributeDrift], account: str | None, rules: DetectRules
) -> Severity:
    """Return the severity of the worst of the drifts of one resource."""
    worst = max((_severity(type_, drift, rules) for drift in drifts), key=lambda one: one.rank)
    return placed(worst, account, rules)


def placed(severity: Severity, account: str | None, rules: DetectRules) -> Severity:
    """Return the severity as it is in the environment of `account`."""
    return severity if rules.is_production(account) else LESS[severity]


def _severity(type_: str, drift: AttributeDrift, rules: DetectRules) -> Severity:
    fitting = (
        row.severity
        for row in rules.severities
        if row.is_about(type_, drift.path) and _is_of_values(row, drift)
    )
    return next(fitting, rules.drifted)


def _is_of_values(row: SeverityRow, drift: AttributeDrift) -> bool:
    """Tell whether what was, and what is there now, are what the row speaks of."""
    was, now = set(_texts(drift.declared)), set(_texts(drift.live))
    if row.declared and not any(scalar_text(one) in map(scalar_text, was) for one in row.declared):
        return False
    new = (now - was) or {""}
    return not row.live or any(fits(text, one) for text in new for one in row.live)


def _texts(value: Json) -> Iterator[str]:
    """Yield every scalar inside as Terraform converts it to a string."""
    for leaf in leaves(value):
        if leaf not in (None, ""):
            yield str(leaf).lower() if isinstance(leaf, bool) else str(leaf)
