"""Every adapter has the type, the port and the key in the example that its row promises."""

import base64
import inspect
import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drift import ports
from drift.config import company_tables, control_tables, load, report_tables, web_tables
from drift.config.convert import keys_of
from drift.config.tables import (
    REPEATED,
    SINGLE,
    AdapterTable,
    AnchorTable,
    AuditLogTable,
    BaselineTable,
    CanaryTable,
    CodeHostTable,
    EvidenceSinkTable,
    NotifierTable,
    VaultTable,
)
from drift.ports import AdapterKind
from providers.catalog import ADAPTERS, Adapter, detect_rules, recorded_live, terraform_state, translators

ROOT = Path(__file__).parents[2]

SECRETS = {
    "ARM_ACCESS_KEY": base64.b64encode(b"k" * 64).decode(),
    "ARM_SAS_TOKEN": "sv=2026&sig=x",
    "AZURE_STORAGE_KEY": base64.b64encode(b"k" * 64).decode(),
    "AZURE_STORAGE_SAS_TOKEN": "sv=2026&sig=x",
    "GITHUB_APP_KEY": "-----BEGIN RSA PRIVATE KEY-----",
    "GITHUB_TOKEN": "github_pat_1",
    "GITLAB_TOKEN": "glpat-1",
    "TF_TOKEN_app_terraform_io": "x.atlasv1.y",
    "JIRA_TOKEN": "ATATT-1",
    "PAGERDUTY_TOKEN": "u+1",
    "SERVICENOW_TOKEN": "x",
    "SERVICENOW_PASSWORD": "x",
    "SLACK_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "SLACK_SIGNING_SECRET": "8f74",
    "SMTP_PASSWORD": "a secret",
    "PAGERDUTY_KEY": "k" * 32,
    "WEBHOOK_SECRET": base64.b64encode(b"k" * 32).decode(),
    "CODE_TOKEN": "ghp-1",
    "LAUNCHDARKLY_TOKEN": "api-1",
    "AZURE_CLIENT_SECRET": "a secret",
    "EVENT_HUB_CONNECTION": "Endpoint=sb://x/;SharedAccessKeyName=drift;SharedAccessKey=eA==",
    "TOFU_PASSPHRASE": "correct horse battery",
    "OKTA_TOKEN": "00x",
    "SPACELIFT_SECRET": "e355ae",
    "VANTA_SECRET": "vs-1",
    "VANTA_DOCUMENTS_SECRET": "vs-2",
    "TSA_PASSWORD": "a secret",
    "GIT_TOKEN": "glpat-1",
    "DRIFT_VAULT_KEY": base64.b64encode(b"k" * 32).decode(),
}
EXAMPLE = ROOT / "config.example.toml"

PORTS = {
    AdapterKind.AUDIT_LOG: ports.AuditLog,
    AdapterKind.BASELINE: ports.Baseline,
    AdapterKind.STATE_STORE: ports.StateStore,
    AdapterKind.LIVE: ports.LiveConfig,
    AdapterKind.TICKETS: ports.TicketSource,
    AdapterKind.CODE_HOST: ports.CodeHost,
    AdapterKind.NOTIFIER: ports.Notifier,
    AdapterKind.VAULT: ports.RawVault,
    AdapterKind.SIGNING_KEY: ports.Signer,
    AdapterKind.EVIDENCE_SINK: ports.EvidenceSink,
    AdapterKind.CANARY: ports.Canary,
    AdapterKind.DIRECTORY: ports.Directory,
    AdapterKind.ACCESS_LIST: ports.AccessList,
    AdapterKind.ON_CALL: ports.OnCall,
    AdapterKind.ANCHOR: ports.Anchor,
    AdapterKind.TRUST: ports.TrustSource,
    AdapterKind.ACCOUNT_TREE: ports.AccountTree,
    AdapterKind.GRANTS: ports.GrantSource,
    AdapterKind.MAIL: ports.MailTransport,
}

COMMON = {
    AdapterKind.AUDIT_LOG: AuditLogTable,
    AdapterKind.BASELINE: BaselineTable,
    AdapterKind.VAULT: VaultTable,
    AdapterKind.CANARY: CanaryTable,
    AdapterKind.CODE_HOST: CodeHostTable,
    AdapterKind.EVIDENCE_SINK: EvidenceSinkTable,
    AdapterKind.ANCHOR: AnchorTable,
    AdapterKind.NOTIFIER: NotifierTable,
}
"""The kinds of adapters that have more in common than a name and a type."""

TABLES = (
    *(*SINGLE, *control_tables.SINGLE, *company_tables.SINGLE, *web_tables.SINGLE),
    *(*REPEATED, *control_tables.REPEATED, *company_tables.REPEATED, *web_tables.REPEATED),
    *report_tables.REPEATED,
)

SHOWN_ONCE = {
    kind: set(keys_of(table)) - set(keys_of(AdapterTable))
    for kind, table in (
        (AdapterKind.AUDIT_LOG, AuditLogTable),
        (AdapterKind.NOTIFIER, NotifierTable),
        (AdapterKind.CODE_HOST, CodeHostTable),
    )
}
"""There are many of these, and these keys are optional in each."""

ROWS = [(kind, name, adapter) for kind, adapters in ADAPTERS.items() for name, adapter in adapters.items()]

every_adapter = pytest.mark.parametrize(
    ("kind", "name", "adapter"), ROWS, ids=[f"{kind}-{name}" for kind, name, _ in ROWS]
)


def test_every_kind_of_adapter_has_its_rows() -> None:
    assert set(ADAPTERS) == set(AdapterKind)


