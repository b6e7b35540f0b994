"""Every adapter, under the name that it has in the configuration.

Adding an adapter is one file with its class and, beside it, its settings, and one row here. A
module is imported when the configuration asks for its adapter; none imports an SDK before it
is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from msgspec import Struct

from drift.errors import UsageError
from drift.model.resource import Cloud
from drift.ports import (
    AccessList,
    AccountTree,
    AdapterKind,
    Anchor,
    AnswerTime,
    AuditLog,
    Baseline,
    Canary,
    Code,
    CodeHost,
    Directory,
    EvidenceSink,
    GrantSource,
    KeyService,
    LiveConfig,
    MailTransport,
    Notifier,
    OnCall,
    RawVault,
    Signer,
    StateStore,
    TicketSource,
    Translator,
    TrustSource,
)
from providers.meter import Meter, given_meter, metered
from providers.on_demand import OnDemand

if TYPE_CHECKING:
    # `classify` waits for every import, and compares nothing.
    from drift.model.attribution import AttributionRules
    from drift.model.detection import DetectRules

PortT_co = TypeVar("PortT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Adapter(Generic[PortT_co]):
    """An implementation of a port: the class `Name` of a module, whose settings are `NameSettings`."""

    module: str
    cls: str
    paths: tuple[str, ...] = ()
    """The settings that name files: where relative, they start from the configuration's folder."""
    has_name: bool = False
    """Whether it is told what the configuration calls it."""
    tables: str | None = None
    """Whose data tables it reads, to which the configuration may add rows; see `TABLES`."""
    has_keys: bool = False
    """Whether it is given the services that open what was sealed with their keys."""
    states: str | None = None
    """The setting that names states, by path or URI: it is given the store that reads them."""
    is_queue: bool = False
    """Whether what it delivers is for one reader alone: nobody else may go through it."""
    schemes: tuple[str, ...] = ()
    """How the URIs of its states begin, of a store; a path has no scheme."""

    @property
    def settings(self) -> type[Struct]:
        """The type of its settings."""
        settings: type[Struct] = getattr(import_module(self.module), f"{self.cls}Settings")
        return settings

    def make(
        self,
        name: str,
        settings: object,
        overrides: Mapping[str, str] = {},
        store: StateStore | None = None,
        meter: Meter | None = None,
    ) -> PortT_co:
        """Return the adapter, ready for use, with the user's own rows of its tables.

        Without a `store` for its states, it is the one that their URI names. What it asks its
        service for is counted with the `meter`.

        Raises:
            ValueError: An own table is not of its form.
            UsageError: No store reads such URIs.
        """
        adapter: Any = getattr(import_module(self.module), self.cls)
        given: dict[str, object] = {"name": name} if self.has_name else {}
        with metered(meter or Meter()):
            if self.states:
                given["store"] = store or state_store(getattr(settings, self.states))
            if self.tables:
                given["overrides"] = own_tables(self.tables, overrides)
            if self.has_keys:
                given["key_services"] = key_services()
            made: PortT_co = adapter(settings=settings, **given)
        return made


AUDIT_LOGS: Mapping[str, Adapter[AuditLog]] = {
    "log-files": Adapter("providers.log_files.audit_log", "LogFiles", paths=("path",)),
    "launchdarkly": Adapter("providers.launchdarkly.audit_log", "LaunchDarklyAuditLog"),
    "cloudtrail-queue": Adapter("providers.aws.cloudtrail_queue", "CloudTrailQueue", is_queue=True),
    "cloudtrail-bucket": Adapter("providers.aws.trail_bucket", "TrailBucket"),
    "cloudtrail-lookup": Adapter("providers.aws.cloudtrail_lookup", "CloudTrailLookup"),
    "eventbridge-queue": Adapter("providers.aws.eventbridge_queue", "EventBridgeQueue", is_queue=True),
    "azure-log-analytics": Adapter("providers.azure.log_analytics", "AzureLogAnalytics", paths=("ca_file",)),
    "azure-activity-log": Adapter("providers.azure.activity_log", "AzureActivityLog", paths=("ca_file",)),
    "azure-event-hub": Adapter(
        "providers.azure.event_hub", "AzureEventHub", paths=("ca_file",), is_queue=True
    ),
    "entra-pim": Adapter("providers.azure.pim", "EntraPim", paths=("ca_file",)),
    "gcp-logging": Adapter("providers.gcp.logging_audit_log", "GcpLogging", paths=("credentials_file",)),
    "gcp-pubsub": Adapter(
        "providers.gcp.pubsub_audit_log", "GcpPubSub", paths=("credentials_file",), is_queue=True
    ),
}

