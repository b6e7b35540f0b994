"""Who was told when, and who answered when: every alert that a channel accepted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from drift.ledger.entry import StoredEntry
from drift.model.evidence import ActionRecord, AlertRecord, EntryKind
from drift.model.verdict import Disposition
from drift.reports.figures import seconds
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.registers.facts import Facts
from drift.reports.pack.registers.place import PLACE, place_of, time
from drift.reports.pack.registers.register import Register, Yielded

COLUMNS = (
    *("session_id", "changes", "began_at", "told_at", "told_after_s", "notifiers", "messages"),
    *("answered_at", "answered_after_s", "answered_by", "answer", "stands_as", *PLACE),
)


class _Change(msgspec.Struct, frozen=True):
    """Of a change, what its alert is held against."""

    change_id: str
    session_id: str
    began_at: datetime
    disposition: Disposition


@dataclass(kw_only=True, slots=True)
class Told:
    """One session or alarm of which somebody was told."""

    subject: str
    told_at: datetime
    first: StoredEntry
    notifiers: set[str] = field(default_factory=set)
    messages: int = 0
    """As many as were accepted; an edit in place is one too."""
    changes: dict[str, _Change] = field(default_factory=dict)
    """Those of the session as they stand, by their ids; none of an alarm or digest."""
    answer: ActionRecord | None = None
    """The first thing that somebody did about one of them after the message."""

    @property
    def began_at(self) -> datetime | None:
        """The first write of the session."""
        return min((one.began_at for one in self.changes.values()), default=None)


def detector_alerts(facts: Facts) -> Iterator[Yielded]:
    """Yield each session and alarm of which somebody was told first in the period."""
    yield Register(
        listing=Listing(
            path="09_detector/alerts",
            title="Alerts",
            lists="Each session, alarm or digest of which a channel first accepted a message in the period,"
            " by that time: how long after the first write, and when somebody first did something about a"
            " change of it.",
            columns=COLUMNS,
            rows=[_row(one) for one in told_in(facts).values()],
            limits=(
                "That a channel accepted a message does not prove that anybody read it.",
                "What ended without anybody doing something, as a ticket was found, has no answer.",
            ),
        ),
        witness=facts.covered.witness,
    )


def told_in(facts: Facts) -> Mapping[str, Told]:
    """Return what somebody was first told of in the period, by session or alarm."""
    period, told = facts.view.request.period, dict[str, Told]()
    for alert in facts.view.entries(EntryKind.ALERT, AlertRecord):
        body = alert.body
        if period.holds(facts.told_at[body.session_id]):
            new = Told(subject=body.session_id, told_at=body.sent_at, first=alert.entry)
            mine = told.setdefault(body.session_id, new)
            mine.notifiers.add(body.notifier)
            mine.messages += 1
    for change in facts.view.entries(EntryKind.DISPOSITION, _Change):
        if change.body.session_id in told:
            told[change.body.session_id].changes[change.body.change_id] = change.body
    for one in told.values():
        after = [
            action
            for change_id in one.changes
            for action in facts.actions.get(change_id, ())
            if action.at >= one.told_at
        ]
        one.answer = min(after, key=lambda action: action.at, default=None)
    return told


def _row(one: Told) -> Fields:
    answer, began_at = one.answer, one.began_at
    return {
        "session_id": one.subject,
        "changes": sorted(one.changes),
        "began_at": time(began_at),
        "told_at": time(one.told_at),
        "told_after_s": seconds(one.told_at - began_at) if began_at else None,
        "notifiers": sorted(one.notifiers),
        "messages": one.messages,
        "answered_at": time(answer.at) if answer else None,
        "answered_after_s": seconds(answer.at - one.told_at) if answer else None,
        "answered_by": answer.by.name if answer else None,
        "answer": answer.action if answer else None,
        "stands_as": sorted({change.disposition.value for change in one.changes.values()}),
        **place_of(one.first),
    }
