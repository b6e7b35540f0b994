"""Holds what the ledger says against a second source within it, both ways; what differs is listed."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import msgspec

from drift.model.action import LinkedTicket
from drift.model.event import Fate
from drift.model.evidence import (
    ActionRecord,
    AlertRecord,
    CoverageInterval,
    DeploymentRecord,
    EntryKind,
    TallyRecord,
)
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.reconcile.changes import Named
from drift.reports.pack.reconcile.funnel import Grouped
from drift.reports.pack.reconcile.writes import Writes
from drift.reports.pack.view import View

COLUMNS = (
    *("check_id", "left_source", "left_count", "right_source", "right_count"),
    *("matched", "left_only", "right_only", "result", "explained_by"),
)
DIFFERENCE_COLUMNS = ("check_id", "only_in", "id", "explained_by")


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of the two sources of a check: which ids it has, and why one may be missing on the other side."""

    source: str
    ids: Collection[str]
    why_alone: str
    """What explains an id that only this side has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Two sources that should name the same."""

    check_id: str
    left: Side
    right: Side

    @property
    def row(self) -> Fields:
        """How the two stand to each other."""
        left, right = set(self.left.ids), set(self.right.ids)
        alone = [side.why_alone for side, ids in self._alone() if ids]
        return {
            "check_id": self.check_id,
            "left_source": self.left.source,
            "left_count": len(left),
            "right_source": self.right.source,
            "right_count": len(right),
            "matched": len(left & right),
            "left_only": len(left - right),
            "right_only": len(right - left),
            "result": "differs" if alone else "agrees",
            "explained_by": alone,
        }

    @property
    def differences(self) -> Iterator[Fields]:
        """What only one of them names."""
        for side, ids in self._alone():
            for one in ids:
                yield {
                    "check_id": self.check_id,
                    "only_in": side.source,
                    "id": one,
                    "explained_by": side.why_alone,
                }

    def _alone(self) -> tuple[tuple[Side, list[str]], ...]:
        left, right = set(self.left.ids), set(self.right.ids)
        return (self.left, sorted(left - right)), (self.right, sorted(right - left))


def reconciliation(view: View, writes: Writes, grouped: Grouped) -> Iterator[Listing]:
    """Yield the checks, and everything in which two sources differ."""
    checks = [check(view, grouped.named) for check in CHECKS]
    checks += [_in_changes(writes, grouped), *_drift(view, writes)]
    yield Listing(
        path="01_ipe/reconciliation",
        title="Reconciliation",
        lists="Each check of two sources that should name the same: how many each names, how many both do,"
        " and how many only one does. Every one of these has a row in 01_ipe/differences.",
        columns=COLUMNS,
        rows=[*_records(view), *(check.row for check in checks)],
        limits=(
            "Both sides are of the ledger: it knows no ticket that covers no change and that nobody linked.",
            "The checks of drift go one way: their right side is a part of the left one.",
        ),
    )
    yield Listing(
        path="01_ipe/differences",
        title="Differences",
        lists="What only one of the two sources of a check names, and what may explain it.",
        columns=DIFFERENCE_COLUMNS,
        rows=(row for check in checks for row in check.differences),
        totals=("check_id", "only_in"),
    )


def _records(view: View) -> Iterator[Fields]:
    """Hold the records that coverage entries count against those of tallies: the whole ledger, by source."""
    read, tallied = Counter[str](), Counter[str]()
    for interval in view.entries(EntryKind.COVERAGE, CoverageInterval):
        read[interval.body.source] += interval.body.records + interval.body.unreadable
    for tally in view.entries(EntryKind.TALLY, TallyRecord):
        tallied[tally.body.source] += sum(count.records for count in tally.body.counts)
    for source in sorted({*read, *tallied}):
        left, right = read[source], tallied[source]
        both = min(left, right)
        yield {
            "check_id": f"records/{source}",
            "left_source": "records that `coverage` entries count",
            "left_count": left,
            "right_source": "records that `tally` entries count",
            "right_count": right,
            "matched": both,
            "left_only": left - both,
            "right_only": right - both,
            "result": "agrees" if left == right else "differs",
            "explained_by": [] if left == right else [_WHY_COUNTS_DIFFER],
        }


