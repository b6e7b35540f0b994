"""What config.toml may say, and what is said about its mistakes."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from drift.config import (
    AdapterSettings,
    BaselineSettings,
    ClockSource,
    Listen,
    LogFormat,
    Settings,
    load,
    values,
)
from drift.config.reader import HEADINGS
from drift.config.routing import shipped_rows
from drift.config.tables import REPEATED, SINGLE
from drift.errors import ConfigError
from drift.model.coverage import CoverageRules, SourceRules
from drift.model.enrolment import Mode
from drift.model.resource import Resource
from drift.model.secret import Secret
from drift.model.verdict import Actor, ActorKind
from drift.ports import AdapterKind
from drift.stages.canary import CanaryRules
from providers.aws.organisation import AwsOrganisationSettings
from providers.aws.trust import AwsRolesSettings
from providers.azure.trust import AzureApplicationsSettings
from providers.gcp.trust import GcpServiceAccountsSettings
from providers.pagerduty.on_call import PagerDutyOnCallSettings
from tests.builders import an_event


class FolderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An adapter that reads files."""

    path: str
    code: str | None = None
    cache: str = "cache"


class ChatSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An adapter that needs a secret."""

    channel: Annotated[str, msgspec.Meta(min_length=1)]
    token: Secret
    retries: int = 3


class StateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An adapter of a baseline."""

    state: str

    def __post_init__(self) -> None:
        if self.state.endswith(".tf"):
            raise ValueError("a state\nis no code")


@dataclass(frozen=True)
class Known:
    """An adapter as a catalog describes it."""

    settings: type[msgspec.Struct]
    paths: tuple[str, ...] = ()


class SafeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keeps what it is given for some days."""

    retain_days: int = 397


FILES = Known(FolderSettings, paths=("path", "code", "cache"))

CATALOG = {
    AdapterKind.AUDIT_LOG: {"files": FILES},
    AdapterKind.BASELINE: {"state": Known(StateSettings, paths=("state",))},
    AdapterKind.STATE_STORE: {"bucket": Known(FolderSettings)},
    AdapterKind.LIVE: {"recorded": FILES},
    AdapterKind.NOTIFIER: {"chat": Known(ChatSettings), "folder": FILES},
    AdapterKind.VAULT: {"folder": FILES},
    AdapterKind.CANARY: {"folder": FILES},
    AdapterKind.CODE_HOST: {"folder": FILES},
    AdapterKind.ANCHOR: {"folder": FILES, "safe": Known(SafeSettings)},
    AdapterKind.ON_CALL: {"pagerduty": Known(PagerDutyOnCallSettings)},
    AdapterKind.TRUST: {
        "aws-roles": Known(AwsRolesSettings),
        "azure-applications": Known(AzureApplicationsSettings, paths=("ca_file",)),
        "gcp-service-accounts": Known(GcpServiceAccountsSettings, paths=("credentials_file",)),
    },
    AdapterKind.ACCOUNT_TREE: {"aws-organizations": Known(AwsOrganisationSettings)},
}

LIVE = '[[live]]\nname = "aws"\ntype = "recorded"\npath = "live.json"\n'
VAULT = '[[vault]]\nname = "raw"\ntype = "folder"\npath = "raw"\n'
FORGE = '[[code_host]]\nname = "forge"\ntype = "folder"\npath = "forge"\n'
TRAIL = '[[audit_log]]\nname = "trail"\ntype = "files"\npath = "trail"\n'
CHAT = '[[notifier]]\nname = "oncall"\ntype = "chat"\n'
NINETY_DAYS = '\n[ledger]\nobservation_period = "90d"\n'
BASELINE = '[[baseline]]\nname = "network"\ntype = "state"\nstate = "s"\n'
"""A baseline but for `live`."""
PIPELINE = '[[pipeline]]\nname = "x"\n'
IGNORE = '[[ignore]]\nname = "tags"\nreason = "A scanner writes it."\nowner = "ops@example.com"\n'
TEAM = '[[team]]\nname = "network"\n'
OWNER = TEAM + '[[owner]]\nname = "code"\nteam = "network"\n'
EXCLUSION = '[[exclusion]]\nname = "fleet"\nreason = "It scales."\n'

ENVIRON = {"CHAT_TOKEN": "xoxb-very-secret", "PAGERDUTY_TOKEN": "y_NbAkKc66ryYTWUXYEu"}


class Folder:
    """A folder with a config.toml in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, text: str | bytes, environ: Mapping[str, str] = ENVIRON) -> Settings:
        """Load a configuration of this text."""
        file = self.path / "config.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(Path("config.toml"), CATALOG, environ, own_names=["aws/signals", "aws/resources"])

    def refusal(self, text: str | bytes, environ: Mapping[str, str] = ENVIRON) -> ConfigError:
        """Load it, and return what is wrong with it."""
        with pytest.raises(ConfigError) as caught:
            self.load(text, environ)
        assert len(str(caught.value).splitlines()) == 1
        return caught.value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The current folder, empty."""
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


def a_machine(*, principal: str = "", role: str | None = None, subject: str | None = None) -> Actor:
    return Actor(
        kind=ActorKind.MACHINE,
        name="deploy",
        principal=principal,
        chain=(role,) if role else (),
        subject=subject,
    )


# Which file it is


def test_without_a_file_the_defaults_hold_and_nothing_is_watched(folder: Folder) -> None:
    found = load(None, CATALOG, {})

    assert found.path is None
    assert found.store_url.reveal() == f"sqlite:///{folder.path}/driftledger.sqlite3"
    assert found.key_file == folder.path / "driftledger-key.pem"
    assert found.clock is ClockSource.SYSTEM
    assert found.poll_every == timedelta(minutes=1)
    assert found.sweep_every == timedelta(hours=1)
    assert found.checkpoint_every == timedelta(minutes=5)
    assert found.listen is found.report.folder is None
    assert found.log_format is LogFormat.TEXT
    assert found.audit_logs == found.baselines == found.notifiers == ()
    assert found.vault is None


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("127.0.0.1:8087", Listen(host="127.0.0.1", port=8087)),
        ("[::1]:0", Listen(host="::1", port=0)),
        ("drift.example.com:80", Listen(host="drift.example.com", port=80)),
    ],
)
def test_where_it_listens_is_an_address_and_a_port(folder: Folder, text: str, listen: Listen) -> None:
    assert folder.load(f'[http]\nlisten = "{text}"').listen == listen


def test_reports_are_put_below_the_folder_of_the_file(folder: Folder) -> None:
    assert folder.load('[report]\nfolder = "reports"').report.folder == folder.path / "reports"


def test_without_a_file_named_the_one_in_the_current_folder_is_read(folder: Folder) -> None:
    folder.load('[organisation]\nname = "example"')

    found = load(None, CATALOG, {})

    assert found.path == folder.path / "config.toml"
    assert found.ledger_origin == "driftledger/example"


def test_an_empty_file_says_the_same_as_no_file(folder: Folder) -> None:
    assert folder.load("").decision == load(Path("config.toml"), CATALOG, {}).decision


def test_a_named_file_that_is_missing_is_an_error(folder: Folder) -> None:
    with pytest.raises(ConfigError, match=r"other\.toml: there is no such file"):
        load(Path("other.toml"), CATALOG, {})


def test_a_folder_is_no_configuration(folder: Folder) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(folder.path, CATALOG, {})


def test_the_digest_is_of_the_bytes_in_the_file(folder: Folder) -> None:
    text = b"[policy]\r\nanswer_deadline = '1h'\r\n"

    assert folder.load(text).sha256 == hashlib.sha256(text).hexdigest()


def test_a_byte_order_mark_does_no_harm(folder: Folder) -> None:
    assert folder.load(b'\xef\xbb\xbf[organisation]\nname = "example"').organisation == "example"


# What it may say


def test_relative_paths_start_from_the_folder_of_the_file(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.load(
        """
        [store]
        url = "sqlite:///data/store.sqlite3"
        [ledger]
        key_file = "key.pem"
        [[live]]
        name = "aws"
        type = "recorded"
        path = "live"
        code = "/srv/code"
        """
    )
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    found = load(folder.path / "config.toml", CATALOG, {})

    assert found.store_url.reveal() == f"sqlite:///{folder.path}/data/store.sqlite3"
    assert found.key_file == folder.path / "key.pem"
    assert found.live == (
        AdapterSettings(
            kind=AdapterKind.LIVE,
            name="aws",
            type="recorded",
            settings=FolderSettings(
                path=f"{folder.path}/live", code="/srv/code", cache=f"{folder.path}/cache"
            ),
        ),
    )


@pytest.mark.parametrize("uri", ["file:///srv/a.tfstate", "s3://bucket/a.tfstate"])
def test_a_uri_is_no_relative_path(folder: Folder, uri: str) -> None:
    found = folder.load(LIVE + BASELINE.replace('"s"', f'"{uri}"') + 'live = "aws"')

    assert found.baselines[0].settings == StateSettings(state=uri)


def test_a_path_may_start_from_home(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/alice")

    assert folder.load('[ledger]\nkey_file = "~/key.pem"').key_file == Path("/home/alice/key.pem")


def test_brackets_in_the_name_of_the_folder_are_no_pattern(folder: Folder) -> None:
    inner = folder.path / "infra [prod]"
    inner.mkdir()
    (inner / "config.toml").write_text(LIVE.replace("live.json", "*.json"))

    found = load(inner / "config.toml", CATALOG, {}).live[0].settings

    assert isinstance(found, FolderSettings)
    assert fnmatchcase(str(inner / "a.json"), found.path)


@pytest.mark.parametrize(
    "url",
    ["sqlite:////srv/store.sqlite3", "sqlite:///:memory:", "sqlite://", "postgresql+psycopg://db/drift"],
)
def test_a_store_that_is_no_relative_file_stays_as_it_is(folder: Folder, url: str) -> None:
    assert folder.load(f'[store]\nurl = "{url}"').store_url.reveal() == url


def test_a_store_with_a_password_is_named_by_reference(folder: Folder) -> None:
    url = "postgresql+psycopg://drift:hunter2@db/drift"
    (folder.path / "url").write_text(f"{url}\n")

    by_variable = folder.load('[store]\nurl_env = "STORE_URL"', {"STORE_URL": url})
    by_file = folder.load('[store]\nurl_file = "url"')

    assert by_variable.store_url.reveal() == by_file.store_url.reveal() == url
    assert "hunter2" not in repr(by_file)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("60s", timedelta(minutes=1)),
        ("10m", timedelta(minutes=10)),
        ("4h", timedelta(hours=4)),
        ("2d", timedelta(days=2)),
    ],
)
def test_durations_bear_their_unit(folder: Folder, text: str, time: timedelta) -> None:
    assert folder.load(f'[policy]\nanswer_deadline = "{text}"').decision.answer_deadline == time


def test_a_baseline_names_what_it_is_compared_with(folder: Folder) -> None:
    found = folder.load(
        """
        [[baseline]]
        name = "network"
        type = "state"
        live = "aws"
        state = "terraform.tfstate"
        [[live]]
        name = "aws"
        type = "recorded"
        path = "live.json"
        """
    )

    assert found.baselines == (
        BaselineSettings(
            kind=AdapterKind.BASELINE,
            name="network",
            type="state",
            live="aws",
            settings=StateSettings(state=f"{folder.path}/terraform.tfstate"),
        ),
    )


def test_a_baseline_may_name_the_store_of_its_states(folder: Folder) -> None:
    named = LIVE + BASELINE + 'live = "aws"\nstore = "states"\n'
    store = '[[state_store]]\nname = "states"\ntype = "bucket"\npath = "x"\n'

    found = folder.load(named + store)

    assert found.baselines[0].store == "states"
    assert [(one.kind, one.name) for one in found.state_stores] == [(AdapterKind.STATE_STORE, "states")]
    refused = folder.refusal(named + store.replace("states", "state"))
    assert (refused.what, refused.hint) == (
        'config.toml: [[baseline]] "network": there is no [[state_store]] "states"',
        'did you mean "state"?',
    )


@pytest.mark.parametrize(("wish", "is_kept"), [("", False), ("keep_logs = true\n", True)])
def test_what_runs_said_is_kept_on_wish(folder: Folder, wish: str, is_kept: bool) -> None:
    [host] = folder.load(FORGE + wish + VAULT).code_hosts

    assert host.keeps_logs is is_kept


@pytest.mark.parametrize(
    ("keep_for", "days"), [("", 400), ('keep_for = "397d"', 397), ('keep_for = "90d"' + NINETY_DAYS, 90)]
)
def test_a_vault_says_when_records_are_erased(folder: Folder, keep_for: str, days: int) -> None:
    vault = folder.load(VAULT + keep_for).vault

    assert vault is not None
    assert (vault.kind, vault.name, vault.keep_for) == (AdapterKind.VAULT, "raw", timedelta(days=days))
    assert vault.settings == FolderSettings(path=f"{folder.path}/raw", cache=f"{folder.path}/cache")


@pytest.mark.parametrize(
    ("text", "days"), [("", 397), (NINETY_DAYS, 90), ('[ledger]\nobservation_period = "3650d"', 3650)]
)
def test_the_observation_period_is_thirteen_months_or_what_is_agreed(
    folder: Folder, text: str, days: int
) -> None:
    assert folder.load(text).observation_period == timedelta(days=days)


def test_an_audit_log_says_who_sees_to_its_gaps_and_how_long_it_keeps_things(
    folder: Folder,
) -> None:
    [log] = folder.load(TRAIL + 'owner = "network"\nretention = "14d"\n').audit_logs
    [plain] = folder.load(TRAIL).audit_logs

    assert (log.kind, log.name) == (AdapterKind.AUDIT_LOG, "trail")
    assert log.rules == SourceRules(owner="network", retention=timedelta(days=14))
    assert plain.rules == SourceRules(owner=None, retention=None)
    assert '"retention"' in folder.refusal(TRAIL + 'retention = "soon"\n').what


def test_what_is_not_seen_is_an_alarm_when_the_policy_says(folder: Folder) -> None:
    given = folder.load(
        """
        [coverage]
        owner = "platform"
        gap_limit = "6h"
        silent_after = "2h"
        rhythm = "30d"
        may_be_silent = ["4444*"]
        """
    )

    assert given.coverage == CoverageRules(
        owner="platform",
        gap_limit=timedelta(hours=6),
        silent_after=timedelta(hours=2),
        rhythm=timedelta(days=30),
        may_be_silent=given.coverage.may_be_silent,
    )
    assert not given.coverage.is_watched("444455556666")
    assert given.coverage.is_watched("111122223333")
    assert folder.load("").coverage == CoverageRules()


def test_a_canary_is_written_once_a_day_unless_it_says_otherwise(folder: Folder) -> None:
    canary = '[[canary]]\nname = "prod"\ntype = "folder"\npath = "x"\n'

    [daily] = folder.load(canary).canaries
    [hourly] = folder.load(canary + 'every = "1h"\nwithin = "20m"\n').canaries

    assert daily.rules == CanaryRules(every=timedelta(days=1), within=timedelta(minutes=30))
    assert hourly.rules == CanaryRules(every=timedelta(hours=1), within=timedelta(minutes=20))


def test_an_anchor_is_given_a_checkpoint_once_an_hour_unless_it_says_otherwise(folder: Folder) -> None:
    anchor = '[[anchor]]\nname = "outside"\ntype = "folder"\npath = "x"\n'

    [hourly] = folder.load(anchor).anchors
    [daily] = folder.load(anchor + 'every = "1d"\n').anchors

    assert (hourly.rules.every, daily.rules.every) == (timedelta(hours=1), timedelta(days=1))


def test_no_anchor_lets_go_of_a_checkpoint_that_an_auditor_may_ask_for(folder: Folder) -> None:
    anchor = '[[anchor]]\nname = "outside"\ntype = "safe"\nretain_days = '

    [kept] = folder.load(f"{anchor}90\n{NINETY_DAYS}").anchors
    error = folder.refusal(f"{anchor}89\n{NINETY_DAYS}")

    assert kept.settings == SafeSettings(retain_days=90)
    assert '"retain_days" is shorter than the observation period: 89' in error.what
    assert "90d" in error.hint


def test_all_names_of_a_person_are_one_person(folder: Folder) -> None:
    rules = folder.load(
        """
        [[person]]
        name = "Alice@example.com"
        aliases = ["alice", "Alice Example"]
        """
    ).correlation

    assert rules.person("alice example") == rules.person("alice@example.com")
    assert rules.person("ALICE") == rules.person("Alice Example")
    assert rules.person("alice") != rules.person("bob")


def test_a_bare_role_fits_its_arn_in_any_account_and_path(folder: Folder) -> None:
    rules = folder.load('[break_glass]\nroles = ["BreakGlass*"]').channels

    assert rules.is_break_glass(a_machine(role="BreakGlass-Admin"))
    assert rules.is_break_glass(a_machine(role="arn:aws:iam::111122223333:role/ops/BreakGlass"))
    assert not rules.is_break_glass(a_machine(role="arn:aws:iam::111122223333:role/NoBreakGlass"))


def test_a_role_that_is_given_as_arn_fits_in_its_account_only(folder: Folder) -> None:
    rules = folder.load('[break_glass]\nroles = ["arn:aws:iam::111122223333:role/BreakGlass*"]').channels

    assert rules.is_break_glass(a_machine(role="arn:aws:iam::111122223333:role/BreakGlassAdmin"))
    assert not rules.is_break_glass(a_machine(role="arn:aws:iam::444455556666:role/BreakGlassAdmin"))


@pytest.mark.parametrize("role", ["BreakGlass*", "arn:aws:iam::111122223333:role/ops/BreakGlass*"])
def test_a_role_that_was_assumed_from_a_break_glass_role_is_one(folder: Folder, role: str) -> None:
    rules = folder.load(f'[break_glass]\nroles = ["{role}"]').channels
    sessions = "arn:aws:sts::111122223333:assumed-role"

    assert rules.is_break_glass(a_machine(principal=f"{sessions}/BreakGlassAdmin/alice", role="Deploy"))
    assert not rules.is_break_glass(a_machine(principal=f"{sessions}/Dev/BreakGlassAdmin", role="Deploy"))


def test_what_is_no_role_of_aws_has_no_sessions(folder: Folder) -> None:
    rules = folder.load('[break_glass]\nroles = ["/subscriptions/*/userAssignedIdentities/glass"]').channels
    session = "arn:aws:sts::111122223333:assumed-role/glass/alice"

    assert not rules.is_break_glass(a_machine(principal=session, role="glass"))


def test_a_session_called_like_a_pipeline_is_not_the_pipeline(folder: Folder) -> None:
    """
    The end of a session's ARN is chosen by whoever opens the session.
    """
    rules = folder.load('[[pipeline]]\nname = "deploy"\nrole = "*terraform-deploy"').channels
    session = "arn:aws:sts::111122223333:assumed-role/Developer/terraform-deploy"

    assert rules.pipeline_for(a_machine(principal=session, role="Developer")) is None
    assert rules.pipeline_for(a_machine(principal=session, role="terraform-deploy")) is not None


@pytest.mark.parametrize(
    ("where", "fits", "others"),
    [
        (
            'branch = "main"',
            [
                "repo:example/infra:ref:refs/heads/main",
                "project_path:example/infra:ref_type:branch:ref:main",
            ],
            [
                "repo:example/infra:ref:refs/heads/main2",
                "repo:example/infra2:ref:refs/heads/main",
                "repo:example/infra:pull_request",
                "repo:example/infra:environment:main",
                "project_path:example/infra:ref_type:tag:ref:main",
            ],
        ),
        (
            'branch = "refs/heads/release/*"',
            ["repo:example/infra:ref:refs/heads/release/2"],
            ["repo:example/infra:ref:refs/heads/main"],
        ),
        (
            'environment = "production"',
            ["repo:example/infra:environment:production"],
            ["repo:example/infra:environment:production-test", "repo:example/infra:ref:refs/heads/main"],
        ),
        (
            'environment = "eu:prod"',
            ["repo:example/infra:environment:eu%3Aprod"],
            ["repo:example/infra:environment:eu:prod"],
        ),
        (
            'environment = "x"\nsubject = "repo:example/infra:environment:x"',
            ["repo:example/infra:environment:x"],
            ["repo:example/infra:environment:y"],
        ),
    ],
)
def test_a_repository_with_its_branch_or_environment_stands_for_the_subject_of_its_tokens(
    folder: Folder, where: str, fits: list[str], others: list[str]
) -> None:
    rules = folder.load(PIPELINE + f'repository = "example/infra"\n{where}').channels

    assert [one for one in fits if rules.pipeline_for(a_machine(subject=one)) is None] == []
    assert [one for one in others if rules.pipeline_for(a_machine(subject=one))] == []


def test_the_groups_of_gitlab_may_lie_in_groups(folder: Folder) -> None:
    rules = folder.load(PIPELINE + 'repository = "example/ops/infra"\nbranch = "main"').channels

    assert rules.pipeline_for(a_machine(subject="project_path:example/ops/infra:ref_type:branch:ref:main"))


def test_code_hosts_are_told_which_repository_a_pipeline_is_of(folder: Folder) -> None:
    rules = folder.load(PIPELINE + 'repository = "example/ops/infra"\nbranch = "main"').channels

    assert list(rules.repositories.values()) == ["example/ops/infra"]
    assert folder.load(PIPELINE + 'role = "deploy"').channels.repositories == {}


@pytest.mark.parametrize(
    ("principal", "fits", "other"),
    [
        (
            "terraform@example-prod.iam.gserviceaccount.com",
            "terraform@example-prod.iam.gserviceaccount.com",
            "terraform@example-test.iam.gserviceaccount.com",
        ),
        (
            "*@example-prod.iam.gserviceaccount.com",
            "terraform@example-prod.iam.gserviceaccount.com",
            "arn:aws:sts::111122223333:assumed-role/Dev/x@example-prod.iam.gserviceaccount.com",
        ),
        (
            "0F1E2D3C-0000-4000-8000-000000000000",
            "0f1e2d3c-0000-4000-8000-000000000000",
            "0f1e2d3c-0000-4000-8000-000000000001",
        ),
        (
            "arn:aws:iam::111122223333:user/deploy",
            "arn:aws:iam::111122223333:user/deploy",
            "arn:aws:sts::111122223333:assumed-role/user/deploy",
        ),
        (
            "arn:aws:sts::*:assumed-role/deploy/*",
            "arn:aws:sts::111122223333:assumed-role/deploy/run-1",
            "arn:aws:sts::111122223333:assumed-role/Dev/deploy",
        ),
    ],
)
def test_a_pipeline_without_a_role_is_known_by_the_identity_that_it_acts_with(
    folder: Folder, principal: str, fits: str, other: str
) -> None:
    rules = folder.load(PIPELINE + f'principal = "{principal}"').channels

    assert rules.pipeline_for(a_machine(principal=fits)) is not None
    assert rules.pipeline_for(a_machine(principal=other)) is None


@pytest.mark.parametrize(
    ("pool", "fits", "other"),
    [
        (
            "projects/123456789012/locations/global/workloadIdentityPools/ci",
            "projects/123456789012/locations/global/workloadIdentityPools/ci",
            "projects/999999999999/locations/global/workloadIdentityPools/ci",
        ),
        (
            "//iam.googleapis.com/projects/123456789012/*",
            "projects/123456789012/locations/global/workloadIdentityPools/ci",
            "projects/1234567890123/locations/global/workloadIdentityPools/ci",
        ),
        ("example-prod.svc.id.goog", "example-prod.svc.id.goog", "example-test.svc.id.goog"),
    ],
)
def test_who_may_say_what_a_token_is_called_is_named_with_its_project(
    folder: Folder, pool: str, fits: str, other: str
) -> None:
    rules = folder.load(PIPELINE + f'repository = "example/infra"\nbranch = "main"\npool = "{pool}"').channels
    main = a_machine(subject="repo:example/infra:ref:refs/heads/main")

    assert rules.pipeline_for(structs.replace(main, pool=fits)) is not None
    assert rules.pipeline_for(structs.replace(main, pool=other)) is None
    assert rules.pipeline_for(main) is None


def test_everything_that_is_given_of_a_pipeline_must_fit(folder: Folder) -> None:
    rules = folder.load(PIPELINE + 'role = "deploy"\nrepository = "example/infra"\nbranch = "main"').channels
    main = "repo:example/infra:ref:refs/heads/main"

    assert rules.pipeline_for(a_machine(role="deploy", subject=main)) is not None
    assert rules.pipeline_for(a_machine(role="other", subject=main)) is None
    assert rules.pipeline_for(a_machine(role="deploy", subject=f"{main}2")) is None


def test_emergency_access_without_a_role_is_known_by_its_identity(folder: Folder) -> None:
    rules = folder.load('[break_glass]\nprincipals = ["breakglass-*@example.com"]').channels

    assert rules.is_break_glass(a_machine(principal="BreakGlass-1@example.com"))
    assert not rules.is_break_glass(a_machine(principal="alice@example.com"))


def test_an_exclusion_leaves_out_what_fits_in_everything_that_it_names(folder: Folder) -> None:
    rules = folder.load(
        EXCLUSION
        + """
        account = "1111*"
        service = "EC2"
        action = "Run*"
        principal = "arn:aws:sts::111122223333:assumed-role/fleet/*"
        resource = "i-*"
        resource_type = "aws_instance"
        """
    ).channels
    fleet = a_machine(principal="arn:aws:sts::111122223333:assumed-role/fleet/i-1")
    event = an_event(action="RunInstances", resources=[Resource(type="aws_instance", id="i-1")])

    assert rules.exclusion_of(event, fleet) == "It scales."
    assert rules.exclusion_of(event, a_machine(principal="alice@example.com")) is None
    assert rules.exclusion_of(an_event(action="RunInstances"), fleet) is None


def test_a_session_called_like_somebody_who_is_left_out_is_not_left_out(folder: Folder) -> None:
    rules = folder.load(EXCLUSION + 'principal = "*fleet"').channels
    session = a_machine(principal="arn:aws:sts::111122223333:assumed-role/Admin/fleet")

    assert rules.exclusion_of(an_event(), session) is None


def test_what_is_out_of_scope_is_left_out(folder: Folder) -> None:
    rules = folder.load('[scope]\naccounts = ["111122223333", "Example-*"]').channels
    somebody = a_machine()

    found = [
        rules.exclusion_of(an_event(account=account), somebody)
        for account in ("111122223333", "example-prod", "444455556666")
    ]

    assert found == [None, None, "444455556666 is out of scope"]


@pytest.mark.parametrize("day", ["2027-06-30", '"2027-06-30"'])
def test_an_ignore_rule_counts_to_the_end_of_its_last_day(folder: Folder, day: str) -> None:
    (rule,) = folder.load(IGNORE + f'expires = {day}\nattribute = "tags.*"\nresource = "i-*"').ignores

    assert (rule.owner, rule.attribute, rule.resource_id) == ("ops@example.com", "tags.*", "i-*")
    assert not rule.is_expired(datetime(2027, 6, 30, 23, 59, tzinfo=UTC))
    assert rule.is_expired(datetime(2027, 7, 1, tzinfo=UTC))


def test_environments_are_of_accounts_projects_and_subscriptions_alike(folder: Folder) -> None:
    rules = folder.load(
        """
        [[environment]]
        name = "production"
        accounts = ["111122223333", "example-prod-*", "0F1E2D3C-0000-4000-8000-000000000000"]
        """
    ).decision

    for account in ("111122223333", "example-prod-web", "0f1e2d3c-0000-4000-8000-000000000000"):
        environment = rules.environment_of(account)
        assert environment is not None
        assert environment.name == "production"


def test_what_the_watch_depends_on_alarms(folder: Folder) -> None:
    settings = folder.load('[watch]\nresources = ["driftledger"]')
    rules = settings.decision

    assert settings.channels.own_resources == rules.own_resources
    assert rules.is_alarming(an_event(request={"queueName": "driftledger"}))
    assert not rules.is_alarming(an_event())


def test_strict_identity_is_off_until_its_domains_are_named(folder: Folder) -> None:
    assert folder.load("").identities.strict_domains == ()
    assert folder.load('[identities]\nstrict_domains = ["example.com"]').identities.strict_domains == (
        "example.com",
    )


def test_own_tables_are_read_and_belong_to_what_is_in_force(folder: Folder) -> None:
    """
    `cat config.toml my-signals.toml | sha256sum` prints what the ledger records.
    """
    text = b'[[table]]\nname = "aws/signals"\npath = "my-signals.toml"\n'
    (folder.path / "my-signals.toml").write_bytes(b"\xef\xbb\xbfown = 1\n")

    found = folder.load(text)

    assert [(one.name, one.path, one.text) for one in found.own_tables] == [
        ("aws/signals", folder.path / "my-signals.toml", "own = 1\n")
    ]
    assert found.sha256 == hashlib.sha256(text + b"\xef\xbb\xbfown = 1\n").hexdigest()


def test_own_keys_of_tickets_are_in_force(folder: Folder) -> None:
    (folder.path / "keys.toml").write_text(
        "[[key]]\nsystem = 'our desk'\npattern = 'DESK/\\d{4}'\nsource = 'its handbook'"
    )

    found = folder.load('[[table]]\nname = "ticket-keys"\npath = "keys.toml"')

    assert list(found.channels.ticket_keys.found_in("DESK/1234")) == ["DESK/1234"]
    assert found.identities.ticket_keys.without_suffix("alice.DESK/1234") == "alice"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"[[key]]\nsystem = 'desk'\npattern = '('\nsource = ''", "the pattern of desk is no regular"),
        (b"nonsense", 'keys.toml: the table "ticket-keys" cannot be used: '),
        (b"\xff", 'the file of "path" is no UTF-8 text'),
    ],
)
def test_an_own_table_that_nobody_can_use_is_named_with_its_file(
    folder: Folder, content: bytes, what: str
) -> None:
    (folder.path / "keys.toml").write_bytes(content)

    error = folder.refusal('[[table]]\nname = "ticket-keys"\npath = "keys.toml"')

    assert what in error.what


def test_the_dots_and_brackets_of_a_glob_are_ordinary_characters(folder: Folder) -> None:
    rules = folder.load('[[pipeline]]\nname = "deploy"\nsubject = "repo:example/a.b[1]:*"').channels

    assert rules.pipeline_for(a_machine(subject="repo:example/a.b[1]:ref:refs/heads/main"))
    assert not rules.pipeline_for(a_machine(subject="repo:example/aXb[1]:ref:refs/heads/main"))
    assert not rules.pipeline_for(a_machine(subject="repo:example/a.b1:ref:refs/heads/main"))


def test_environments_are_production_unless_they_say_otherwise(folder: Folder) -> None:
    rules = folder.load(
        """
        [[environment]]
        name = "sandbox"
        accounts = ["4444*"]
        production = false
        [[environment]]
        name = "main"
        accounts = ["111122223333"]
        """
    ).decision

    sandbox, main = rules.environment_of("444455556666"), rules.environment_of("111122223333")

    assert [one and (one.name, one.is_production) for one in (sandbox, main)] == [
        ("sandbox", False),
        ("main", True),
    ]


def test_a_secret_is_read_but_never_shown(folder: Folder) -> None:
    (folder.path / "token").write_text("xoxb-from-file\n")

    by_variable, by_file = (
        folder.load(f'[[notifier]]\nname = "oncall"\ntype = "chat"\nchannel = "C1"\n{reference}').notifiers[0]
        for reference in ('token_env = "CHAT_TOKEN"', 'token_file = "token"')
    )

    assert isinstance(by_variable.settings, ChatSettings)
    assert isinstance(by_file.settings, ChatSettings)
    assert by_variable.settings.token.reveal() == "xoxb-very-secret"
    assert by_file.settings.token.reveal() == "xoxb-from-file"
    assert "xoxb" not in repr((by_variable, by_file))


POLICY = (Path(__file__).parents[1] / "docs" / "policy.md").read_text()


def test_what_nobody_enrolled_is_only_observed_unless_the_file_says_otherwise(
    folder: Folder,
) -> None:
    assert folder.load("").enrolment.mode is Mode.OBSERVE
    assert folder.load('[enrolment]\nmode = "enforce"').enrolment.mode is Mode.ENFORCE


def test_the_opening_register_is_due_by_severity(folder: Folder) -> None:
    rules = folder.load('[enrolment]\nowner = "ops@example.com"\nhigh_due = "3d"').enrolment

    assert rules.owner == "ops@example.com"
    assert {one.value: due.days for one, due in rules.due.items()} == {
        "critical": 7,
        "high": 3,
        "medium": 90,
        "low": 180,
    }


def test_teams_own_what_fits_and_are_told_in_their_hours(folder: Folder) -> None:
    rules = folder.load(
        TEAM
        + """
