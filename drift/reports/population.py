"""Reads the complete populations of a period out of the ledger.

They come from the sealed entries, never from the working tables, so that whoever holds
the ledger can derive them again.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from drift.ledger.entry import StoredEntry, format_time
from drift.model.evidence import EntryKind, GapStatus
from drift.model.finding import FindingStatus

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

    def time(self, name: str) -> datetime | None:
        """Return the time in the field `name`, if it bears one."""
        value = self.fields.get(name)
        return None if value is None else datetime.fromisoformat(value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """What happened in a period, as the ledger has it."""

    changes: tuple[Row, ...]
    """By their beginning."""
    findings: tuple[Row, ...]
    """Those that were open at some time of the period, by their id."""
    coverage: tuple[Row, ...]
    gaps: tuple[Row, ...]
    writes_excluded: int
    """Writes that the policy leaves out: each is recorded with the reason, and belongs to no change."""
    entries_by_kind: dict[str, int]

    def counts(self) -> dict[str, Any]:
        """Return the totals that the pack states and its verifier counts again."""
        statuses = Counter(row.fields.get("status") for row in self.gaps)
        closed, accepted = statuses[GapStatus.CLOSED], statuses[GapStatus.ACCEPTED]
        return {
            "entries": sum(self.entries_by_kind.values()),
            "entries_by_kind": self.entries_by_kind,
            "changes": len(self.changes),
            "changes_by_disposition": _count_by(self.changes, "disposition"),
            "changes_by_channel": _count_by(self.changes, "channel"),
            "changes_by_severity": _count_by(self.changes, "severity"),
            "findings": len(self.findings),
            "findings_by_kind": _count_by(self.findings, "kind"),
            "findings_by_status": _count_by(self.findings, "status"),
            "records_read": sum(row.fields["records"] for row in self.coverage),
            "records_unreadable": sum(row.fields["unreadable"] for row in self.coverage),
            "gaps": len(self.gaps) - closed - accepted,
            "gaps_closed": closed,
            # Packs of before anything could be accepted do not state it.
            **({"gaps_accepted": accepted} if accepted else {}),
            "writes_excluded": self.writes_excluded,
        }


@dataclass(kw_only=True, slots=True)
class Reading:
    """Folds the entries of the ledger, one after the other, into the populations."""

    _changes: dict[str, Row] = field(default_factory=dict)
    _findings: dict[str, Row] = field(default_factory=dict)
    _found_at: dict[str, datetime] = field(default_factory=dict)
    _coverage: list[Row] = field(default_factory=list)
    _gaps: list[Row] = field(default_factory=list)
    _excluded: dict[str, datetime | None] = field(default_factory=dict)
    _kinds: Counter[str] = field(default_factory=Counter)

    def add(self, entry: StoredEntry) -> None:
        """Take the next entry: of a change or a finding, the latest says how it stands."""
        self._kinds[entry.kind.value] += 1
        row = Row(entry=entry)
        match entry.kind:
            case EntryKind.DISPOSITION:
                self._changes[entry.ref] = row
            case EntryKind.FINDING:
                self._findings[entry.ref] = row
                self._found_at.setdefault(entry.ref, entry.recorded_at)
            case EntryKind.COVERAGE:
                self._coverage.append(row)
            case EntryKind.GAP:
                self._gaps.append(row)
            case EntryKind.OBSERVATION | EntryKind.AMENDMENT:
                self._add_write(entry)
            case _:
                pass  # the other kinds are counted, and listed nowhere

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
        changes = [row for row in self._changes.values() if period.holds(row.time("began_at"))]
        findings = [row for row in self._findings.values() if self._was_open(row, period)]
        return Population(
            changes=tuple(sorted(changes, key=lambda row: (row.time("began_at") or _NO_TIME, row.entry.ref))),
            findings=tuple(sorted(findings, key=lambda row: row.entry.ref)),
            coverage=tuple(
                row
                for row in self._coverage
                if period.is_reached_by(row.time("to_at"))
                and _begins_before(period.until, row.time("from_at"))
            ),
            gaps=tuple(row for row in self._gaps if period.is_reached_by(row.entry.recorded_at)),
            writes_excluded=sum(map(period.holds, self._excluded.values())),
            entries_by_kind=dict(sorted(self._kinds.items())),
        )

    def _was_open(self, row: Row, period: Period) -> bool:
        is_resolved = row.fields["status"] == FindingStatus.RESOLVED
        ended_before = is_resolved and not period.is_reached_by(row.entry.recorded_at)
        return not ended_before and _begins_before(period.until, self._found_at[row.entry.ref])


def _begins_before(until: datetime | None, time: datetime | None) -> bool:
    return until is None or time is None or time < until


def _count_by(rows: tuple[Row, ...], name: str) -> dict[str, int]:
    return dict(sorted(Counter(str(row.fields.get(name)) for row in rows).items()))