@every_adapter
def test_unknown_settings_are_refused_and_no_key_belongs_to_somebody_else(
    kind: AdapterKind, name: str, adapter: Adapter[object]
) -> None:
    keys = keys_of(adapter.settings)

    assert adapter.settings.__struct_config__.forbid_unknown_fields
    assert adapter.settings.__struct_config__.frozen
    assert set(adapter.paths) <= set(keys)
    assert not set(keys) & set(keys_of(COMMON.get(kind, AdapterTable)))


@every_adapter
def test_an_adapter_does_all_that_its_port_asks(
    kind: AdapterKind, name: str, adapter: Adapter[object], tmp_path: Path
) -> None:
    settings = load(a_configuration_of(kind, name, tmp_path), ADAPTERS, SECRETS)
    configured = next(one for one in configured_in(settings) if one.kind is kind)

    made = adapter.make(configured.name, configured.settings)

    for member, asked in vars(PORTS[kind]).items():
        if member == "name":
            assert getattr(made, member) == configured.name
        elif isinstance(asked, property):
            assert member in dir(made)  # asking for it may ask a service
        elif inspect.isfunction(asked) and not member.startswith("_"):
            parameters = list(inspect.signature(asked).parameters)[1:]
            assert list(inspect.signature(getattr(made, member)).parameters) == parameters


def test_each_cloud_has_one_translator() -> None:
    clouds = [translator.cloud for translator in translators()]

    assert len(clouds) == len(set(clouds))


def test_what_a_command_names_needs_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "live.json").write_text("{}")

    assert terraform_state("infra/terraform.tfstate").name == "infra/terraform.tfstate"
    assert list(recorded_live(str(tmp_path / "live.json")).discover([])) == []
    assert detect_rules().severities


def test_no_sdk_is_imported_before_it_is_used() -> None:
    """
    They take seconds, and most commands need none of them.
    """
    code = (
        "import sys; from providers.catalog import ADAPTERS, translators; translators();"
        "[row.settings for rows in ADAPTERS.values() for row in rows.values()];"
        "print(*{'boto3', 'botocore', 'google.cloud', 'azure', 'httpx', 'slack_sdk', 'rich', 'hcl2', 'lark',"
        " 'sqlalchemy', 'cryptography', 'grpc', 'google.protobuf', 'msgpack'} & set(sys.modules))"
    )

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)

    assert (printed.stdout.split(), printed.stderr) == ([], "")


# The example


def test_the_example_is_a_configuration_as_it_stands() -> None:
    settings = load(EXAMPLE, ADAPTERS, {})

    assert settings.organisation == "example"
    assert [one.type for one in configured_in(settings)] == [
        "log-files",
        "terraform-state",
        "recorded",
        "recorded",
        "recorded",
        "slack-preview",
    ]


def test_the_example_shows_every_key_and_no_other() -> None:
    tables = uncommented(EXAMPLE)
    shown = {
        (heading, row.get("type") if heading in set(AdapterKind) else None): set(row) - shown_once(heading)
        for heading, found in tables.items()
        for row in (found if isinstance(found, list) else [found])
    }

    assert shown == {(table.heading, None): set(keys_of(table)) for table in TABLES} | {
        (kind.value, name): {*keys_of(common_of(kind)), *keys_of(adapter.settings)} - shown_once(kind)
        for kind, name, adapter in ROWS
    }
    for kind, keys in SHOWN_ONCE.items():
        assert any(set(row) >= keys for row in tables[kind])


def shown_once(heading: str) -> set[str]:
    return next((keys for kind, keys in SHOWN_ONCE.items() if kind == heading), set())


def common_of(kind: AdapterKind) -> type[msgspec.Struct]:
    return COMMON.get(kind, AdapterTable)


def uncommented(file: Path) -> Mapping[str, Any]:
    """Read a file in which `#key = ...` is a key, and `# words` is a comment."""
    lines = (line.removeprefix("#") if line[1:2] != " " else line for line in file.read_text().splitlines())
    return tomllib.loads("\n".join(lines))


def a_configuration_of(kind: AdapterKind, name: str, folder: Path) -> Path:
    """Write the example's tables of one adapter, and of what a baseline names or a code host needs."""
    example = uncommented(EXAMPLE)
    tables = [(AdapterKind.VAULT, example["vault"][0])] if kind is AdapterKind.CODE_HOST else []
    tables += [
        (heading, row)
        for heading, found in example.items()
        if heading in {kind, AdapterKind.LIVE, AdapterKind.STATE_STORE}
        for row in found
        if row["type"] == name or heading != kind
    ]
    lines = [
        f"[[{heading}]]\n"
        + "".join(f"{key} = {as_toml(value)}\n" for key, value in row.items() if not key.endswith("_file"))
        for heading, row in tables
    ]
    file = folder / "config.toml"
    file.write_text("\n".join(lines))
    return file


def as_toml(value: Any) -> str:
    match value:
        case dict():
            return f"{{ {', '.join(f'{json.dumps(key)} = {as_toml(one)}' for key, one in value.items())} }}"
        case date():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(as_toml, value))}]"
        case _:
            return json.dumps(value)


def configured_in(settings: Any) -> tuple[Any, ...]:
    return (
        *settings.audit_logs,
        *settings.baselines,
        *settings.state_stores,
        *settings.live,
        *settings.tickets,
        *settings.code_hosts,
        *settings.notifiers,
        *filter(None, [settings.vault, settings.signing_key]),
        *settings.evidence_sinks,
        *settings.canaries,
        *settings.directories,
        *settings.access_lists,
        *settings.on_call,
        *settings.anchors,
        *settings.trust,
        *settings.account_trees,
        *settings.grants,
        *settings.mail,
    )
