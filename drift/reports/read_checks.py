"""What became of each month's sample: who was to read it, and what they saw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift.model.self_sample import ReadCheck, ReadResult, SelfSample


class ReadStanding(StrEnum):
    """How far the reading of a month's sample is."""

    DONE = "done"
    OPEN = "open"
    OVERDUE = "overdue"
    NOBODY = "nobody"
    """Everybody who could read it made some of it, or nobody is named who could."""
    NOTHING = "nothing"
    """There is nothing to read."""
    NOT_ASKED = "not asked"
    """A version drew it that had nobody read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadSample:
    """A month's sample with what people saw of it."""

    sample: SelfSample
    reads: Mapping[str, ReadCheck]
    """The latest of each change."""

    @property
    def otherwise(self) -> tuple[ReadCheck, ...]:
        """Those of which somebody saw that they are not as recorded."""
        return tuple(one for one in self.reads.values() if one.result is ReadResult.OTHERWISE)

    def standing(self, at: datetime) -> ReadStanding:
        """Tell how far it is at a time."""
        sample = self.sample
        if not sample.to_read:
            return ReadStanding.NOT_ASKED if sample.drawn else ReadStanding.NOTHING
        if set(sample.to_read) <= set(self.reads):
            return ReadStanding.DONE
        if sample.due_at is not None and sample.due_at < at:
            return ReadStanding.OVERDUE
        return ReadStanding.OPEN if sample.reader else ReadStanding.NOBODY


def read_samples(samples: Iterable[SelfSample], reads: Iterable[ReadCheck]) -> list[ReadSample]:
    """Return each month's sample with the reads of it, both in the order of the ledger."""
    latest: dict[str, dict[str, ReadCheck]] = {}
    for read in reads:
        latest.setdefault(read.month, {})[read.change_id] = read
    return [ReadSample(sample=one, reads=latest.get(one.month, {})) for one in samples]
