"""Everything that the pipeline works with, as wiring put it together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from drift.errors import ProviderError, VaultError, only_provider_errors
from drift.ledger.note import SigningKey
from drift.model.approval import ActionRules
from drift.model.attribution import AttributionRules
from drift.model.company import Company
from drift.model.coverage import CoverageRules, SourceRules
from drift.model.detection import DetectRules
from drift.model.enrolment import EnrolmentRules
from drift.model.event import RawRecord
from drift.model.evidence import ConfigRecord
from drift.model.person import People, Person
from drift.model.verdict import Actor
from drift.ports import (
    AccessList,
    AccountTree,
    Anchor,
    AuditLog,
    Canary,
    Clock,
    CodeHost,
    Directory,
    GrantSource,
    Meter,
    Notifier,
    OnCall,
    RawVault,
    TicketSource,
    TrustSource,
    Watched,
)
from drift.stages.anchor import AnchorRules
from drift.stages.assess import AssessmentRules
from drift.stages.attribute import IdentityRules
from drift.stages.canary import CanaryRules
from drift.stages.classify import ChannelRules
from drift.stages.correlate import CorrelationRules
from drift.stages.decide import DecisionRules
from drift.stages.notify.rules import DeliveryRules
from drift.stages.route import RoutingRules
from drift.stages.translate import Translators
from drift.store.database import Database

Recall: TypeAlias = Callable[[str], Actor | None]
"""Tells who was found to answer for the call of an event key."""


def _nothing(_: str) -> None:
    """There is no other store to ask."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The rules of every judging stage."""

    identities: IdentityRules
    channels: ChannelRules
    correlation: CorrelationRules
    detection: DetectRules
    decision: DecisionRules
    attribution: AttributionRules = field(default_factory=AttributionRules)
    enrolment: EnrolmentRules = field(default_factory=EnrolmentRules)
    routing: RoutingRules = field(default_factory=RoutingRules)
    coverage: CoverageRules = field(default_factory=CoverageRules)
    sources: Mapping[str, SourceRules] = field(default_factory=dict)
    """What holds of each source."""
    canaries: Mapping[str, CanaryRules] = field(default_factory=dict)
    actions: ActionRules = field(default_factory=ActionRules)
    assessment: AssessmentRules = field(default_factory=AssessmentRules)
    people: tuple[Person, ...] = ()
    """Whom the configuration itself names."""
    readers: tuple[str, ...] = ()
    """Who may be asked to read the sample of a month."""
    people_kept_for: timedelta = timedelta(days=397)
    """How long it counts under which names somebody was known whom a directory names no more."""

    def knowing(self, people: People) -> "Policy":
        """Return the rules with what is known now of who is who."""
        return replace(
            self,
            correlation=replace(self.correlation, aliases=people.aliases),
            assessment=replace(self.assessment, people=people),
        )

    def of_source(self, name: str) -> SourceRules:
        """Return what holds of a source: its owner is that of all, unless it has one of its own."""
        rules = self.sources.get(name, SourceRules())
        return replace(rules, owner=rules.owner or self.coverage.owner)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vault:
    """Where records are kept as they were delivered, and for how long."""

    records: RawVault
    keep_for: timedelta
    name: str = "vault"
    """Of its table in the configuration."""

    def keep(self, records: Sequence[RawRecord], now: datetime) -> None:
        """Keep records.

        Raises:
            VaultError: It cannot: that is no fault of whoever delivered them.
        """
        try:
            with only_provider_errors("keeping records"):
                self.records.keep(records, now)
        except ProviderError as error:
            raise self._failed(error) from error

    def check(self) -> str:
        """Try whether it could keep records, and say what was seen.

        Raises:
            VaultError: It could not.
        """
        try:
            with only_provider_errors("trying it"):
                return self.records.check()
        except ProviderError as error:
            raise self._failed(error) from error

    def _failed(self, error: ProviderError) -> VaultError:
        return VaultError(f"the vault {self.name} cannot keep records: {error.what}", hint=error.hint)


@dataclass(frozen=True, kw_only=True, slots=True)
class Equipment:
    """The ports' adapters by their names in the configuration, and what is ours."""

    configuration: ConfigRecord
    """Identifies the rules in force."""
    database: Database
    key: SigningKey
    clock: Clock
    policy: Policy
    translators: Translators
    sources: Mapping[str, AuditLog]
    watched: tuple[Watched, ...]
    ticket_sources: Mapping[str, TicketSource]
    code_hosts: Mapping[str, CodeHost]
    notifiers: Mapping[str, Notifier]
    vault: Vault | None
    """Without one, records are not kept as they were delivered."""
    recall: Recall = _nothing
    """Says who was found earlier to answer for the call of this event key, where the records may not tell."""
    canaries: Mapping[str, Canary] = field(default_factory=dict)
    anchors: Mapping[str, Anchor] = field(default_factory=dict)
    """Who holds checkpoints outside."""
    makes_witnesses: bool = False
    """Once a week those who are told anything are shown the last checkpoint."""
    anchor_rules: Mapping[str, AnchorRules] = field(default_factory=dict)
    """When each of them is given one."""
    directories: Mapping[str, Directory] = field(default_factory=dict)
    """Where names of people are read."""
    access_lists: Mapping[str, AccessList] = field(default_factory=dict)
    """Where it is read once a month who may write."""
    deliveries: Mapping[str, DeliveryRules] = field(default_factory=dict)
    """How fast each notifier is sent messages; one that is not here is sent everything at once."""
    on_call: Mapping[str, OnCall] = field(default_factory=dict)
    pages: str | None = None
    """Where browsers reach the pages; `None`: there are none, or nobody knows."""
    trust: Mapping[str, TrustSource] = field(default_factory=dict)
    """Where it is read who may act as the identities that deploy."""
    keeps_logs: frozenset[str] = frozenset()
    """The code hosts of which it is kept what their runs said."""
    grant_sources: Mapping[str, GrantSource] = field(default_factory=dict)
    """Where it is read who was given access for a time."""
    account_trees: Mapping[str, AccountTree] = field(default_factory=dict)
    """Where it is read in which organisational units accounts lie."""
    meters: tuple[Meter, ...] = ()
    """Of every adapter that was made for a configuration."""
    company: Company = field(default_factory=Company)
    """What the company says of itself to an auditor."""