working_hours = "08:30-17:00"
time_zone = "Europe/Berlin"

[routing]
default = "network"

[[owner]]
name = "code"
team = "network"
address = "module.network.*"

[[owner]]
name = "theirs"
team = "network"
code_owner = "@example/net*"
tag = "team=network"

[[route]]
name = "quiet"
urgency = "digest"
severity = ["low"]
"""
    ).routing

    hours = rules.teams["network"].hours
    assert hours is not None
    assert (hours.begin.isoformat(), sorted(hours.days), hours.zone.key) == (
        "08:30:00",
        [0, 1, 2, 3, 4],
        "Europe/Berlin",
    )
    assert rules.default == "network"
    assert [one.name for one in rules.owners] == ["code", "theirs"]
    theirs = rules.owners[1]
    assert theirs.code_owner == values.id_glob("@example/net*")
    assert theirs.tag == values.id_glob("team=network")
    assert [one.name for one in rules.rows][:2] == ["quiet", "emergency access"]


@pytest.mark.parametrize("rota", ["PABC123", "schedule/PABC123", "policy/PABC123"])
def test_a_team_says_by_which_rota_somebody_is_on_call(folder: Folder, rota: str) -> None:
    source = '[[on_call]]\nname = "pagerduty"\ntype = "pagerduty"\ntoken_env = "PAGERDUTY_TOKEN"\n'

    rules = folder.load(source + TEAM + f'oncall = "pagerduty:{rota}"').routing

    assert rules.teams["network"].on_call == ("pagerduty", rota)


@pytest.mark.parametrize(("text", "minutes"), [("", None), ('[routing]\nask_first = "15m"', 15)])
def test_nobody_is_asked_first_unless_it_says_so(folder: Folder, text: str, minutes: int | None) -> None:
    wait = folder.load(text).routing.ask_first

    assert wait == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize("text", ["", "[routing]"])
def test_without_teams_everybody_is_told(folder: Folder, text: str) -> None:
    rules = folder.load(text).routing

    assert (rules.teams, rules.owners, rules.default) == ({}, (), None)
    assert rules.rows == shipped_rows()


@pytest.mark.parametrize("example", re.findall(r"```toml\n(.*?)```", POLICY, re.DOTALL))
def test_what_the_page_about_the_policy_shows_is_a_configuration(folder: Folder, example: str) -> None:
    (folder.path / "my-signals.toml").write_text("")
    if example.startswith("[[key]]"):
        (folder.path / "keys.toml").write_text(example)
        example = '[[table]]\nname = "ticket-keys"\npath = "keys.toml"'

    assert folder.load(example).path == folder.path / "config.toml"


# What is said about mistakes

MISTAKES = [
    (CHAT + 'chanel = "C1"', '[[notifier]] "oncall": unknown key "chanel"', 'did you mean "channel"?'),
    (CHAT + 'channel = "C1"\ntoken_evn = "X"', 'unknown key "token_evn"', 'did you mean "token_env"?'),
    ("[stor]", 'config.toml: unknown table "stor"', 'did you mean "store"?'),
    ("[[notifer]]", 'unknown table "notifer"', 'did you mean "notifier"?'),
    ("polic = 3", 'config.toml: unknown key "polic"', 'did you mean "policy"?'),
    ("store = 3", '"store": is not the table', "[store]"),
    ("[[store]]", '"store": is not the table', "[store]"),
    ("[notifier]", '"notifier": is not the table', "[[notifier]]"),
    ('[store]\nulr = "x"', '[store]: unknown key "ulr"', 'did you mean "url"?'),
    ("[policy]\nticket_projects = 3", '[policy]: "ticket_projects" must be a list, not a number', ""),
    ("[policy]\nticket_projects = [3]", '"ticket_projects[0]" must be text, not a number', ""),
    ("[schedule]\npoll_every = 60", '[schedule]: "poll_every" must be text, not a number', ""),
    (CHAT + 'channel = "C1"\ntoken_env = 3', '"oncall": "token_env" must be text', ""),
    (CHAT + 'channel = "C1"\ntoken_env = "CHAT_TOKEN"\nretries = "x"', '"retries" must be a number', ""),
    ('[[live]]\nname = "a"\ntype = "recorded"\npath = 3', '"path" must be text, not a number', ""),
    ('[[live]]\nname = "a"\ntype = "recorded"\npath = ""', '"path" is no path', ""),
    ('[[live]]\nname = "a"\ntype = "recorded"\npath = "\\u0000"', '"path" is no path', ""),
    ('[clock]\nsource = "sundial"', '[clock]: "source" cannot be "sundial"', "system or records"),
    (CHAT + 'channel = ""\ntoken_env = "CHAT_TOKEN"', '"channel" must be of length >= 1', ""),
    (CHAT + "messages_a_minute = 0", '"messages_a_minute" must be >= 1', ""),
    (
        CHAT + 'channel = "C"\ntoken_env = "CHAT_TOKEN"\ngather_low = "soon"',
        '[[notifier]] "oncall": "gather_low" is no duration',
        "",
    ),
    (CHAT + 'token_env = "CHAT_TOKEN"', '[[notifier]] "oncall": "channel" is missing', ""),
    (CHAT + 'channel = "C1"', '"token_env" or "token_file" is missing', ""),
    ('[[notifier]]\ntype = "chat"', '[[notifier]] number 1: "name" is missing', ""),
    ('[[live]]\nname = "aws"', '[[live]] "aws": "type" is missing', ""),
    ('[[environment]]\nname = "x"', '[[environment]] "x": "accounts" is missing', ""),
    ('[[live]]\nname = "aws"\ntype = "recoded"', 'unknown type "recoded"', 'did you mean "recorded"?'),
    ('[[notifier]]\nname = "x"\ntype = "telex"', 'unknown type "telex"', "known are chat, folder"),
    ('[[tickets]]\nname = "x"\ntype = "jira"', '[[tickets]] "x": unknown type "jira"', "none is known"),
    (LIVE * 2, '[[live]] "aws": there are two of this name', ""),
    (VAULT + VAULT.replace("raw", "rare"), '[[vault]] "rare": there is a vault already', "leave one"),
    (FORGE + "keep_logs = true", '[[code_host]] "forge": "keep_logs" needs a vault', "add a [[vault]]"),
    (VAULT + 'keep_for = "400"', '[[vault]] "raw": "keep_for" is no duration', ""),
    (VAULT + 'keep_for = "396d"', '"keep_for" is shorter than the observation period', 'at least "397d"'),
    (VAULT + 'keep_for = "89d"' + NINETY_DAYS, '"raw": "keep_for" is shorter than', 'at least "90d"'),
    ('[ledger]\nobservation_period = "23h"', '"observation_period" is too short', 'at least "1d"'),
    (LIVE.replace('"aws"', '"history:aws"'), '"name" begins like those of replay', "call it otherwise"),
    ('[[person]]\nname = "\\n"', '[[person]] "\\u000a": "name" is no name', ""),
    (LIVE + BASELINE + 'live = "asw"', 'there is no [[live]] "asw"', 'did you mean "aws"?'),
    ('[[person]]\nname = "a"\n' * 2, '[[person]] "a": there are two of this name', ""),
    ('[[person]]\nname = "a"\n[[person]]\nname = "b"\naliases = ["A"]', '"A" is also a name of "a"', ""),
    ('[[person]]\nname = "\\u001b[2J"', '"\\u001b[2J": "name" is no name', ""),
    (BASELINE, '[[baseline]] "network": "live" is missing', ""),
    (BASELINE.replace('"s"', '"s.tf"') + 'live = "aws"', '"network": a state\\u000ais no code', ""),
    (BASELINE + 'live = "aws"', '[[baseline]] "network": there is no [[live]] "aws"', "none is known"),
    ('[policy]\nsettle_window = "10"', '"settle_window" is no duration: "10"', '"10m"'),
    ('[policy]\nsettle_window = "10 min"', '"settle_window" is no duration', ""),
    ('[policy]\nsettle_window = "999999999d"', '"settle_window" is no duration', ""),
    ('[schedule]\nsweep_every = "0s"', '"sweep_every" is too short', 'at least "1s"'),
    ('[http]\nlisten = "8087"', '"listen" is no address with a port: "8087"', "127.0.0.1:8087"),
    ('[http]\nlisten = "localhost:99999"', '"listen" is no address with a port', "127.0.0.1:8087"),
    ('[http]\nlisten = "::1:8087"', '"listen" is no address with a port', "[::1]:8087"),
    ('[log]\nformat = "xml"', '"format" cannot be "xml"', "text or json"),
    ('[schedule]\npoll_every = "0s"', '"poll_every" is too short', 'at least "1s"'),
    ('[policy]\nticket_projects = ["ops"]', 'no project key: "ops"', '"OPS"'),
    ('[organisation]\nname = "two words"', '[organisation]: "name" cannot be "two words"', ""),
    ('[[pipeline]]\nname = "x"', '"role", "subject", "repository" or "principal" is missing', ""),
    (
        PIPELINE + 'repository = "example/infra"',
        "whoever can push any branch could deploy",
        'branch = "main"',
    ),
    (PIPELINE + 'role = "r"\nrepository = "example/infra"', "whoever can push any branch", ""),
    (PIPELINE + 'repository = "infra"\nbranch = "main"', '"repository" is none: "infra"', '"example/infra"'),
    (PIPELINE + 'repository = "example/*"\nbranch = "main"', '"repository" is none: "example/*"', ""),
    (PIPELINE + 'branch = "main"', '"repository" is missing', ""),
    (
        PIPELINE + 'repository = "a/b"\nbranch = "main"\nenvironment = "production"',
        '"branch" and "environment" contradict each other',
        "the environment if the job has one",
    ),
    (PIPELINE + 'repository = "a/b"\nbranch = "*"', '"branch" would trust every', ""),
    (PIPELINE + 'repository = "a/b"\nenvironment = ""', '"environment" would trust every', ""),
    (
        PIPELINE + 'repository = "a/b/c"\nenvironment = "x"',
        '"environment" is in no token of "a/b/c"',
        "branch",
    ),
    (
        PIPELINE + 'repository = "a/b"\nenvironment = "x"\nsubject = "repo:a/b:ref:refs/heads/main"',
        '"subject" contradicts "repository", whose tokens say "repo:a/b:environment:x"',
        "leave one of them out",
    ),
    (PIPELINE + 'principal = "*"', '"principal" would trust every machine', ""),
    (PIPELINE + 'subject = "x"\npool = "ci"', '"pool" names no project: "ci"', '"projects/NUMBER/'),
    (PIPELINE + 'subject = "x"\npool = "projects/*"', '"pool" names no project: "projects/*"', ""),
    (PIPELINE + 'pool = "projects/1/*"', '"role", "subject", "repository" or "principal" is missing', ""),
    (
        PIPELINE + 'principal = "arn:aws:sts::111122223333:assumed-role/deploy/run-*"',
        '"principal" must leave the name of a session open',
        "/*",
    ),
    (PIPELINE + 'principal = "arn:aws:sts::*:assumed-role/*/*"', '"principal" must leave the name', ""),
    ('[break_glass]\nroles = ["*"]', '[break_glass]: "roles" would make every call an emergency', ""),
    ('[break_glass]\nprincipals = [""]', '"principals" would make every call an emergency', ""),
    ('[enrolment]\nmode = "enforced"', '"mode"', "observe or enforce"),
    ('[enrolment]\nowner = " "', '"owner" is empty', "who answers"),
    ('[enrolment]\nlow_due = "soon"', '"low_due" is no duration: "soon"', ""),
    ('[routing]\nask_first = "soon"', '"ask_first" is no duration: "soon"', ""),
    ('[routing]\nask_first = "0s"', '"ask_first" is too short', '"1m"'),
    ('[routing]\ndefault = "platfrom"\n[[team]]\nname = "platform"', "which there is not", '"platform"'),
    (TEAM + 'notifiers = ["slack"]', '"notifiers" names "slack"', ""),
    (TEAM + 'oncall = "pagerduty:P1"', '"oncall" names "pagerduty", which there is not', ""),
    (TEAM + 'oncall = "P1"', '"oncall" names no rota: "P1"', "pagerduty:PABC123"),
    (TEAM + 'oncall = "pagerduty:team/P1"', '"oncall" names no rota', ""),
    (TEAM + 'working_hours = "9-17"', '"working_hours" are no hours of a day: "9-17"', "09:00-17:30"),
    (TEAM + 'working_hours = "17:00-09:00"', '"working_hours" are no hours of a day', ""),
    (TEAM + 'working_hours = "25:00-26:00"', '"working_hours" are no hours of a day', ""),
    (TEAM + 'working_days = ["monday"]', '"working_hours" is missing', ""),
    (TEAM + 'working_days = ["mon"]\nworking_hours = "09:00-17:00"', '"working_days', ""),
    (TEAM + 'working_hours = "09:00-17:00"\ntime_zone = "Mars/Base"', '"time_zone" is none', "tzdata"),
    (TEAM + 'working_hours = "09:00-17:00"\ntime_zone = "../x"', '"time_zone" is none', ""),
    (OWNER + 'resource = "*"', "would own everything", "[routing] default"),
    (OWNER, "does not say what it owns", "at least one of address"),
    (OWNER.replace('team = "network"', 'team = "nobody"') + 'resource = "sg-*"', '"team" names "nobody"', ""),
    (OWNER + 'environment = "prod"', '"environment" names "prod"', ""),
    ('[[route]]\nname = "x"\nurgency = "loud"', '"urgency"', "page or message or digest or record"),
    ('[[route]]\nname = "x"\nurgency = "page"\nenvironment = ["prod"]', '"environment" names "prod"', ""),
    ('[identities]\nstrict_domains = ["@example.com"]', 'no domain: "@example.com"', '"example.com"'),
    (EXCLUSION, '[[exclusion]] "fleet": does not say which writes it leaves out', "at least one of account"),
    (EXCLUSION + 'action = "*"\naccount = "**"', "would leave out every write", ""),
    (EXCLUSION.replace("It scales.", " ") + 'action = "Run*"', '"reason" is empty', "an auditor will ask"),
    ('[[exclusion]]\nname = "x"\naction = "Run*"', '"reason" is missing', ""),
    (EXCLUSION + 'principal = "arn:aws:sts::1:assumed-role/fleet/x"', '"principal" must leave the name', ""),
    (EXCLUSION + 'acount = "1"', 'unknown key "acount"', 'did you mean "account"?'),
    (IGNORE + "expires = 2027-06-30", "does not say which drift it ignores", "at least one of address"),
    (IGNORE + 'expires = 2027-06-30\ntype = "*"', "would ignore all drift", ""),
    (IGNORE + 'type = "aws_*"', '[[ignore]] "tags": "expires" is missing', ""),
    (IGNORE + 'type = "aws_*"\nexpires = "YYYY-MM-DD"', '"expires" must be a date: "2027-06-30"', ""),
    (IGNORE + 'type = "aws_*"\nexpires = 7', '"expires" must be a date, not a number', ""),
    (
        IGNORE.replace("ops@example.com", " ") + 'expires = 2027-06-30\ntype = "aws_*"',
        '"owner" is empty',
        "on whose word",
    ),
    ('[scope]\naccounts = [""]', '[scope]: "accounts" holds an empty text', ""),
    ('[[environment]]\nname = "x"\naccounts = [" "]', '"accounts" holds an empty text', ""),
    ('[watch]\nresources = ["*"]', '"resources" would make every change an alarm: "*"', ""),
    ('[[table]]\nname = "aws/signal"\npath = "x"', 'no table "aws/signal"', 'did you mean "aws/signals"?'),
    ('[[table]]\nname = "redact"', '[[table]] "redact": "path" is missing', ""),
    ('[[table]]\nname = "redact"\npath = "none.toml"', 'the file of "path" cannot be read: No such file', ""),
    ('[[table]]\nname = "redact"\npath = ""', '"path" is no path', ""),
    (('[[table]]\nname = "redact"\npath = "x"\n' * 2), "there are two of this name", ""),
    ('[[pipeline]]\nname = "x"\nrole = "**"', '"role" would trust every machine', ""),
    ('[[pipeline]]\nname = "x"\nsubject = ""', '"subject" would trust every machine', ""),
    ('[[pipeline]]\nname = "x"\nrole = "r"\nrun_id = "("', '"run_id" is no regular expression', ""),
    ('[[pipeline]]\nname = "x"\nrole = "r"\nrun_id = "[[a]"', '"run_id" is no regular expression', ""),
    ('[store]\nurl = "postgresql://a:hunter2@db/x"', '[store]: "url" holds a password', "url_env"),
    ('[store]\nurl = "postgresql://db/x?password=hunter2"', '[store]: "url" holds a password', "url_env"),
    ('[store]\nurl = "sqlite://"\nurl_env = "X"', '"url" stands beside "url_env"', ""),
    ('[store]\nurl_file = "x"\nurl_env = "X"', '"url_env" and "url_file" contradict', ""),
    ("a = \n", "line 1, column", "TOML"),
    ("[store", "at line 1, column 7", "TOML"),
    ("a = 1\na = 2", "at line 2, column", "leave one of the two out"),
    (b"[store]\nurl = '\xff'", "config.toml: line 2 is not UTF-8", "UTF-8"),
    ("a = " + "9" * 5000, "config.toml: is no configuration", ""),
    ("a = " + "[" * 5000, "config.toml: ", ""),
]


@pytest.mark.parametrize(("text", "what", "hint"), MISTAKES, ids=[what for _, what, _ in MISTAKES])
def test_a_mistake_is_named_with_its_place_and_the_next_step(
    folder: Folder, text: str | bytes, what: str, hint: str
) -> None:
    error = folder.refusal(text)

    assert error.what.startswith("config.toml: ")
    assert what in error.what
    assert hint in error.hint
    assert "hunter2" not in str(error)


def test_a_secret_in_the_file_is_refused_without_repeating_it(folder: Folder) -> None:
    error = folder.refusal(CHAT + 'channel = "C1"\ntoken = "xoxb-very-secret"')

    assert '"token" must not stand in the file' in error.what
    assert "token_env" in error.hint
    assert "xoxb" not in str(error)


def test_a_variable_that_is_not_set_is_named(folder: Folder) -> None:
    error = folder.refusal(CHAT + 'channel = "C1"\ntoken_env = "CHAT_TOKEN"', {"CHAT_TOKEN": ""})

    assert "the environment variable CHAT_TOKEN" in error.what


@pytest.mark.parametrize("token", ["xoxb-very-secret", "ghp_verysecret"])
def test_a_token_where_its_variable_belongs_is_not_repeated(folder: Folder, token: str) -> None:
    error = folder.refusal(CHAT + f'channel = "C1"\ntoken_env = "{token}"')

    assert "verysecret" not in str(error).replace("-", "")
    assert "its name, not its value" in error.hint


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff"], ids=["missing", "empty", "blank", "binary"])
def test_a_file_that_holds_no_secret_is_an_error(folder: Folder, content: bytes | None) -> None:
    if content is not None:
        (folder.path / "token").write_bytes(content)

    error = folder.refusal(CHAT + 'channel = "C1"\ntoken_file = "token"')

    assert 'the file of "token_file"' in error.what
    assert "token" in error.hint


# Whatever it says

WORDS = sorted(
    {key for table in (*SINGLE, *REPEATED) for key in table.__struct_fields__}
    | {"type", "live", "path", "channel", "token", "token_env", "url_file", "\x1b", "ключ"}
)
TEXTS = st.sampled_from(["", "*", "a", "chat", "files", "state", "10m", "1s", "OPS", "CHAT_TOKEN", "\0", "("])
SCALARS = st.one_of(
    TEXTS,
    st.text(max_size=5),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2), max_leaves=3)
TABLES = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=4)
DOCUMENTS = st.dictionaries(
    st.sampled_from([*HEADINGS, "other"]),
    st.one_of(TABLES, st.lists(TABLES, max_size=3), VALUES),
    max_size=4,
)


def as_toml(value: object) -> str:
    """Write a value as TOML, tables inline."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\U{ord(char):08x}" for char in value) + '"'
        case list():
            return f"[{', '.join(as_toml(one) for one in value)}]"
        case dict():
            return f"{{{', '.join(f'{as_toml(key)} = {as_toml(one)}' for key, one in value.items())}}}"
        case int() | float():
            return str(value)
        case _:
            return value.isoformat()  # type: ignore[attr-defined, no-any-return]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(document=DOCUMENTS)
@example(document={"pipeline": [{"name": "a", "role": "a", "run_id": "a{9999999999}"}]})
def test_any_toml_gives_settings_or_one_line_that_says_why_not(
    folder: Folder, document: dict[str, object]
) -> None:
    text = "\n".join(f"{key} = {as_toml(value)}" for key, value in document.items())
    tomllib.loads(text)

    assert_settings_or_refusal(folder, text.encode())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(data=st.one_of(st.binary(max_size=60), st.text("[]{}=\"'\\,#.\n\ta1é-:", max_size=40).map(str.encode)))
def test_any_bytes_give_settings_or_one_line_that_says_why_not(folder: Folder, data: bytes) -> None:
    assert_settings_or_refusal(folder, data)


def assert_settings_or_refusal(folder: Folder, data: bytes) -> None:
    try:
        found: Settings | ConfigError = folder.load(data)
    except ConfigError as error:
        found = error

    assert isinstance(found, Settings) or str(found).isprintable()
