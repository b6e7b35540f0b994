"""Draws the sample of a month out of the ledger, so that anybody else who has it draws the same.

1. The checkpoint is the first that was made a day after the end of the month or later; where nothing was
   recorded since, the last one. Only entries that it covers count.
2. The population are the changes that began in the month, without those that nobody must answer for, by
   their first write and then their id.
3. The seed is the SHA-256 of `driftledger/self-sample`, the month and the checkpoint's root, a line each.
4. The population is cut into as many runs as changes are drawn, as even as can be; in each run the seed
   and the run's number decide.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import msgspec
from sqlalchemy import Connection

from drift.ledger.checkpoint import first_checkpoint_since, latest_checkpoint
from drift.ledger.log import entries, entries_at, first_recorded_since
from drift.model.evidence import Checkpoint, EntryKind
from drift.model.self_sample import DrawnChange, Lacking, ReadCheck, SelfSample
from drift.model.verdict import NOBODYS, Disposition
from drift.reports.entries import last_of_kind
from drift.reports.month import Month
from drift.reports.population import Period, Reading, Row
from drift.reports.read_checks import ReadSample, read_samples

DRAWN = 25
"""As many as auditors mostly draw of more than 250 changes; of fewer than these, all."""

SETTLES_AFTER = timedelta(days=1)
"""What was written at the end of a month is read, judged and answered by then."""

EARLIER = timedelta(days=1)
"""A change is recorded after it was made, but for the difference of two clocks."""


def draw_sample(connection: Connection, month: Month) -> SelfSample | None:
    """Return the sample of a month, `None` while nothing is sealed that it could be drawn from."""
    sealed = first_checkpoint_since(connection, month.until + SETTLES_AFTER) or latest_checkpoint(connection)
    if sealed is None:
        return None
    every = _changes(connection, month, sealed)
    changes = [row for row in every if row.fields["disposition"] not in NOBODYS]
    seed = seed_of(month, sealed.root)
    return SelfSample(
        month=str(month),
        since=month.since,
        until=month.until,
        checkpoint_size=sealed.size,
        checkpoint_root=sealed.root,
        seed=seed,
        population=len(changes),
        left_out=len(every) - len(changes),
        drawn=tuple(_drawn(changes[place]) for place in picks(seed, len(changes), DRAWN)),
    )


def last_sample(connection: Connection) -> SelfSample | None:
    """Return the sample that was drawn last, if there is one."""
    entry = last_of_kind(connection, EntryKind.SELF_SAMPLE)
    return entry.read_as(SelfSample) if entry else None


def last_read_sample(connection: Connection) -> ReadSample | None:
    """Return the sample that was drawn last, with what people saw of it."""
    entry = last_of_kind(connection, EntryKind.SELF_SAMPLE)
    sample = entry.read_as(SelfSample) if entry else None
    if entry is None or sample is None:
        return None
    later = entries(connection, entry.seq, kind=EntryKind.READ_CHECK)
    reads = [msgspec.json.decode(one.body, type=ReadCheck) for one in later if one.body is not None]
    return read_samples([sample], reads)[0]


def seed_of(month: Month, root: str) -> str:
    """Return the seed, hex SHA-256, of a month and the root of a checkpoint."""
    return hashlib.sha256(f"driftledger/self-sample\n{month}\n{root}\n".encode()).hexdigest()


def picks(seed: str, population: int, drawn: int) -> list[int]:
    """Return which places of a population are drawn, in their order."""
    runs = min(population, drawn)
    ends = [run * population // runs for run in range(runs + 1)] if runs else []
    return [
        begin + int(hashlib.sha256(f"{seed}/{run}".encode()).hexdigest(), 16) % (end - begin)
        for run, (begin, end) in enumerate(pairwise(ends))
    ]


def _changes(connection: Connection, month: Month, sealed: Checkpoint) -> Sequence[Row]:
    first = first_recorded_since(connection, month.since - EARLIER)
    reading = Reading()
    for entry in entries(connection, first, sealed.size, kind=EntryKind.DISPOSITION):
        if entry.body is not None:
            reading.add(entry)
    changes = reading.population(Period(since=month.since, until=month.until)).changes
    return [Row(entry=entry) for entry in entries_at(connection, changes)]


def _drawn(row: Row) -> DrawnChange:
    fields = row.fields
    disposition = Disposition(fields["disposition"])
    return DrawnChange(
        change_id=row.entry.ref,
        ledger_seq=row.entry.seq,
        disposition=disposition,
        ticket=fields["ticket"],
        approver=fields["approver"],
        lacking=() if disposition is Disposition.WAIVED else tuple(_lacking(row, disposition)),
    )


def _lacking(row: Row, disposition: Disposition) -> list[Lacking]:
    fields, lacking = row.fields, list[Lacking]()
    if fields["ticket"] is None and fields["deployment"] is None:
        lacking.append(Lacking.TICKET)
    if fields["approved_at"] is None:
        lacking.append(Lacking.APPROVAL)
    elif disposition is Disposition.RETROACTIVE:
        lacking.append(Lacking.APPROVAL_BEFORE)
    return lacking