BASELINES: Mapping[str, Adapter[Baseline]] = {
    "terraform-state": Adapter(
        "providers.terraform.baseline",
        "TerraformState",
        paths=("state", "code", "code_cache"),
        has_name=True,
        tables="terraform",
        has_keys=True,
        states="state",
    ),
}

STATE_STORES: Mapping[str, Adapter[StateStore]] = {
    "local": Adapter("providers.terraform.backends.local", "LocalStates", schemes=("", "file")),
    "s3": Adapter("providers.aws.state_store", "S3States", schemes=("s3",)),
    "gcs": Adapter("providers.gcp.state_store", "GcsStates", schemes=("gs",), paths=("credentials_file",)),
    "azurerm": Adapter("providers.azure.state_store", "AzureStates", schemes=("azurerm",)),
    "http": Adapter("providers.terraform.backends.http", "HttpStates", schemes=("https", "http")),
    "hcp-terraform": Adapter("providers.terraform.backends.hcp", "HcpStates", schemes=("tfe",)),
}
"""Where states are kept. The scheme of a URI says which one reads it, unless the configuration does."""

CODE: Mapping[str, Adapter[Code]] = {
    "terraform-state": Adapter("providers.terraform.code_edits", "TerraformCode"),
}
"""The code behind baselines, by the type of the baseline and with its settings."""

LIVE: Mapping[str, Adapter[LiveConfig]] = {
    "terraform": Adapter(
        "providers.terraform.live_config",
        "TerraformProviders",
        paths=("folders", "cache"),
        tables="terraform",
    ),
    "aws": Adapter("providers.aws.native.live_config", "AwsNative", tables="aws-live"),
    "recorded": Adapter("providers.recorded.live_config", "RecordedLiveConfig", paths=("path",)),
}

AMBIENT_LIVE = ("terraform", "aws")
"""Those that work without settings, with whatever credentials are at hand."""

TICKETS: Mapping[str, Adapter[TicketSource]] = {
    "recorded": Adapter("providers.recorded.tickets", "RecordedTickets", paths=("path",)),
    "jira-cloud": Adapter("providers.jira.cloud", "JiraCloud"),
    "jira-data-center": Adapter("providers.jira.data_center", "JiraDataCenter"),
    "servicenow": Adapter("providers.servicenow.tickets", "ServiceNow"),
    "github-issues": Adapter("providers.github.tickets", "GitHubIssues"),
    "gitlab-issues": Adapter("providers.gitlab.tickets", "GitLabIssues"),
    "pagerduty-incidents": Adapter("providers.pagerduty.tickets", "PagerDutyIncidents"),
}

CODE_HOSTS: Mapping[str, Adapter[CodeHost]] = {
    "github": Adapter("providers.github.code_host", "GitHub", paths=("ca_file",)),
    "gitlab": Adapter("providers.gitlab.code_host", "GitLab", paths=("ca_file",)),
    "hcp-terraform": Adapter("providers.terraform.hcp_runs", "HcpRuns"),
    "spacelift": Adapter("providers.spacelift.runs", "Spacelift"),
    "recorded": Adapter("providers.recorded.code_host", "RecordedCodeHost", paths=("path",)),
}

NOTIFIERS: Mapping[str, Adapter[Notifier]] = {
    "slack": Adapter("providers.slack.web_api", "Slack"),
    "slack-preview": Adapter("providers.slack.preview", "SlackPreview", paths=("folder",)),
    "email": Adapter("providers.email.smtp", "Email", paths=("ca_file",)),
    "pagerduty": Adapter("providers.pagerduty.events", "PagerDuty"),
    "webhook": Adapter("providers.webhook.cloud_events", "Webhook", paths=("ca_file",)),
    "ocsf-files": Adapter("providers.ocsf.files", "OcsfFiles", paths=("folder",)),
}

VAULTS: Mapping[str, Adapter[RawVault]] = {
    "local-folder": Adapter("providers.vault.local_folder", "LocalFolder", paths=("folder",)),
    "s3": Adapter("providers.aws.vault", "S3Vault"),
    "gcs": Adapter("providers.gcp.vault", "GcsVault", paths=("credentials_file",)),
    "azure-blob": Adapter("providers.azure.vault", "AzureVault"),
}

CANARIES: Mapping[str, Adapter[Canary]] = {
    "aws-parameter-tag": Adapter("providers.aws.canary", "AwsParameterTag"),
    "gcp-topic-label": Adapter("providers.gcp.canary", "GcpTopicLabel", paths=("credentials_file",)),
}

DIRECTORIES: Mapping[str, Adapter[Directory]] = {
    "okta": Adapter("providers.okta.directory", "Okta"),
    "entra": Adapter("providers.azure.directory", "Entra", paths=("ca_file",)),
    "aws-identity-center": Adapter("providers.aws.identity_store", "AwsIdentityCenter"),
    "google-workspace": Adapter("providers.gcp.workspace", "GoogleWorkspace", paths=("credentials_file",)),
    "slack": Adapter("providers.slack.directory", "SlackPeople"),
}

