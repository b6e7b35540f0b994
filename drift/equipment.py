"""Everything that the pipeline works with, as wiring put it together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from drift.ledger.note import SigningKey
from drift.model.attribution import AttributionRules
from drift.model.detection import DetectRules
from drift.model.enrolment import EnrolmentRules
from drift.model.evidence import ConfigRecord
from drift.ports import AuditLog, Clock, CodeHost, Notifier, RawVault, TicketSource, Watched
from drift.stages.attribute import IdentityRules
from drift.stages.classify import ChannelRules
from drift.stages.correlate import CorrelationRules
from drift.stages.decide import DecisionRules
from drift.stages.translate import Translators
from drift.store.database import Database


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
