"""Of one address: how what is there differs from the code, attribute by attribute, and who made it so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from drift.model.change import Change, Write
from drift.model.finding import AttributeDrift, FindingKind
from drift.model.judgement import Judgement
from drift.store.addresses import DeclaredRow
from drift.store.changes import ChangeRow
from drift.store.findings import FindingRow, findings
from drift.store.schema import finding
from drift.store.written import Subject, changes_to

MOST_WRITES = 5
"""How many of the last writes are told beside those that explain something."""


class Stand(StrEnum):
    """How a declared resource stands."""

    AS_DECLARED = "as_declared"
    DIFFERS = "differs"
    MISSING = "missing"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, kw_only=True, slots=True)
class Maker:
    """A write, with the change that it belongs to and how that was judged."""

    write: Write
    change: Change
    judgement: Judgement | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Blamed:
    """One difference, and the writes that made it so in order of time."""

    attribute: AttributeDrift
    makers: tuple[Maker, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Blame:
    """Everything about one address."""

    row: DeclaredRow
    findings: tuple[FindingRow, ...]
    """The open ones."""
    attributes: tuple[Blamed, ...]
    removers: tuple[Maker, ...]
    """Who removed the resource, where it is missing."""
    last: tuple[Maker, ...]
    """The last writes to it, the latest first."""

    @property
    def stand(self) -> Stand:
        """How the resource stands."""
        if any(one.finding.kind is FindingKind.MISSING for one in self.findings):
            return Stand.MISSING
        if self.findings:
            return Stand.DIFFERS
        return Stand.NOT_COMPARED if self.row.compared_at is None else Stand.AS_DECLARED


def blame_of(connection: Connection, row: DeclaredRow) -> Blame:
    """Return who made the resource at an address what it is."""
    found = tuple(_findings_at(connection, row))
    makers = {
        one.write.event.key: one for change in _changes_to(connection, row) for one in makers_in(change)
    }
    missing = [one.finding for one in found if one.finding.kind is FindingKind.MISSING]
    return Blame(
        row=row,
        findings=found,
        attributes=tuple(
            Blamed(attribute=attribute, makers=_known(attribute.explained_by, makers))
            for one in found
            for attribute in one.finding.attributes
        ),
        removers=tuple(maker for one in missing for maker in _known(one.explained_by, makers)),
        last=tuple(sorted(makers.values(), key=_when, reverse=True)[:MOST_WRITES]),
    )


def makers_in(row: ChangeRow) -> Iterator[Maker]:
    """Yield the writes of a change that still belong to it."""
    if row.change.withdrawn is None:
        for write in row.change.writes:
            yield Maker(write=write, change=row.change, judgement=row.judgement)


def _findings_at(connection: Connection, row: DeclaredRow) -> Iterator[FindingRow]:
    for one in findings(connection, finding.c.resource_id == row.resource_id):
        is_here = one.finding.address == row.address and one.finding.state in (None, row.state)
        if one.is_open and is_here:
            yield one


def _changes_to(connection: Connection, row: DeclaredRow) -> tuple[ChangeRow, ...]:
    subject = Subject(
        key=row.address,
        state=row.state,
        address=row.address,
        type=row.type,
        resource_id=row.resource_id,
        account=row.account,
        region=row.region,
    )
    return changes_to(connection, [subject])[subject.key]


def _known(keys: Sequence[str], makers: Mapping[str, Maker]) -> tuple[Maker, ...]:
    return tuple(makers[key] for key in keys if key in makers)


def _when(maker: Maker) -> tuple[datetime, str]:
    return maker.write.event.occurred_at or maker.change.began_at, maker.write.event.key
