"""Every adapter, under the name that it has in the configuration.

Adding an adapter is one file with its class and, beside it, its settings, and one row here. A
module is imported when the configuration asks for its adapter; none imports an SDK before it
is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Generic, TypeVar

from msgspec import Struct

from drift.model.detection import DetectRules
from drift.ports import (
    AdapterKind,
    AuditLog,
    Baseline,
    CodeHost,
    LiveConfig,
    Notifier,
    TicketSource,
    Translator,
)

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

    @property
    def settings(self) -> type[Struct]:
        """The type of its settings."""
        settings: type[Struct] = getattr(import_module(self.module), f"{self.cls}Settings")
        return settings

    def make(self, name: str, settings: object) -> PortT_co:
        """Return the adapter, ready for use."""
        adapter: Any = getattr(import_module(self.module), self.cls)
        made: PortT_co = adapter(settings=settings, **({"name": name} if self.has_name else {}))
        return made


AUDIT_LOGS: Mapping[str, Adapter[AuditLog]] = {
    "cloudtrail-files": Adapter("providers.aws.audit_log", "CloudTrailFiles", paths=("path",)),
}

BASELINES: Mapping[str, Adapter[Baseline]] = {
    "terraform-state": Adapter(
        "providers.terraform.baseline", "TerraformState", paths=("state", "code"), has_name=True
    ),
}

LIVE: Mapping[str, Adapter[LiveConfig]] = {
    "recorded": Adapter("providers.recorded.live_config", "RecordedLiveConfig", paths=("path",)),
}

TICKETS: Mapping[str, Adapter[TicketSource]] = {
    "recorded": Adapter("providers.recorded.tickets", "RecordedTickets", paths=("path",)),
}

CODE_HOSTS: Mapping[str, Adapter[CodeHost]] = {
    "recorded": Adapter("providers.recorded.code_host", "RecordedCodeHost", paths=("path",)),
}

NOTIFIERS: Mapping[str, Adapter[Notifier]] = {
    "slack": Adapter("providers.slack.web_api", "Slack"),
    "slack-preview": Adapter("providers.slack.preview", "SlackPreview", paths=("folder",)),
}

ADAPTERS: Mapping[AdapterKind, Mapping[str, Adapter[object]]] = {
    AdapterKind.AUDIT_LOG: AUDIT_LOGS,
    AdapterKind.BASELINE: BASELINES,
    AdapterKind.LIVE: LIVE,
    AdapterKind.TICKETS: TICKETS,
    AdapterKind.CODE_HOST: CODE_HOSTS,
    AdapterKind.NOTIFIER: NOTIFIERS,
}
"""What the configuration may name, by the table that it stands in."""


def translators() -> tuple[Translator, ...]:
    """Return the translators, one a cloud."""
    from providers.aws.translate import AwsTranslator

    return (AwsTranslator(),)


def detect_rules() -> DetectRules:
    """Return the tables by which declared and live configuration are compared."""
    from providers.terraform.rules import detect_rules

    return detect_rules()


def terraform_state(uri: str) -> Baseline:
    """Return the baseline of a state that a command names by its path or URI."""
    adapter = BASELINES["terraform-state"]
    return adapter.make(uri, adapter.settings(state=uri))


def recorded_live(path: str) -> LiveConfig:
    """Return the reader of a recorded answer that a command names by its path."""
    adapter = LIVE["recorded"]
    return adapter.make(path, adapter.settings(path=path))