ACCESS_LISTS: Mapping[str, Adapter[AccessList]] = {
    "aws-iam": Adapter("providers.aws.access", "AwsIam"),
    "azure-roles": Adapter("providers.azure.access", "AzureRoles", paths=("ca_file",)),
    "gcp-project-roles": Adapter(
        "providers.gcp.project_roles", "GcpProjectRoles", paths=("credentials_file",)
    ),
}

SIGNING_KEYS: Mapping[str, Adapter[Signer]] = {
    "aws-kms": Adapter("providers.aws.signing_key", "AwsKmsKey"),
    "gcp-kms": Adapter("providers.gcp.signing_key", "GcpKmsKey", paths=("credentials_file",)),
}
"""Where the key of the ledger may be kept. Azure Key Vault is not here: it knows no Ed25519."""

EVIDENCE_SINKS: Mapping[str, Adapter[EvidenceSink]] = {
    "s3": Adapter("providers.aws.evidence_drop", "S3Drop"),
    "webhook": Adapter("providers.webhook.evidence", "EvidenceWebhook", paths=("ca_file",)),
    "vanta": Adapter("providers.vanta.sink", "Vanta"),
}

ANCHORS: Mapping[str, Adapter[Anchor]] = {
    "rfc3161": Adapter("providers.rfc3161.anchor", "Rfc3161", paths=("roots", "ca_file")),
    "s3-object-lock": Adapter("providers.aws.object_lock", "S3ObjectLock"),
    "git": Adapter("providers.git_anchor.anchor", "GitAnchor", paths=("ssh_key", "ca_file")),
}

ON_CALL: Mapping[str, Adapter[OnCall]] = {
    "pagerduty": Adapter("providers.pagerduty.on_call", "PagerDutyOnCall"),
}
TRUST: Mapping[str, Adapter[TrustSource]] = {
    "aws-roles": Adapter("providers.aws.trust", "AwsRoles"),
    "azure-applications": Adapter("providers.azure.trust", "AzureApplications", paths=("ca_file",)),
    "gcp-service-accounts": Adapter("providers.gcp.trust", "GcpServiceAccounts", paths=("credentials_file",)),
}
GRANTS: Mapping[str, Adapter[GrantSource]] = {
    "aws-team": Adapter("providers.aws.team", "AwsTeam"),
}
MAIL: Mapping[str, Adapter[MailTransport]] = {
    "smtp": Adapter("providers.email.transport", "SmtpMail", paths=("ca_file",)),
    "amazon-ses": Adapter("providers.aws.ses", "AmazonSes"),
}
ACCOUNT_TREES: Mapping[str, Adapter[AccountTree]] = {
    "aws-organizations": Adapter("providers.aws.organisation", "AwsOrganisation"),
    "azure-management-groups": Adapter(
        "providers.azure.organisation", "AzureManagementGroups", paths=("ca_file",)
    ),
    "gcp-folders": Adapter("providers.gcp.organisation", "GcpOrganisation", paths=("credentials_file",)),
}

TRANSLATORS: Mapping[Cloud, str] = {
    Cloud.AWS: "AwsTranslator",
    Cloud.GCP: "GcpTranslator",
    Cloud.AZURE: "AzureTranslator",
    Cloud.LAUNCHDARKLY: "LaunchDarklyTranslator",
}
"""The translator of each cloud, in the module `translate` of its folder, beside `envelopes`."""

ADAPTERS: Mapping[AdapterKind, Mapping[str, Adapter[object]]] = {
    AdapterKind.AUDIT_LOG: AUDIT_LOGS,
    AdapterKind.BASELINE: BASELINES,
    AdapterKind.STATE_STORE: STATE_STORES,
    AdapterKind.LIVE: LIVE,
    AdapterKind.TICKETS: TICKETS,
    AdapterKind.CODE_HOST: CODE_HOSTS,
    AdapterKind.NOTIFIER: NOTIFIERS,
    AdapterKind.VAULT: VAULTS,
    AdapterKind.SIGNING_KEY: SIGNING_KEYS,
    AdapterKind.EVIDENCE_SINK: EVIDENCE_SINKS,
    AdapterKind.CANARY: CANARIES,
    AdapterKind.DIRECTORY: DIRECTORIES,
    AdapterKind.ACCESS_LIST: ACCESS_LISTS,
    AdapterKind.ON_CALL: ON_CALL,
    AdapterKind.ANCHOR: ANCHORS,
    AdapterKind.TRUST: TRUST,
    AdapterKind.ACCOUNT_TREE: ACCOUNT_TREES,
    AdapterKind.GRANTS: GRANTS,
    AdapterKind.MAIL: MAIL,
}
"""What the configuration may name, by the table that it stands in."""


