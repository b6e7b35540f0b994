"""The configuration as the program uses it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from drift.config.listening import Listen
from drift.config.report_settings import ReportSettings
from drift.config.web_settings import WebSettings
from drift.model.approval import ActionRules
from drift.model.company import Company
from drift.model.control_test import CompensatingControl
from drift.model.coverage import CoverageRules, SourceRules
from drift.model.enrolment import EnrolmentRules
from drift.model.ignore import IgnoreRule
from drift.model.person import Person
from drift.model.review import ReviewRules
from drift.model.rules_edit import RulesEdit
from drift.model.secret import Secret
from drift.model.visitor import AccessRules
from drift.ports import AdapterKind
from drift.reports.sampling.profiles import Profiles
from drift.stages.anchor import AnchorRules
from drift.stages.attribute import IdentityRules
from drift.stages.canary import CanaryRules
from drift.stages.classify import ChannelRules
from drift.stages.correlate import CorrelationRules
from drift.stages.decide import DecisionRules
from drift.stages.notify.rules import DeliveryRules
from drift.stages.route import RoutingRules


class ClockSource(StrEnum):
    """Where "now" comes from."""

    SYSTEM = "system"
    RECORDS = "records"
    """The newest time in the recorded sources, for demonstrations, replays and tests."""


class LogFormat(StrEnum):
    """How the daemon writes what it says."""

    TEXT = "text"
    JSON = "json"
    """A JSON object a line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdapterSettings:
    """One configured adapter."""

    kind: AdapterKind
    name: str
    type: str
    """Which adapter it is: its name in the catalog."""
    settings: object
    """An instance of the settings type that the catalog holds for this adapter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditLogSettings(AdapterSettings):
    """One configured audit log."""

    rules: SourceRules


@dataclass(frozen=True, kw_only=True, slots=True)
class CanarySettings(AdapterSettings):
    """One configured canary."""

    rules: CanaryRules


@dataclass(frozen=True, kw_only=True, slots=True)
class AnchorSettings(AdapterSettings):
    """One configured anchor."""

    rules: AnchorRules


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceSinkSettings(AdapterSettings):
    """One configured evidence sink."""

    every: timedelta | None
    """How often the daemon exports a pack for it; `None`: never."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeHostSettings(AdapterSettings):
    """One configured code host."""

    keeps_logs: bool
    """Whether it is kept in the vault what runs said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotifierSettings(AdapterSettings):
    """One configured notifier."""

    rules: DeliveryRules


@dataclass(frozen=True, kw_only=True, slots=True)
class BaselineSettings(AdapterSettings):
    """One configured baseline."""

    live: str
    """Name of the live configuration that it is compared with."""
    store: str | None = None
    """Name of the store of its states; without one, it is the one that their URI names."""
    sweep_every: timedelta | None = None
    """How often it is compared, by itself; `None`: with all others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultSettings(AdapterSettings):
    """The configured vault."""

    keep_for: timedelta
    """Records that are older are erased."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnTable:
    """Rows of the user's own for a data table, before those that ship with the program."""

    name: str
    """`aws/signals` for example."""
    path: Path
    data: bytes
    """The file as it is."""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that a configuration file says. Every path in it is absolute."""

    path: Path | None
    """The file; `None` where there is none and the defaults hold."""
    sha256: str
    """Hex SHA-256 of the file's bytes, of no bytes where there is no file.

    Those of its own tables follow, in their order: they judge as it does.
    """
    parts: Mapping[str, str]
    """Hex SHA-256 of the file, as `configuration`, and of each of its own tables by its name."""
    edit: RulesEdit
    """Who edited it last, by its own word."""
    organisation: str
    store_url: Secret
    """It may hold a password."""
    key_file: Path
    """Where the ledger's key is, and is made on the first run, unless `key_text` is given."""
    key_text: Secret | None
    """The ledger's key itself; an empty one where a command that only reads did not find it."""
    signing_key: AdapterSettings | None
    """The service that keeps the ledger's key, in place of either."""
    makes_witnesses: bool
    """Once a week those who are told anything are shown the last checkpoint."""
    observation_period: timedelta
    """How far back an auditor may ask: no raw record is erased that is younger."""
    clock: ClockSource
    poll_every: timedelta
    sweep_every: timedelta
    """How often everything that is declared is compared, whether or not anybody wrote to it."""
    checkpoint_every: timedelta
    listen: Listen | None
    """Without it nothing listens."""
    web: WebSettings | None
    """Without it there are no pages."""
    access: AccessRules
    """Who may see what on them."""
    log_format: LogFormat
    report: ReportSettings
    audit_logs: tuple[AuditLogSettings, ...]
    baselines: tuple[BaselineSettings, ...]
    state_stores: tuple[AdapterSettings, ...]
    live: tuple[AdapterSettings, ...]
    tickets: tuple[AdapterSettings, ...]
    code_hosts: tuple[CodeHostSettings, ...]
    notifiers: tuple[NotifierSettings, ...]
    vault: VaultSettings | None
    """Without one, records are not kept as they were delivered; the ledger holds their hashes."""
    canaries: tuple[CanarySettings, ...]
    evidence_sinks: tuple[EvidenceSinkSettings, ...]
    anchors: tuple[AnchorSettings, ...]
    on_call: tuple[AdapterSettings, ...]
    trust: tuple[AdapterSettings, ...]
    """Where it is read who may act as the identities that deploy."""
    grants: tuple[AdapterSettings, ...]
    """Where it is read who was given access for a time."""
    mail: tuple[AdapterSettings, ...]
    """What sends reports."""
    account_trees: tuple[AdapterSettings, ...]
    """Where it is read in which organisational units accounts lie."""
    coverage: CoverageRules
    identities: IdentityRules
    channels: ChannelRules
    correlation: CorrelationRules
    decision: DecisionRules
    enrolment: EnrolmentRules
    routing: RoutingRules
    ignores: tuple[IgnoreRule, ...]
    """Drift that is not to be told of; also the rules that have expired."""
    own_tables: tuple[OwnTable, ...]
    profiles: Profiles
    """By which the size of a sample is chosen."""
    actions: ActionRules
    controls: tuple[CompensatingControl, ...]
    people: tuple[Person, ...]
    """Everybody whom the configuration knows under several names."""
    access_lists: tuple[AdapterSettings, ...]
    directories: tuple[AdapterSettings, ...]
    """Where more names of people are read."""
    operator: str | None
    """Who acts on this machine, unless the command says otherwise."""
    reviews: ReviewRules
    company: Company
    """What the company says of itself to an auditor."""

    @property
    def key_place(self) -> str:
        """Where the ledger's key is, for people."""
        if self.signing_key is not None:
            return f"{self.signing_key.name}, of type {self.signing_key.type}"
        return str(self.key_file) if self.key_text is None else "in the environment"

    @property
    def ledger_origin(self) -> str:
        """The name that every checkpoint of this organisation's ledger bears."""
        return f"driftledger/{self.organisation}"
