"""What an action is about: a change, or a finding, with whoever made it so."""

from dataclasses import dataclass

from sqlalchemy import Connection

from drift.errors import RefusedError
from drift.model.action import Action
from drift.model.person import People, makers_of
from drift.model.verdict import Disposition, Lane
from drift.store.actions import actions_about
from drift.store.changes import ChangeRow
from drift.store.findings import FindingRow
from drift.store.lookup import change_called, change_ids, changes_with, finding_called, finding_ids


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A change or a finding as it stands when somebody acts."""

    ref: str
    change: ChangeRow | None
    finding: FindingRow | None
    makers: frozenset[str]
    """Who made it, under every name: they cannot approve or waive it."""
    actions: tuple[Action, ...]
    """What was done about it before."""

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"change {self.ref}" if self.change else f"finding {self.ref}"

    @property
    def disposition(self) -> Disposition | None:
        """How the change stands; `None` before it was judged, and of a finding."""
        judgement = self.change.judgement if self.change else None
        return judgement.decision.disposition if judgement else None

    @property
    def is_emergency(self) -> bool:
        """Emergency access was used, or somebody calls it an emergency."""
        is_lane = self.change is not None and self.change.change.lane is Lane.EMERGENCY
        return is_lane or self.disposition is Disposition.EMERGENCY


def subject_called(connection: Connection, ref: str, people: People) -> Subject:
    """Return the change or finding with this id.

    Raises:
        RefusedError: There is none.
    """
    if change_ids(connection, ref, 1) == [ref]:
        row = change_called(connection, ref)
        deployment = row.judgement.match.deployment if row.judgement else None
        makers = makers_of(row.change, deployment, people)
        return Subject(ref=ref, change=row, finding=None, makers=makers, actions=row.change.actions)
    if finding_ids(connection, ref, 1) == [ref]:
        found = finding_called(connection, ref)
        made_by = changes_with(connection, _events_of(found))
        makers = frozenset(name for row in made_by for name in makers_of(row.change, None, people))
        actions = actions_about(connection, [ref]).get(ref, ())
        return Subject(ref=ref, change=None, finding=found, makers=makers, actions=actions)
    raise RefusedError(
        f'there is no change or finding "{ref}"',
        hint="`drift changes` and `drift findings --all` list them",
    )


def _events_of(row: FindingRow) -> list[str]:
    attributes = (key for one in row.finding.attributes for key in one.explained_by)
    return sorted({*row.finding.explained_by, *attributes})
