"""What several registers rest on, read once: what was covered, what people did, and who was told when."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from drift.model.evidence import ActionRecord, AlertRecord, DispositionRecord, EntryKind
from drift.model.verdict import NOBODYS
from drift.reports.month import Month, month_at
from drift.reports.pack.registers.covered import Covered, covered_of
from drift.reports.pack.view import Recorded, View

Body = TypeVar("Body")


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the ledger says beside the changes and findings themselves."""

    view: View
    covered: Covered
    actions: Mapping[str, Sequence[ActionRecord]]
    """What people did, by the change or finding, in its order."""
    told_at: Mapping[str, datetime]
    """When somebody was told first, by the session or alarm."""

    def changes(self) -> Iterator[Recorded[DispositionRecord]]:
        """Yield the changes of the period as they stand, by their beginning."""
        return self.view.records(self.view.population.changes, DispositionRecord)

    def answered(self) -> Iterator[Recorded[DispositionRecord]]:
        """Yield those of them that somebody has to answer for."""
        return (one for one in self.changes() if one.body.disposition not in NOBODYS)

    def in_period(self, kind: EntryKind, type_: type[Body]) -> Iterator[Recorded[Body]]:
        """Yield the entries of a kind that were recorded in the period."""
        period = self.view.request.period
        return (one for one in self.view.entries(kind, type_) if period.holds(one.entry.recorded_at))

    def is_production(self, change: DispositionRecord) -> bool:
        """Tell whether a change was made in production; what no environment claims is taken for it."""
        known = self.view.request.environments
        return next((one.is_production for one in known if one.name == change.environment), True)

    @property
    def months(self) -> Iterator[Month]:
        """The months of the period, as far as it was over."""
        since, until = self.covered.period
        month = month_at(since)
        while month.since < until:
            yield month
            month = month.next


def facts_of(view: View) -> Facts:
    """Read what the registers of a view rest on."""
    actions, told_at = defaultdict[str, list[ActionRecord]](list), dict[str, datetime]()
    for action in view.entries(EntryKind.ACTION, ActionRecord):
        actions[action.entry.ref].append(action.body)
    for alert in view.entries(EntryKind.ALERT, AlertRecord):
        told_at.setdefault(alert.body.session_id, alert.body.sent_at)
    return Facts(view=view, covered=covered_of(view), actions=actions, told_at=told_at)


def joined_by(facts: Facts) -> str:
    """Say by what two names were taken for one person: the limit of every register of people."""
    people = facts.view.request.people
    if not people.aliases:
        return "No two names were joined: neither the configuration nor a directory names people."
    return (
        f"Names are joined as configuration and directories name people by now (digest {people.digest});"
        " where directories are read, `config_version` entries tell since when."
    )
