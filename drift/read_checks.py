"""Has somebody read some of the changes that were drawn of a month, who made none of them.

A machine compares what is recorded; only a person who opens ticket and cloud sees whether that is so.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.errors import UsageError
from drift.ledger.log import append
from drift.model.action import Doer
from drift.model.evidence import EntryKind, EvidenceEntry
from drift.model.person import People, makers_of
from drift.model.self_sample import ReadCheck, ReadResult, SelfSample
from drift.reports.self_sample import last_sample, picks
from drift.store.changes import ChangeRow
from drift.store.lookup import changes_called

READ = 5
"""Of those that were drawn, a person reads so many."""

WITHIN = timedelta(days=10)
"""After they were drawn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Readers:
    """Who may be asked to read, and who they are under all their names."""

    names: tuple[str, ...]
    people: People


def with_reader(connection: Connection, sample: SelfSample, readers: Readers, now: datetime) -> SelfSample:
    """Return the sample with what is to be read, by whom, and by when.

    The seed decides who of those that made none of it; whoever approved some of it comes last.
    """
    places = picks(sample.seed, len(sample.drawn), READ)
    to_read = tuple(sample.drawn[place].change_id for place in places)
    if not to_read:
        return sample
    made = {maker for row in changes_called(connection, to_read) for maker in _makers(row, readers.people)}
    approved = {readers.people.person(one.approver) for one in sample.drawn if one.approver}

    def order(name: str) -> tuple[bool, str]:
        chance = hashlib.sha256(f"{sample.seed}/{name}".encode()).hexdigest()
        return readers.people.person(name) in approved, chance

    others = [one for one in readers.names if readers.people.person(one) not in made]
    return replace(sample, to_read=to_read, reader=min(others, key=order, default=None), due_at=now + WITHIN)


def take_read(
    connection: Connection,
    beginning: str,
    result: ReadResult,
    notes: str,
    *,
    by: Doer,
    people: People,
    now: datetime,
) -> tuple[ReadCheck, EvidenceEntry]:
    """Record what somebody saw who read a change of the last sample.

    Raises:
        UsageError: There is no sample, the change is none that is to be read, or they made it.
    """
    sample = last_sample(connection)
    if sample is None:
        raise UsageError("no sample was drawn yet", hint="one is drawn on the second day of each month")
    change_id = _meant(sample, beginning)
    for row in changes_called(connection, [change_id]):
        if people.person(by.name) in _makers(row, people):
            raise UsageError(f"{by.name} made {change_id}", hint="somebody else has to read it")
    seq = next(one.ledger_seq for one in sample.drawn if one.change_id == change_id)
    read = ReadCheck(
        month=sample.month, change_id=change_id, read_seq=seq, result=result, notes=notes, by=by, at=now
    )
    return read, append(
        connection, kind=EntryKind.READ_CHECK, ref=sample.month, body=read, recorded_at=now, links=(seq,)
    )


def _meant(sample: SelfSample, beginning: str) -> str:
    meant = [one for one in sample.to_read if beginning and one.startswith(beginning)]
    if len(meant) != 1:
        raise UsageError(
            f'"{beginning}" is none of the changes of {sample.month} that are to be read',
            hint="`drift evidence self-sample` lists them",
        )
    return meant[0]


def _makers(row: ChangeRow, people: People) -> Iterator[str]:
    deployment = row.judgement.match.deployment if row.judgement else None
    yield from makers_of(row.change, deployment, people)
