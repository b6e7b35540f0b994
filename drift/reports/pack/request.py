"""What a pack is asked for."""

from dataclasses import dataclass, field

from drift.model.company import Company
from drift.model.connected import Configured, ConnectedSystem
from drift.model.environment import Environment
from drift.model.person import People
from drift.model.recheck import TicketRecheck
from drift.model.review import ReviewRules
from drift.model.sampling import Sampling
from drift.model.ticket import Ticket
from drift.ports import RawVault
from drift.reports.population import Period
from drift.reports.sampling.profiles import default_sampling


@dataclass(frozen=True, kw_only=True, slots=True)
class Rechecked:
    """A ticket that was asked for again for this pack, and the entry that says so."""

    recheck: TicketRecheck
    ledger_seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Tickets:
    """The tickets of changes that are drawn."""

    then: tuple[Ticket, ...] = ()
    """As they were when the changes were judged: the ledger has their hashes."""
    rechecked: tuple[Rechecked, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PackRequest:
    """What somebody asked for, with what the configuration adds. The same request gives the same bytes."""

    period: Period
    tool_version: str
    commit: str | None = None
    """That the program was installed from; `None` where the installer did not note it."""
    rules_sha256: str | None = None
    """Over the tables that come with the program."""
    config_sha256: str | None = None
    """Of the configuration, as `config_version` entries have it."""
    company: Company = field(default_factory=Company)
    """What the company says of itself."""
    reviews: ReviewRules = field(default_factory=ReviewRules)
    connected: tuple[ConnectedSystem, ...] = ()
    """Which systems the configuration connects."""
    configured: Configured = field(default_factory=Configured)
    sampling: Sampling = field(default_factory=default_sampling)
    tickets: Tickets = field(default_factory=Tickets)
    """What is known of the tickets of changes that are drawn, besides what the ledger has."""
    vault: RawVault | None = None
    """Where records lie as they were delivered."""
    why_no_vault: str = "no [[vault]] keeps them"
    people: People = field(default_factory=People)
    """Who is who, so that two names of one person are joined."""
    environments: tuple[Environment, ...] = ()
    """Which parts of the estate are production; what none claims is taken for it."""
