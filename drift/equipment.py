"""Everything that the pipeline works with, as wiring put it together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias

from drift.ledger.note import SigningKey
from drift.model.attribution import AttributionRules
from drift.model.coverage import CoverageRules, SourceRules
from drift.model.detection import DetectRules
from drift.model.enrolment import EnrolmentRules
from drift.model.evidence import ConfigRecord
from drift.model.verdict import Actor
from drift.ports import AuditLog, Canary, Clock, CodeHost, Meter, Notifier, RawVault, TicketSource, Watched
from drift.stages.attribute import IdentityRules
from drift.stages.canary import CanaryRules
from drift.stages.classify import ChannelRules
from drift.stages.correlate import CorrelationRules
from drift.stages.decide import DecisionRules
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

    def of_source(self, name: str) -> SourceRules:
        """Return what holds of a source: its owner is that of all, unless it has one of its own."""
        rules = self.sources.get(name, SourceRules())
        return replace(rules, owner=rules.owner or self.coverage.owner)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vault:
    """Where records are kept as they were delivered, and for how long."""

    records: RawVault
    keep_for: timedelta


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
    meters: tuple[Meter, ...] = ()
    """Of every adapter that was made for a configuration."""
