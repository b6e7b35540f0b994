"""What the changes of a period say that other entries must agree with."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from drift.model.verdict import Channel
from drift.reports.pack.view import View
from drift.stages.correlate.people import BY_LINK


class Told(msgspec.Struct):
    """Of a change, what is held against other entries."""

    change_id: str = ""
    session_id: str = ""
    channel: str | None = None
    lane: str | None = None
    events: tuple[str, ...] = ()
    ticket: str | None = None
    link_method: str | None = None
    alert: bool = False


@dataclass(slots=True)
class Named:
    """What the changes of the period name, by what it is."""

    changes: set[str] = field(default_factory=set)
    by_pipeline: set[str] = field(default_factory=set)
    """Changes by a pipeline."""
    linked: set[str] = field(default_factory=set)
    """Tickets that cover a change since a person linked them, each with the change: `chg-1 OPS-7`."""
    sessions: set[str] = field(default_factory=set)
    alerting: set[str] = field(default_factory=set)
    """Sessions with a change that alerts."""

    def add(self, change: Told) -> None:
        """Take what one change names."""
        self.changes.add(change.change_id)
        self.sessions.add(change.session_id)
        if change.channel == Channel.PIPELINE:
            self.by_pipeline.add(change.change_id)
        if change.ticket and change.link_method == BY_LINK:
            self.linked.add(f"{change.change_id} {change.ticket}")
        if change.alert:
            self.alerting.add(change.session_id)


def changes_of(view: View) -> Iterator[Told]:
    """Yield the changes of the period."""
    return (one.body for one in view.records(view.population.changes, Told))


def earlier_changes(view: View) -> Iterator[Told]:
    """Yield the changes that began before the period, and reach into it."""
    return (one.body for one in view.records(view.population.reaching, Told))