TABLES: Mapping[str, tuple[str, ...]] = {
    "aws": ("signals", "resources"),
    "gcp": ("signals", "resources"),
    "azure": ("signals", "resources"),
    "launchdarkly": ("signals",),
    "aws-live": ("types",),
    "terraform": (
        "attributes",
        "equivalences",
        "defaults",
        "coded",
        "companions",
        "co-managed",
        "locations",
        "attribution",
        "providers",
    ),
}
"""The data tables, by whose they are, to which a configuration may add rows: `aws/signals`."""


def meter_of(kind: AdapterKind, name: str) -> Meter:
    """Return what counts the calls of an adapter that is made with it."""
    return Meter(kind, name)


def translators(overrides: Mapping[str, str] = {}) -> tuple[Translator, ...]:
    """Return the translators, one a cloud, with the user's own rows: texts by `aws/signals` and the like.

    Raises:
        ValueError: An own table is not of its form.
    """
    return tuple(_translator(cloud, own_tables(cloud, overrides)) for cloud in TRANSLATORS)


def _translator(cloud: Cloud, own: Mapping[str, str]) -> Translator:
    """Return a cloud's translator: at once where own tables are to be checked, else when it is needed."""
    if own:
        return _made(cloud, own)
    envelopes = import_module(f"providers.{cloud}.envelopes")
    return OnDemand(cloud, envelopes.RECORD_HEADS, envelopes.unwrap, partial(_made, cloud, own))


def _made(cloud: Cloud, own: Mapping[str, str]) -> Translator:
    module = import_module(f"providers.{cloud}.translate")
    made: Translator = getattr(module, TRANSLATORS[cloud])(own)
    return made


def own_tables(owner: str, overrides: Mapping[str, str]) -> Mapping[str, str]:
    """Return the own tables of one owner in which something stands, by the names that it gives them."""
    named = ((name, overrides.get(f"{owner}/{name}", "")) for name in TABLES[owner])
    return {name: text for name, text in named if text.strip()}


def detect_rules(overrides: Mapping[str, str] = {}) -> "DetectRules":
    """Return the tables by which declared and live configuration are compared.

    Raises:
        ValueError: An own table is not of its form.
    """
    from providers.terraform.rules import detect_rules

    return detect_rules(own_tables("terraform", overrides))


def key_services() -> Mapping[str, KeyService]:
    """Return the services that open what was sealed with their keys, by OpenTofu's names of them."""
    from providers.aws.kms import AwsKms

    return {"aws_kms": AwsKms()}


def answer_times() -> Mapping[str, AnswerTime]:
    """Return what time it was at each host that answered, by its own clock and by ours."""
    from providers.answer_times import answer_times

    return answer_times()


def state_store(location: str) -> StateStore:
    """Return the store of the states at a path or URI, which it reads with the credentials at hand.

    Raises:
        UsageError: No store reads such URIs.
    """
    scheme = location.partition("://")[0] if "://" in location else ""
    for name, store in STATE_STORES.items():
        if scheme in store.schemes:
            return store.make(name, store.settings(), meter=given_meter())
    known = sorted(f"{scheme}://" for store in STATE_STORES.values() for scheme in store.schemes if scheme)
    raise UsageError(
        f"nothing reads {scheme}:// states", hint=f"states are read from paths, {', '.join(known)}"
    )


def attribution_rules(overrides: Mapping[str, str] = {}) -> "AttributionRules":
    """Return the tables by which a difference is linked to the write that made it so.

    Raises:
        ValueError: An own table is not of its form.
    """
    from providers.terraform.attribution import attribution_rules

    return attribution_rules(own_tables("terraform", overrides))


def terraform_state(uri: str) -> Baseline:
    """Return the baseline of a state that a command names by its path or URI."""
    adapter = BASELINES["terraform-state"]
    return adapter.make(uri, adapter.settings(state=uri))


def ambient_live(name: str, overrides: Mapping[str, str] = {}) -> LiveConfig | None:
    """Return the reader that needs no settings of this name, `None` if there is no such."""
    if name not in AMBIENT_LIVE:
        return None
    adapter = LIVE[name]
    return adapter.make(name, adapter.settings(), overrides)


def log_files(path: str) -> AuditLog:
    """Return the audit log in the files that a command names by their path."""
    adapter = AUDIT_LOGS["log-files"]
    return adapter.make(path, adapter.settings(path=path))


def recorded_live(path: str) -> LiveConfig:
    """Return the reader of a recorded answer that a command names by its path."""
    adapter = LIVE["recorded"]
    return adapter.make(path, adapter.settings(path=path))
