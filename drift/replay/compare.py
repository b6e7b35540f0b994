"""Which changes stand differently by other rules?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from drift.model.change import Write
from drift.model.event import Outcome
from drift.model.resource import Resource
from drift.model.verdict import Disposition
from drift.stages.decide import TAKEN_IN
from drift.store.changes import ChangeRow, changes
from drift.store.lookup import changes_with
from drift.store.schema import change, write

PAGE = 200
"""Changes that are compared together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stand:
    """How a change stands by one set of rules."""

    disposition: Disposition | None
    """`None`: by these rules it is no change at all."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A change that stands differently."""

    change_id: str
    """As the store knows it; of what the store lacks, as it would."""
    began_at: datetime
    account: str | None
    resource: Resource
    actor: str
    """Who answers for it, by the rules in force if it is a change by these."""
    before: Stand
    after: Stand


def differences(before: Connection, after: Connection, recorded: Connection | None) -> Iterator[Difference]:
    """Yield every change that stands differently in `after`, in order of time; then those that are new there.

    `recorded` is the store, if there is one.
    """
    for rows in _changes(before):
        known, others = _Index.of(recorded, rows), _Index.of(after, rows)
        for row in rows:
            stands = dict.fromkeys(map(_stand, others.same_as(row))) or [_left_out(after, row)]
            for stand in stands:
                if stand.disposition is not _stand(row).disposition:
                    yield _difference(row, known, before=_stand(row), after=stand)
    for rows in _changes(after):
        known, others = _Index.of(recorded, rows), _Index.of(before, rows)
        for row in rows:
            if not others.same_as(row):
                yield _difference(row, known, before=_left_out(before, row), after=_stand(row))


def _changes(connection: Connection) -> Iterator[Sequence[ChangeRow]]:
    """Yield the changes some at a time; ids begin with the time, so this is their order."""
    last = ""
    while True:
        ids = select(change.c.change_id).where(change.c.change_id > last)
        found = connection.execute(ids.order_by(change.c.change_id).limit(PAGE)).scalars().all()
        if not found:
            return
        rows = changes(connection, change.c.change_id.in_(found))
        yield [row for row in rows if row.change.withdrawn is None]
        last = found[-1]


class _Index:
    """The changes of one database that have writes of some changes of another, by write and resource."""

    def __init__(self, rows: Iterable[ChangeRow]) -> None:
        self._rows = {(key, row.change.resource): row for row in rows for key in _keys(row)}

    @classmethod
    def of(cls, connection: Connection | None, rows: Sequence[ChangeRow]) -> "_Index":
        """Look for them; without a database, there are none."""
        if connection is None:
            return cls([])
        found = changes_with(connection, [key for row in rows for key in _keys(row)])
        return cls(row for row in found if row.change.withdrawn is None)

    def same_as(self, row: ChangeRow) -> list[ChangeRow]:
        """Return the changes that share a write to the same resource."""
        found = (self._rows.get((key, row.change.resource)) for key in _keys(row))
        return list({one.change.change_id: one for one in found if one}.values())


def _difference(row: ChangeRow, known: _Index, *, before: Stand, after: Stand) -> Difference:
    one = row.change
    return Difference(
        change_id=next(iter(known.same_as(row)), row).change.change_id,
        began_at=one.began_at,
        account=one.first.event.call.account,
        resource=one.resource,
        actor=one.actor.name,
        before=before,
        after=after,
    )


def _stand(row: ChangeRow) -> Stand:
    """Return how a change stands; what was not judged yet is pending."""
    if row.judgement is None:
        return Stand(disposition=Disposition.PENDING, reasons=())
    decision = row.judgement.decision
    reasons = tuple(one for one in decision.reasons if one != TAKEN_IN)  # all of it is, here
    return Stand(disposition=decision.disposition, reasons=reasons)


def _left_out(connection: Connection, row: ChangeRow) -> Stand:
    """Say why what is a change by other rules is none by these."""
    found: Write | None = connection.execute(
        select(write.c.body).where(write.c.key == row.change.first.event.key)
    ).scalar_one_or_none()
    return Stand(disposition=None, reasons=(_why_left_out(found, row.change.resource),))


def _why_left_out(found: Write | None, resource: Resource) -> str:
    if found is None:
        return "by these rules, the record changes nothing"
    if found.classification.exclusion is not None:
        return f"the policy leaves it out: {found.classification.exclusion}"
    if found.event.outcome is Outcome.FAILURE:
        return "by these rules, it is an attempt that failed, and no alarm"
    return f"by these rules, the call did not touch {resource.id}"


def _keys(row: ChangeRow) -> list[str]:
    return [one.event.key for one in row.change.writes]