_WHY_COUNTS_DIFFER = (
    "coverage entries follow the reading by up to an hour, tally entries are of versions that make them, and"
    " a record that could be read at a later attempt is counted once more"
)


def _pipelines(view: View, changes: Named) -> Check:
    named = {
        change for one in view.entries(EntryKind.DEPLOYMENT, DeploymentRecord) for change in one.body.changes
    }
    return Check(
        check_id="changes/deployments",
        left=Side(
            source="changes by a pipeline",
            ids=changes.by_pipeline,
            why_alone="no run that ended is known to have made it: no code host is asked about this pipeline,"
            " it forgot the run, or the run goes on",
        ),
        right=Side(
            source="changes that `deployment` entries name",
            ids=named & changes.changes,
            why_alone="a run says that it made the change, and no recognised pipeline did: its identity is"
            " another one",
        ),
    )


def _tickets(view: View, changes: Named) -> Check:
    linked = {
        f"{one.entry.ref} {one.body.deed.ticket.key}"
        for one in view.entries(EntryKind.ACTION, ActionRecord)
        if isinstance(one.body.deed, LinkedTicket) and one.entry.ref in changes.changes
    }
    return Check(
        check_id="tickets/changes",
        left=Side(
            source="changes that a ticket covers by a person's link",
            ids=changes.linked,
            why_alone="no entry tells who linked it",
        ),
        right=Side(
            source="tickets that people linked to changes",
            ids=linked,
            why_alone="another ticket covers the change, or this one does not: see its reasons",
        ),
    )


def _alerts(view: View, changes: Named) -> Check:
    told = {one.body.session_id for one in view.entries(EntryKind.ALERT, AlertRecord)}
    return Check(
        check_id="alerts/messages",
        left=Side(
            source="sessions with a change that alerts",
            ids=changes.alerting,
            why_alone="no channel has accepted a message: none is configured, or it lies in the outbox",
        ),
        right=Side(
            source="sessions of which a channel accepted a message",
            ids=told & changes.sessions,
            why_alone="told at first; by what is known now its changes alert no more",
        ),
    )


CHECKS: tuple[Callable[[View, Named], Check], ...] = (_pipelines, _tickets, _alerts)


def _in_changes(writes: Writes, grouped: Grouped) -> Check:
    made = {key for key, one in writes.standing.items() if one.fate is Fate.CHANGE}
    return Check(
        check_id="events/changes",
        left=Side(
            source="writes of the period that are changes",
            ids=made,
            why_alone="its change is not judged yet",
        ),
        right=Side(
            source="writes that changes name",
            ids={key for key in grouped.keys if writes.standing[key].fate is Fate.CHANGE} | grouped.unknown,
            why_alone="the ledger has no entry about this record",
        ),
    )


class _Finding(msgspec.Struct):
    finding_id: str = ""
    explained_by: tuple[str, ...] = ()


class _FindingEntry(msgspec.Struct):
    finding: _Finding = msgspec.field(default_factory=_Finding)


def _drift(view: View, writes: Writes) -> Iterator[Check]:
    findings = [one.body.finding for one in view.records(view.population.findings, _FindingEntry)]
    explained = {one.finding_id for one in findings if any(map(writes.is_known, one.explained_by))}
    named = {key for one in findings for key in one.explained_by}
    yield Check(
        check_id="drift/events",
        left=Side(
            source="findings of the period",
            ids={one.finding_id for one in findings},
            why_alone="no write that was read made it so: it was there before the watch, or happened where no"
            " source reaches",
        ),
        right=Side(
            source="findings that a recorded write explains",
            ids=explained,
            why_alone="",
        ),
    )
    yield Check(
        check_id="drift/records",
        left=Side(
            source="records that findings of the period name",
            ids=named,
            why_alone="the ledger has no entry about this record",
        ),
        right=Side(
            source="those of them that the ledger has",
            ids={key for key in named if writes.is_known(key)},
            why_alone="",
        ),
    )
