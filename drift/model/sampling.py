"""Samples of changes that an auditor looks at: how large, and by which word each change was drawn."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Sampled(StrEnum):
    """What a sample is drawn from."""

    CHANGES = "changes"
    """Every change of the period that somebody must answer for."""
    EMERGENCIES = "emergencies"
    """Those of them that were made as an emergency. They are taken whole, whatever the profile says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """How many are drawn of a population of some size. Neither `take` nor `percent`: all."""

    up_to: int | None = None
    """Holds up to and with this many; `None`: of however many."""
    take: int | None = None
    percent: int | None = None
    """Rounded up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A rule for the size of a sample. Nobody prescribes one: it has a name, and says whose numbers it has.

    Either `bands`, or both percentages: as many as must be without a deviation to be that confident that
    less than the tolerable part of the whole population deviates.
    """

    name: str
    source: str
    bands: tuple[Band, ...] = ()
    """By size, the smallest first; the last holds for the rest."""
    confidence_percent: int | None = None
    tolerable_percent: int | None = None


class SeedOrigin(StrEnum):
    """Whose word decides what is drawn."""

    CHECKPOINT = "checkpoint"
    """The ledger's own, as it was sealed: nobody chose."""
    AUDITOR = "auditor"
    """A text of the auditor's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seed:
    """What decides, and where it comes from."""

    origin: SeedOrigin
    text: str
    """The root of the checkpoint in base64, or what the auditor gave."""
    sha256: str
    """Hex, of the text with what is drawn and what for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stratum:
    """A run of the population, one after the other in time, of which one is drawn."""

    begin: int
    """Place in the population, from 0."""
    end: int
    """Place after the last."""
    chosen: str
    """Id of the change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What was drawn of one population."""

    of: Sampled
    population: int
    left_out: dict[str, int]
    """Changes of the period that nobody must answer for, by their disposition."""
    population_sha256: str
    """Hex, over the ids of the population in its order, each ended by a newline."""
    chosen: tuple[str, ...]
    """Ids of changes: by time, or in the order in which the auditor named them."""
    seed: Seed | None = None
    """`None`: the auditor named what they want to see."""
    strata: tuple[Stratum, ...] = ()
    not_found: tuple[str, ...] = ()
    """What the auditor named, and is none of the population."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """All samples of one engagement and period."""

    engagement: str
    since: datetime | None
    until: datetime | None
    profile: Profile
    checkpoint_size: int
    checkpoint_root: str
    """Base64."""
    samples: tuple[Sample, ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        """Everything that was drawn, once."""
        return tuple(dict.fromkeys(one for sample in self.samples for one in sample.chosen))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """What somebody asks for. The same asking of the same ledger draws the same."""

    profile: Profile
    engagement: str = ""
    """What the audit is called, in one line."""
    own_seed: str | None = None
    ids: tuple[str, ...] | None = None
    """What the auditor wants to see, instead of a sample of the changes."""
