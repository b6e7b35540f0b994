"""What is known of one finding? Each attribute that differs, and who made it so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from drift.model.action import Action
from drift.model.change import Write
from drift.model.evidence import EntryKind
from drift.model.finding import AttributeDrift, Standing
from drift.reports.acted import acted
from drift.reports.browse.change_detail import EntryLine, entry_lines
from drift.reports.browse.change_list import EVER, ListedChange, listed
from drift.reports.browse.finding_list import ListedFinding, Owning, listed_findings
from drift.reports.entries import Entry, entries_of
from drift.reports.found import found
from drift.reports.moment import Moment
from drift.reports.population import Period
from drift.reports.story import standing_in_code
from drift.store.actions import actions_about
from drift.store.columns import as_key
from drift.store.schema import change_write, write
from drift.store.upsert import in_chunks


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeBy:
    """A write that made an attribute what it is."""

    write: Write
    change: ListedChange | None
    """That it belongs to: who answers for it, and by which ticket. `None` before it is judged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BlamedAttribute:
    """One attribute that differs, and the writes that made it so, in order of time."""

    attribute: AttributeDrift
    makers: tuple[MadeBy, ...]
    """None: no write that is known did."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingDetail:
    """Everything about one finding."""

    finding: ListedFinding
    standing: Standing
    """Where its resource stands in the code."""
    attributes: tuple[BlamedAttribute, ...]
    makers: tuple[MadeBy, ...]
    """Who made it so as a whole: who removed or made the resource."""
    actions: tuple[Action, ...]
    """What people did about it."""
    moments: tuple[Moment, ...]
    """What happened to it, in order of time."""
    entries: tuple[EntryLine, ...]


def finding_detail(
    connection: Connection,
    finding_id: str,
    *,
    now: datetime,
    within: Period = EVER,
    owning: Owning | None = None,
) -> FindingDetail | None:
    """Return what is known of a finding.

    `None` where there is none, or it was neither seen first nor resolved `within` a period. Of its makers
    only those are told whose change began in it.
    """
    row = listed_findings(connection, [finding_id], now, owning).get(finding_id)
    if row is None or not _is_in(row, within):
        return None
    one = row.finding
    keys = {key for attribute in one.attributes for key in attribute.explained_by}
    makers = _makers(connection, keys | set(one.explained_by), within)
    about = entries_of(connection, [finding_id], ())
    return FindingDetail(
        finding=row,
        standing=standing_in_code(connection, one),
        attributes=tuple(
            BlamedAttribute(attribute=each, makers=_known(each.explained_by, makers))
            for each in one.attributes
        ),
        makers=_known(one.explained_by, makers),
        actions=actions_about(connection, [finding_id]).get(finding_id, ()),
        moments=tuple(_told(entry) for entry in about if entry.kind in (EntryKind.FINDING, EntryKind.ACTION)),
        entries=entry_lines(connection, about),
    )


def _is_in(row: ListedFinding, within: Period) -> bool:
    is_resolved = row.resolved_at is not None and within.holds(row.resolved_at)
    return within.holds(row.first_seen_at) or is_resolved


def _makers(connection: Connection, keys: Collection[str], within: Period) -> Mapping[str, MadeBy]:
    """Return the writes of these keys, each with the change that it belongs to."""
    bodies: dict[str, Write] = {}
    change_of: dict[str, str] = {}
    for some in in_chunks({as_key(key) for key in keys}):
        bodies.update(
            (body.event.key, body)
            for body in connection.execute(select(write.c.body).where(write.c.key.in_(some))).scalars()
        )
        joined = select(change_write.c.write_key, change_write.c.change_id).where(
            change_write.c.write_key.in_(some), change_write.c.left_because.is_(None)
        )
        change_of.update((key, change_id) for key, change_id in connection.execute(joined))
    changes = {
        id_: row
        for some in in_chunks(set(change_of.values()))
        for id_, row in listed(connection, some).items()
    }
    return {
        key: MadeBy(write=body, change=changes.get(change_of.get(as_key(key), "")))
        for key, body in bodies.items()
        if within.holds(body.event.occurred_at)
    }


def _known(keys: Sequence[str], makers: Mapping[str, MadeBy]) -> tuple[MadeBy, ...]:
    return tuple(makers[key] for key in keys if key in makers)


def _told(entry: Entry) -> Moment:
    return acted(entry) if entry.kind is EntryKind.ACTION else found(entry)
