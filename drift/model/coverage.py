"""How completely the sources were read, and who says so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from drift.model.budget import Budget


@dataclass(frozen=True, kw_only=True, slots=True)
class Trail:
    """One log for which a cloud vouches: an account may have several in a region."""

    account: str
    region: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedSince:
    """Since when a cloud is asked for its word: of each trail since it is known, and no longer."""

    trails: Mapping[Trail, datetime]
    others: datetime
    """Of trails that are not known yet."""

    def of(self, trail: Trail) -> datetime:
        """Return since when it is asked about one trail."""
        return self.trails.get(trail, self.others)

    def of_place(self, account: str, region: str) -> datetime:
        """Return since when it is asked about any trail of an account and region."""
        known = (at for one, at in self.trails.items() if (one.account, one.region) == (account, region))
        return min((self.others, *known))


@dataclass(frozen=True, kw_only=True, slots=True)
class Attestation:
    """What a cloud vouches for: that the files of a span are all there were, and unaltered.

    A failed one is as much worth knowing: something was removed, altered or never delivered.
    """

    account: str
    region: str
    from_at: datetime
    to_at: datetime
    document: str
    """Where the cloud's word stands, the URI of a digest file for example."""
    files: int
    """How many delivered files were held against it."""
    problem: str | None = None
    """Why it does not hold; `None` where it does."""
    trail: str = ""
    """Whose log it is; empty in what was recorded before trails were told apart."""

    @property
    def of_trail(self) -> Trail:
        """The log that it is about."""
        return Trail(account=self.account, region=self.region, name=self.trail)


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenUp:
    """What the service of a source put aside, since nobody who was given it could read it."""

    count: int
    """How many messages lie there, roughly."""
    place: str
    """`the queue driftledger-dead`."""
    redrive: str
    """How they are brought back, as an order: `move them back with ...`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadSpan:
    """What was read of a source since it was recorded last, in the records' own time."""

    source: str
    account: str | None
    region: str | None
    first_at: datetime | None
    """`None` where no record that was read bears a time."""
    last_at: datetime | None
    records: int
    unreadable: int


class GapKind(StrEnum):
    """Why something was not seen."""

    OUTAGE = "outage"
    """The source cannot be read. A later complete read fills it."""
    BUDGET = "budget"
    """Its budget is spent. It is read on in the next period, which fills it."""
    LOST = "lost"
    """The source was not read for longer than it keeps what it delivers."""
    DELIVERY = "delivery"
    """One delivery could not be read, and lies in quarantine."""
    ATTESTATION = "attestation"
    """The cloud's own word does not hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Acceptance:
    """That somebody accepts of a gap that it can never be filled: it stays one, and asks for nothing more."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """What is known not to have been seen, until it is filled."""

    kind: GapKind
    source: str
    error: str
    owner: str | None
    opened_at: datetime
    """When we noticed."""
    account: str | None = None
    """`None`: of every account of the source."""
    region: str | None = None
    name: str | None = None
    """The delivery, or the document of an attestation."""
    from_at: datetime | None = None
    """`None`: since the source began, or not known."""
    to_at: datetime | None = None
    """`None`: it still goes on, or is not known."""
    accepted: Acceptance | None = None
    trail: str = ""
    """Of an attestation: whose log it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRules:
    """What the policy says of one source."""

    owner: str | None = None
    """Who sees to it that its gaps are filled."""
    retention: timedelta | None = None
    """How long it keeps what it delivers; `None`: not known, and taken to be long enough."""
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverageRules:
    """What the policy asks of the coverage."""

    owner: str | None = None
    """Who sees to the gaps of sources without an owner of their own."""
    gap_limit: timedelta = timedelta(hours=24)
    """A gap that is open for longer is an alarm."""
    silent_after: timedelta = timedelta(hours=1)
    """No account counts as silent before, however much it talked."""
    rhythm: timedelta = timedelta(days=14)
    """How far back the longest pause of an account is looked for."""
    may_be_silent: tuple[re.Pattern[str], ...] = ()
    """Accounts whose silence is nobody's concern: those that are given up, for example."""

    def is_watched(self, account: str) -> bool:
        """Tell whether the silence of an account matters."""
        return not any(pattern.fullmatch(account) for pattern in self.may_be_silent)
