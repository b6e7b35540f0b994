"""Gathers what the sealed ledger has about each change that was drawn."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from drift.ledger.entry import StoredEntry
from drift.ledger.log import entries_at
from drift.model.change import Write
from drift.model.evidence import (
    AmendmentRecord,
    DeploymentRecord,
    DispositionRecord,
    EntryKind,
    FindingRecord,
)
from drift.reports.entries import Entry, entries_about
from drift.reports.pack.view import Recorded, View


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """One change, and every sealed entry about it."""

    standing: Recorded[DispositionRecord]
    """How it stands, as the latest entry says."""
    entries: tuple[Entry, ...]
    """In their order."""
    leaves: Mapping[int, StoredEntry]
    """The same with what was hashed, by their numbers."""

    @property
    def change(self) -> DispositionRecord:
        """How the change stands."""
        return self.standing.body

    def of_kind(self, *kinds: EntryKind) -> Iterator[Entry]:
        """Yield the entries of some kinds, in their order."""
        return (entry for entry in self.entries if entry.kind in kinds)

    def writes(self) -> list[tuple[Entry, Write]]:
        """Return the change's writes as they stand, each with the latest entry about it, in order of time."""
        latest = dict[str, tuple[Entry, Write]]()
        for entry in self.of_kind(EntryKind.OBSERVATION, EntryKind.AMENDMENT):
            write = write_in(entry)
            if write is not None:
                latest[entry.ref] = (entry, write)
        return sorted(latest.values(), key=lambda one: (str(one[1].event.occurred_at), one[0].seq))


def write_in(entry: Entry) -> Write | None:
    """Return the write that an entry tells of, as it stood from then on; `None` if it was erased."""
    if entry.kind is EntryKind.AMENDMENT:
        amended = entry.read_as(AmendmentRecord)
        return amended.write if amended else None
    return entry.read_as(Write)


def gather(view: View, seqs: Iterable[int]) -> list[Facts]:
    """Return what there is about changes, each given by the number of the entry that says how it stands."""
    standing = list(view.records(seqs, DispositionRecord))
    refs = {one.entry.seq: _refs(one.body) for one in standing}
    runs, findings = _runs(view, standing), _findings(view, refs)
    wanted = {ref for every in (refs, runs, findings) for some in every.values() for ref in some}
    about = defaultdict[str, list[Entry]](list)
    for entry in entries_about(view.connection, wanted):
        if entry.seq < view.sealed.size:
            about[entry.ref].append(entry)
    return [
        _facts(
            view.connection,
            one,
            {*refs[one.entry.seq], *runs[one.entry.seq], *findings[one.entry.seq]},
            about,
        )
        for one in standing
    ]


def _refs(change: DispositionRecord) -> set[str]:
    ticket = {f"{change.ticket_system}:{change.ticket}"} if change.ticket else set()
    return {change.change_id, change.session_id, *change.events, *ticket}


def _runs(view: View, changes: Sequence[Recorded[DispositionRecord]]) -> Mapping[int, Collection[str]]:
    """Return the pipeline runs that name each of the changes."""
    found = defaultdict[str, set[str]](set)
    for run in view.entries(EntryKind.DEPLOYMENT, DeploymentRecord):
        for change_id in run.body.changes:
            found[change_id].add(run.entry.ref)
    return {one.entry.seq: found.get(one.body.change_id, set()) for one in changes}


def _findings(view: View, refs: Mapping[int, Collection[str]]) -> Mapping[int, Collection[str]]:
    """Return the findings that writes of each of the changes explain."""
    whose = defaultdict[str, set[int]](set)
    for seq, keys in refs.items():
        for key in keys:
            whose[key].add(seq)
    found = {seq: set[str]() for seq in refs}
    for finding in view.entries(EntryKind.FINDING, FindingRecord):
        for key in finding.body.finding.explained_by:
            for seq in whose.get(key, ()):
                found[seq].add(finding.entry.ref)
    return found


def _facts(
    connection: Connection,
    standing: Recorded[DispositionRecord],
    refs: Collection[str],
    about: Mapping[str, Sequence[Entry]],
) -> Facts:
    entries = sorted((entry for ref in refs for entry in about.get(ref, ())), key=lambda entry: entry.seq)
    leaves = {leaf.seq: leaf for leaf in entries_at(connection, [entry.seq for entry in entries])}
    return Facts(standing=standing, entries=tuple(entries), leaves=leaves)
