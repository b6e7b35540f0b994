"""States and locks as Terraform itself leaves them, where there is a `terraform` to leave them.

An apply of the built-in type `terraform_data` needs no provider, and waits in a provisioner until it is
told to go on: meanwhile the state is held.
"""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from drift.model.baseline import Declaration
from drift.ports import StateStore
from providers.aws.state_store import S3States, S3StatesSettings
from providers.gcp.state_store import GcsStates, GcsStatesSettings
from providers.terraform.backends.local import LocalStates, LocalStatesSettings
from providers.terraform.baseline import TerraformState, TerraformStateSettings
from tests.providers.state_stores.gcs import a_gcs_bucket
from tests.providers.state_stores.s3 import REGION, a_bucket, a_client
from tests.providers.state_stores.servers import Servers

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform")

PATIENCE = 60
"""Seconds."""

CODE = """
terraform {{
  backend "{backend}" {{
{settings}
  }}
}}
resource "terraform_data" "waits" {{
  input = terraform.workspace
  provisioner "local-exec" {{
    command = "touch ../began; for i in $(seq 600); do test -f ../go && exit 0; sleep 0.1; done; exit 1"
  }}
}}
"""

S3 = """
    bucket = "{bucket}"
    key = "network/terraform.tfstate"
    region = "{region}"
    access_key = "testing"
    secret_key = "testing"
    use_path_style = true
    skip_credentials_validation = true
    skip_metadata_api_check = true
    skip_requesting_account_id = true
    endpoints = {{ s3 = "{url}", dynamodb = "{url}" }}
    {lock}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where Terraform keeps the state, and how we read it."""

    backend: str
    settings: str
    store: StateStore
    location: str


Made = Callable[[Path, Servers, ExitStack], Place]


def local(folder: Path, _servers: Servers, _closing: ExitStack) -> Place:
    return Place(
        backend="local",
        settings='    path = "../states/terraform.tfstate"\n    workspace_dir = "../states/more"',
        store=LocalStates(LocalStatesSettings()),
        location=str(folder / "states"),
    )


def s3(lock: str, **settings: str) -> Made:
    def made(_folder: Path, servers: Servers, closing: ExitStack) -> Place:
        bucket = a_bucket(servers.moto)
        if "lock_table" in settings:
            closing.enter_context(a_lock_table(servers.moto, settings["lock_table"]))
        return Place(
            backend="s3",
            settings=S3.format(bucket=bucket, region=REGION, url=servers.moto, lock=lock),
            store=S3States(S3StatesSettings(region=REGION, endpoint=servers.moto, **settings)),
            location=f"s3://{bucket}/network/terraform.tfstate",
        )

    return made


def gcs(_folder: Path, servers: Servers, closing: ExitStack) -> Place:
    environment = closing.enter_context(pytest.MonkeyPatch.context())
    environment.setenv("STORAGE_EMULATOR_HOST", servers.gcs)
    bucket = closing.enter_context(a_gcs_bucket(servers.gcs))
    return Place(
        backend="gcs",
        settings=f'    bucket = "{bucket.name}"\n    prefix = "network"\n    access_token = "none"',
        store=GcsStates(GcsStatesSettings()),
        location=f"gs://{bucket.name}/network",
    )


@contextmanager
def a_lock_table(url: str, name: str) -> Iterator[None]:
    client = a_client("dynamodb", url)
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield
    client.delete_table(TableName=name)


PLACES: dict[str, Made] = {
    "local": local,
    "s3 with a lock file": s3("use_lockfile = true"),
    "s3 with a lock table": s3('dynamodb_table = "locks"', lock_table="locks"),
    "gcs": gcs,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A folder of code whose state lies at a place."""

    folder: Path
    baseline: TerraformState

    def terraform(self, *arguments: str) -> None:
        """Run `terraform` to its end."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder / "code",
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr

    def states(self) -> dict[str, Declaration]:
        """Return what each state declares, by where it lies."""
        return {one.origin: one for one in self.baseline.declared()}

    @contextmanager
    def applying(self) -> Iterator[None]:
        """Be in the midst of an apply."""
        command = ["terraform", "apply", "-auto-approve", "-no-color", "-replace=terraform_data.waits"]
        process = subprocess.Popen(
            command, cwd=self.folder / "code", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while not (self.folder / "began").exists() and time.monotonic() < deadline:
                time.sleep(0.1)
            yield
        finally:
            (self.folder / "go").touch()
            process.wait(timeout=PATIENCE)


@pytest.fixture(params=PLACES)
def project(
    request: pytest.FixtureRequest, tmp_path: Path, state_servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Code that was applied in two workspaces, at each place in turn."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("CHECKPOINT_DISABLE", "1")
    (tmp_path / "code").mkdir()
    with ExitStack() as closing:
        place = PLACES[request.param](tmp_path, state_servers, closing)
        code = CODE.format(backend=place.backend, settings=place.settings)
        (tmp_path / "code" / "main.tf").write_text(code)
        baseline = TerraformState("real", TerraformStateSettings(state=place.location), store=place.store)
        project = Project(folder=tmp_path, baseline=baseline)
        (tmp_path / "go").touch()
        project.terraform("init", "-input=false")
        project.terraform("apply", "-auto-approve")
        project.terraform("workspace", "new", "staging")
        project.terraform("apply", "-auto-approve")
        for name in ("go", "began"):
            (tmp_path / name).unlink()
        yield project


def test_what_terraform_wrote_is_read_with_its_workspaces_and_its_running_apply(project: Project) -> None:
    before = project.states()

    with project.applying():
        held = project.states()
        moved = project.baseline.moved(list(before.values()))
    after = project.states()

    origins = {workspace_of(one): origin for origin, one in before.items()}
    default, staging = origins["default"], origins["staging"]
    assert set(before) == set(held) == set(after) == {default, staging}
    assert [one.lock for one in (*before.values(), held[default], *after.values())] == [None] * 5
    lock = held[staging].lock
    assert lock is not None
    assert (lock.operation, lock.changes_nothing) == ("OperationTypeApply", False)
    assert "@" in (lock.who or "")
    assert lock.since is not None
    assert [one.origin for one in moved] == [staging]
    assert (after[staging].serial or 0) > (before[staging].serial or 0)
    assert after[staging].lineage == before[staging].lineage != before[default].lineage


def workspace_of(state: Declaration) -> str:
    """What its resource remembers."""
    return str(state.resources[0].attributes["input"]["value"])
