"""`drift check`: the vault, the canaries and the clocks, tried as they are configured."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.cli.canary_standing import canary_standing
from drift.errors import ProviderError
from drift.stages.canary import CanaryRules, write_canary
from drift.store import canaries
from drift.store.database import Database
from providers import answer_times
from tests.builders import NOON, minutes
from tests.cli.running import CONFIG, Drift
from tests.providers.state_stores.proxy import Proxy, proxy_of
from tests.providers.state_stores.s3 import REGION, a_client
from tests.providers.state_stores.servers import Servers
from tests.scenarios.test_canary import Bird

RULES = CanaryRules(every=minutes(60), within=minutes(20))


@pytest.fixture
def proxy(state_servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The way to AWS, where there is a parameter."""
    monkeypatch.setattr(answer_times, "_latest", {})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    ssm = a_client("ssm", state_servers.moto)
    ssm.put_parameter(Name="/driftledger/canary", Value="tweet", Type="String", Overwrite=True)
    with proxy_of(state_servers.moto) as proxy:
        yield proxy


@pytest.fixture
def config(tmp_path: Path, drift: Drift, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration with a vault and a canary."""
    monkeypatch.setenv("VAULT_KEY", base64.b64encode(b"k" * 32).decode())
    more = f"""
[[vault]]
name = "safe"
type = "local-folder"
folder = "vault"
key_env = "VAULT_KEY"

[[canary]]
name = "prod"
type = "aws-parameter-tag"
parameter = "/driftledger/canary"
region = "{REGION}"
endpoint = "{proxy.url}"
"""
    file = tmp_path / "config.toml"
    file.write_text(CONFIG + more)
    return file


def test_the_vault_and_the_canaries_are_tried(config: Path, drift: Drift, tmp_path: Path) -> None:
    ran = drift("check")

    assert ran.code == 0
    where = tmp_path / "vault"
    assert f"ok      vault safe: {where}: records of 0 days; one can be kept, read and erased" in ran.lines
    told = "the parameter /driftledger/canary is there; it was not written yet"
    assert f"ok      canary prod: {told}" in ran.lines
    assert "ok      clocks of the services: within 1 s of 1 service that answered" in ran.lines


def test_a_vault_that_cannot_keep_anything_is_named(config: Path, drift: Drift, tmp_path: Path) -> None:
    (tmp_path / "vault").write_text("no folder")

    ran = drift("check")

    assert ran.code == 1
    assert any(
        line.startswith("FAILED  vault safe: the vault safe cannot keep records") for line in ran.lines
    )


def test_a_permission_that_a_canary_lacks_is_named(config: Path, drift: Drift, proxy: Proxy) -> None:
    denied = {"__type": "AccessDeniedException", "message": "no identity-based policy allows it"}
    proxy.refuse(400, json.dumps(denied).encode())

    ran = drift("check")

    assert ran.code == 1
    [line] = [line for line in ran.lines if "canary prod" in line]
    assert line.startswith("FAILED  canary prod: looking at the tags of the canary: the permission ssm:List")


def test_a_clock_that_is_minutes_off_is_a_problem(config: Path, drift: Drift, proxy: Proxy) -> None:
    late = datetime.now(UTC) - timedelta(minutes=7)
    proxy.refuse(200, b'{"TagList": []}', Date=f"{late:%a, %d %b %Y %H:%M:%S} GMT")

    ran = drift("check")

    [line] = [line for line in ran.lines if "clocks of the services" in line]
    assert line.startswith("FAILED  clocks of the services: ")
    assert f"says that it is {late:%Y-%m-%d %H:%M:%S} UTC, and this machine " in line
    assert ran.code == 1


def test_the_last_write_of_a_canary_is_told_with_what_became_of_it(sqlite_database: Database) -> None:
    bird = Bird()
    write_canary(sqlite_database, "prod", bird, RULES, NOON)
    told = canary_standing("prod", bird, sqlite_database)
    assert told == "a bird; written 2026-11-16 12:00, its record is due 2026-11-16 12:20"

    with sqlite_database.transaction() as connection:
        canaries.mark_seen(connection, bird.tokens[0], "aws:e-1", NOON + minutes(6))

    told = canary_standing("prod", bird, sqlite_database)
    assert told == "a bird; written 2026-11-16 12:00, and its record was read 2026-11-16 12:06"


def test_a_canary_that_could_not_be_written_the_last_time_does_not_work(sqlite_database: Database) -> None:
    bird = Bird()
    bird.is_denied = True
    write_canary(sqlite_database, "prod", bird, RULES, NOON)

    with pytest.raises(ProviderError, match="ssm:AddTagsToResource is missing"):
        canary_standing("prod", bird, sqlite_database)
