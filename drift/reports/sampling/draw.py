"""Draws samples out of the sealed ledger, so that anybody else who has it draws the same.

1. The population are the changes that began in the period, without those that nobody must answer for, by
   their first write and then their id.
2. The checkpoint is the oldest of those in the pack that reaches to the end of the period; where none does,
   the newest. So a pack that is made later draws by the same.
3. The seed is the SHA-256 of a title, the population, the engagement, the period and the checkpoint's root,
   or the auditor's own text in its place, a line each.
4. The population is cut into as many runs as changes are drawn, as even as can be. Of each run that one is
   drawn whose SHA-256 of the seed and its id is the smallest.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

import msgspec
from sqlalchemy import Connection

from drift.errors import UsageError
from drift.ledger.checkpoint import daily_checkpoints
from drift.ledger.entry import StoredEntry, format_time
from drift.ledger.log import entries, entries_at
from drift.model.evidence import Checkpoint, EntryKind
from drift.model.sampling import Sample, Sampled, Sampling, Seed, SeedOrigin, Selection, Stratum
from drift.model.verdict import NOBODYS, Disposition, Lane
from drift.reports.population import Period, Reading
from drift.reports.sampling.profiles import size_of_sample

TITLE = "driftledger/sample/v1"

MOST_NAMED = 3


class _Said(msgspec.Struct, frozen=True):
    """Of a change, what decides whether it may be drawn; nothing of it is left of one that was erased."""

    disposition: str | None = None
    lane: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    change_id: str
    said: _Said

    @property
    def is_nobodys(self) -> bool:
        return self.said.disposition in NOBODYS

    def belongs_to(self, of: Sampled) -> bool:
        match of:
            case Sampled.CHANGES:
                return not self.is_nobodys
            case Sampled.EMERGENCIES:
                is_declared = self.said.disposition == Disposition.EMERGENCY
                return not self.is_nobodys and (is_declared or self.said.lane == Lane.EMERGENCY)
            case _:
                assert_never(of)


def draw(
    connection: Connection, sealed: Checkpoint, period: Period, changes: Iterable[int], asked: Sampling
) -> Selection:
    """Return the samples that are asked for, of `changes`: the entries of the period in its order."""
    candidates = [_candidate(entry) for entry in entries_at(connection, changes)]
    checkpoint = seed_checkpoint(connection, sealed, period.until)
    return Selection(
        engagement=asked.engagement,
        since=period.since,
        until=period.until,
        profile=asked.profile,
        checkpoint_size=checkpoint.size,
        checkpoint_root=checkpoint.root,
        samples=tuple(_sample(of, candidates, period, checkpoint, asked) for of in Sampled),
    )


def draw_from(connection: Connection, sealed: Checkpoint, period: Period, asked: Sampling) -> Selection:
    """Return the samples of a period that are asked for, from the ledger as it was sealed then.

    Raises:
        UsageError: None of the ids that an auditor named is of the period.
    """
    reading = Reading()
    for entry in entries(connection, to_seq=sealed.size, kind=EntryKind.DISPOSITION):
        reading.add(entry)
    selection = draw(connection, sealed, period, reading.population(period).changes, asked)
    _refuse_strangers(selection)
    return selection


def _refuse_strangers(selection: Selection) -> None:
    """Refuse a list that names nothing of the period: the list or the period is another one."""
    for sample in selection.samples:
        if sample.not_found and not sample.chosen:
            named = ", ".join(sample.not_found[:MOST_NAMED])
            more = ", ..." if len(sample.not_found) > MOST_NAMED else ""
            raise UsageError(
                f"no change of the period is called {named}{more}",
                hint="compare the list with `drift changes`, and the period with --since and --until",
            )


def seed_checkpoint(connection: Connection, sealed: Checkpoint, until: datetime | None) -> Checkpoint:
    """Return the checkpoint that decides what is drawn of a period that ends at `until`."""
    daily = daily_checkpoints(connection, sealed)
    last = {entry.seq: entry for entry in entries_at(connection, [one.size - 1 for one in daily])}
    reaching = (one for one in daily if until and last[one.size - 1].recorded_at >= until)
    return next(reaching, sealed)


def seed_of(of: Sampled, engagement: str, period: Period, origin: SeedOrigin, text: str) -> Seed:
    """Return the seed by which a population is drawn from."""
    ends = [format_time(one) if one else "" for one in (period.since, period.until)]
    lines = (TITLE, of.value, engagement, *ends, origin.value, text)
    return Seed(origin=origin, text=text, sha256=_sha256("".join(f"{line}\n" for line in lines)))


def rank(seed: Seed, change_id: str) -> str:
    """Return what decides within a run: the smallest is drawn."""
    return _sha256(f"{seed.sha256}/{change_id}")


def runs(population: int, size: int) -> list[tuple[int, int]]:
    """Return where each run begins and where it has ended."""
    return [(one * population // size, (one + 1) * population // size) for one in range(size)]


def _sample(
    of: Sampled, candidates: Sequence[_Candidate], period: Period, checkpoint: Checkpoint, asked: Sampling
) -> Sample:
    ids = [one.change_id for one in candidates if one.belongs_to(of)]
    left_out = [str(one.said.disposition) for one in candidates if one.is_nobodys and of is Sampled.CHANGES]
    whole = Sample(
        of=of,
        population=len(ids),
        left_out=dict(sorted(Counter(left_out).items())),
        population_sha256=_sha256("".join(f"{one}\n" for one in ids)),
        chosen=tuple(ids),
    )
    if of is Sampled.CHANGES and asked.ids is not None:
        return _named(whole, asked.ids)
    if asked.own_seed is None:
        origin, text = SeedOrigin.CHECKPOINT, checkpoint.root
    else:
        origin, text = SeedOrigin.AUDITOR, asked.own_seed
    seed = seed_of(of, asked.engagement, period, origin, text)
    size = len(ids) if of is Sampled.EMERGENCIES else size_of_sample(asked.profile, len(ids))
    return _drawn(whole, size, seed)


def _named(whole: Sample, ids: Iterable[str]) -> Sample:
    known, named = set(whole.chosen), tuple(dict.fromkeys(ids))
    return replace(
        whole,
        chosen=tuple(one for one in named if one in known),
        not_found=tuple(one for one in named if one not in known),
    )


def _drawn(whole: Sample, size: int, seed: Seed) -> Sample:
    strata = tuple(
        Stratum(begin=begin, end=end, chosen=min(whole.chosen[begin:end], key=lambda one: rank(seed, one)))
        for begin, end in runs(whole.population, size)
    )
    return replace(whole, seed=seed, strata=strata, chosen=tuple(one.chosen for one in strata))


def _candidate(entry: StoredEntry) -> _Candidate:
    return _Candidate(change_id=entry.ref, said=_decoder.decode(entry.body or b"{}"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_decoder = msgspec.json.Decoder(_Said)
