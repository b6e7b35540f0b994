"""How does a change stand to the code? Reads where its resource is declared, and what was found on it."""

from dataclasses import replace

from sqlalchemy import Connection

from drift.model.attribution import AttributionRules
from drift.model.change import Change
from drift.model.finding import Agreement, Standing
from drift.model.survey import ByPlace
from drift.stages.explain.agree import agreement
from drift.store.addresses import DeclaredRow, declared_as
from drift.store.changes import last_judgement
from drift.store.findings import standing_of


def stand(connection: Connection, change: Change, declared: ByPlace, rules: AttributionRules) -> Standing:
    """Return how a change stands. That it left the code right, it did once and for all."""
    call = change.first.event.call
    rows = declared_as(connection, change.resource, call.account, call.region)
    standing = standing_of(connection, change, rows)
    before = last_judgement(connection, change)
    if before is not None and before.standing.agreement is not None:
        return replace(standing, agreement=before.standing.agreement)
    verdicts = {_agreement(change, standing, row, declared, rules) for row in rows}
    return replace(standing, agreement=verdicts.pop() if len(verdicts) == 1 else None)


def _agreement(
    change: Change, standing: Standing, row: DeclaredRow, declared: ByPlace, rules: AttributionRules
) -> Agreement | None:
    resource = declared.get((row.state, row.address))
    return None if resource is None else agreement(change, standing, resource, row.declared_since, rules)
