"""Reads the complete populations of a period out of the ledger.

They come from the sealed entries, never from the working tables, so that whoever holds
the ledger can derive them again. Only where each entry stands is kept, not what it says:
a population may have a hundred thousand changes.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from drift.ledger.entry import StoredEntry, format_time
from drift.model.evidence import EntryKind, GapStatus
from drift.model.finding import FindingStatus
from drift.model.verdict import Disposition, Lane

_EXCLUSION = b'"exclusion":"'
"""Stands in every write that the policy leaves out, and in few others."""

_NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A span of time, from `since` up to, not including, `until`; `None` leaves an end open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, time: datetime | None) -> bool:
        """Tell whether a time lies in the period. An unknown one does, so that nothing is lost."""
        return self.is_reached_by(time) and (time is None or self.until is None or time < self.until)

    def is_reached_by(self, time: datetime | None) -> bool:
        """Tell whether something that ended at `time` reached into the period."""
        return time is None or self.since is None or time >= self.since

    def begins_before_its_end(self, time: datetime | None) -> bool:
        """Tell whether something that began at `time` did so before the period was over."""
        return self.until is None or time is None or time < self.until


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of a listing: what an entry says, and where it stands in the ledger."""

    entry: StoredEntry

    @property
    def fields(self) -> dict[str, Any]:
        """The row as a JSON object: the body, a finding unpacked into it, then its place."""
        body = json.loads(self.entry.body or b"{}")
        return {
            **body.pop("finding", {}),
            **body,
            "recorded_at": format_time(self.entry.recorded_at),
            "ledger_seq": self.entry.seq,
            "leaf_hash": self.entry.leaf_hash.hex(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """Which entries tell what happened in a period, by their numbers, and how many of each sort."""

    changes: tuple[int, ...]
    """By their beginning."""
    reaching: tuple[int, ...]
    """Changes that began before the period and reached into it: the pack of an earlier one lists them."""
    unticketed: tuple[int, ...]
    """Of the changes."""
    emergencies: tuple[int, ...]
    """Of the changes."""
    findings: tuple[int, ...]
    """Those that were open at some time of the period, by their id."""
    coverage: tuple[int, ...]
    gaps: tuple[int, ...]
    counts: dict[str, Any]
    """The totals that the pack states and its verifier counts again."""
    lanes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many changes there are in each lane and disposition."""
    tickets: Mapping[str, int] = field(default_factory=dict)
    """How many changes name a ticket of each project; what has none goes under the ticket's whole key."""
    accounts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many changes there are in each account, by its cloud."""

    @property
    def ticketed(self) -> int:
        """Changes that name a ticket."""
        return sum(self.tickets.values())


class _Change(msgspec.Struct, frozen=True):
    """Of a change, what decides where it is listed and counted."""

    began_at: datetime | None = None
    ended_at: datetime | None = None
    disposition: str | None = None
    channel: str | None = None
    severity: str | None = None
    lane: str | None = None
    ticket: str | None = None
    cloud: str | None = None
    account: str | None = None


class _FindingInside(msgspec.Struct, frozen=True):
    kind: str | None = None


class _Finding(msgspec.Struct, frozen=True):
    status: str | None = None
    finding: _FindingInside = _FindingInside()


class _Coverage(msgspec.Struct, frozen=True):
    from_at: datetime | None = None
    to_at: datetime | None = None
    records: int = 0
    unreadable: int = 0


class _Gap(msgspec.Struct, frozen=True):
    status: str | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where an entry stands, and what was read of it."""

    seq: int
    ref: str
    recorded_at: datetime
    said: Any


@dataclass(kw_only=True, slots=True)
class Reading:
    """Folds the entries of the ledger, one after the other, into the populations."""

    _changes: dict[str, _Placed] = field(default_factory=dict)
    _findings: dict[str, _Placed] = field(default_factory=dict)
    _found_at: dict[str, datetime] = field(default_factory=dict)
    _coverage: list[_Placed] = field(default_factory=list)
    _gaps: list[_Placed] = field(default_factory=list)
    _excluded: dict[str, datetime | None] = field(default_factory=dict)
    _kinds: Counter[str] = field(default_factory=Counter)

    def add(self, entry: StoredEntry) -> None:
        """Take the next entry: of a change or a finding, the latest says how it stands."""
        self._kinds[entry.kind.value] += 1
        match entry.kind:
            case EntryKind.DISPOSITION:
                self._changes[entry.ref] = _placed(entry, _changes)
            case EntryKind.FINDING:
                self._findings[entry.ref] = _placed(entry, _findings)
                self._found_at.setdefault(entry.ref, entry.recorded_at)
            case EntryKind.COVERAGE:
                self._coverage.append(_placed(entry, _coverages))
            case EntryKind.GAP:
                self._gaps.append(_placed(entry, _gaps))
            case EntryKind.OBSERVATION | EntryKind.AMENDMENT:
                self._add_write(entry)
            case _:
                pass  # the other kinds are counted, and stand in no population

    def _add_write(self, entry: StoredEntry) -> None:
        """Note whether the policy leaves a write out, as the latest entry about it says."""
        self._excluded.pop(entry.ref, None)
        if _EXCLUSION in (entry.body or b""):
            said = json.loads(entry.body or b"{}")
            write = said.get("write", said)
            if write["classification"].get("exclusion"):  # the first versions knew none
                at = write["event"]["occurred_at"]
                self._excluded[entry.ref] = None if at is None else datetime.fromisoformat(at)

    def population(self, period: Period) -> Population:
        """Return what the entries so far say about a period.

        A gap has no time of its own: those are listed that were recorded since the period began.
        """
        changes = [one for one in self._changes.values() if period.holds(one.said.began_at)]
        changes.sort(key=lambda one: (one.said.began_at or _NO_TIME, one.ref))
        reaching = [one for one in self._changes.values() if _reaches(one.said, period)]
        findings = [one for one in self._findings.values() if self._was_open(one, period)]
        findings.sort(key=lambda one: one.ref)
        coverage = [
            one
            for one in self._coverage
            if period.is_reached_by(one.said.to_at) and period.begins_before_its_end(one.said.from_at)
        ]
        gaps = [one for one in self._gaps if period.is_reached_by(one.recorded_at)]
        return Population(
            changes=_numbers(changes),
            reaching=_numbers(sorted(reaching, key=lambda one: one.seq)),
            unticketed=_numbers(one for one in changes if one.said.disposition == Disposition.UNTICKETED),
            emergencies=_numbers(one for one in changes if _is_emergency(one.said)),
            findings=_numbers(findings),
            coverage=_numbers(coverage),
            gaps=_numbers(gaps),
            counts={
                "entries": sum(self._kinds.values()),
                "entries_by_kind": dict(sorted(self._kinds.items())),
                **_counts_of_changes(changes),
                **_counts_of_findings(findings),
                "records_read": sum(one.said.records for one in coverage),
                "records_unreadable": sum(one.said.unreadable for one in coverage),
                **_counts_of_gaps(gaps),
                "writes_excluded": sum(map(period.holds, self._excluded.values())),
            },
            lanes=Counter((str(one.said.lane), str(one.said.disposition)) for one in changes),
            tickets=Counter(_project(one.said.ticket) for one in changes if one.said.ticket is not None),
            accounts=Counter((str(one.said.cloud), one.said.account) for one in changes if one.said.account),
        )

    def _was_open(self, one: _Placed, period: Period) -> bool:
        is_resolved = one.said.status == FindingStatus.RESOLVED
        ended_before = is_resolved and not period.is_reached_by(one.recorded_at)
        return not ended_before and period.begins_before_its_end(self._found_at[one.ref])


def _reaches(change: _Change, period: Period) -> bool:
    return not period.is_reached_by(change.began_at) and period.is_reached_by(change.ended_at)


def _is_emergency(change: _Change) -> bool:
    return change.lane == Lane.EMERGENCY or change.disposition == Disposition.EMERGENCY


def _placed(entry: StoredEntry, decoder: "msgspec.json.Decoder[Any]") -> _Placed:
    said = decoder.decode(entry.body or b"{}")
    return _Placed(entry.seq, entry.ref, entry.recorded_at, said)


def _numbers(placed: Iterable[_Placed]) -> tuple[int, ...]:
    return tuple(one.seq for one in placed)


def _counts_of_changes(changes: list[_Placed]) -> dict[str, Any]:
    return {
        "changes": len(changes),
        "changes_by_disposition": _count(one.said.disposition for one in changes),
        "changes_by_channel": _count(one.said.channel for one in changes),
        "changes_by_severity": _count(one.said.severity for one in changes),
    }


def _counts_of_findings(findings: list[_Placed]) -> dict[str, Any]:
    return {
        "findings": len(findings),
        "findings_by_kind": _count(one.said.finding.kind for one in findings),
        "findings_by_status": _count(one.said.status for one in findings),
    }


def _counts_of_gaps(gaps: list[_Placed]) -> dict[str, int]:
    statuses = Counter(one.said.status for one in gaps)
    closed, accepted = statuses[GapStatus.CLOSED], statuses[GapStatus.ACCEPTED]
    return {
        "gaps": len(gaps) - closed - accepted,
        "gaps_closed": closed,
        # Packs of before anything could be accepted do not state it.
        **({"gaps_accepted": accepted} if accepted else {}),
    }


def _project(ticket: str) -> str:
    """Return the project of a ticket's key: `OPS` of `OPS-123`."""
    return ticket.rpartition("-")[0] or ticket


def _count(values: Iterable[object]) -> dict[str, int]:
    return dict(sorted(Counter(map(str, values)).items()))


_changes = msgspec.json.Decoder(_Change)
_findings = msgspec.json.Decoder(_Finding)
_coverages = msgspec.json.Decoder(_Coverage)
_gaps = msgspec.json.Decoder(_Gap)
