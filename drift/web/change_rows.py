"""The rows of a list of changes, as whoever looks may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from drift.model.routing import EVERYBODY
from drift.model.verdict import Channel, Disposition, Severity, Tool
from drift.reports.browse.change_list import ListedChange
from drift.reports.wording import counted
from drift.web.ask import Ask
from drift.web.naming import for_reader
from drift.web.people import NO_PERSON, machines_listed, people_listed
from drift.web.veil import SOMEBODY


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRowShown:
    """One row."""

    change_id: str
    at: datetime
    who: str
    team: str | None
    """Who answers for the resource, where teams are configured."""
    what: str
    resource: str
    resource_type: str | None
    where: str
    channel: Channel
    tool: Tool
    disposition: Disposition
    severity: Severity
    ticket: str | None
    needs_somebody: bool
    note: str | None
    """What else must be known of it."""


def shown_to(ask: Ask, listed: Iterable[ListedChange]) -> tuple[ChangeRowShown, ...]:
    """Return the rows of changes, without the names of people for whoever sees none."""
    changes = tuple(listed)
    rows = tuple(_row(one, sees_names=ask.sees_names) for one in changes)
    return for_reader(ask, rows, people_listed(changes), machines_listed(changes))


def _row(one: ListedChange, *, sees_names: bool) -> ChangeRowShown:
    is_seen = sees_names or one.actor_kind in NO_PERSON
    team = one.owner.team.name if one.owner else EVERYBODY
    return ChangeRowShown(
        change_id=one.change_id,
        at=one.began_at,
        who=one.actor if is_seen else SOMEBODY,
        team=None if team == EVERYBODY else team,
        what=one.summary if one.writes < 2 else f"{one.summary}, in {counted(one.writes, 'write')}",
        resource=one.address or one.resource_id,
        resource_type=None if one.address else one.resource_type,
        where=", ".join(filter(None, (one.environment, one.account))) or "not known",
        channel=one.channel,
        tool=one.tool,
        disposition=one.disposition,
        severity=one.severity,
        ticket=one.ticket,
        needs_somebody=one.needs_somebody,
        note=_note(one),
    )


def _note(one: ListedChange) -> str | None:
    if not one.writes:
        return "its writes belong to another change now"
    return "taken in from an archive: nobody was told" if one.is_history else None
