"""From Azure to the evidence: the daemon's own command reads a source, twice, and counts each call once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.processes import drift
from tests.providers.azure.records import SUBSCRIPTION, VM
from tests.providers.azure.sources.cloud import CLIENT, SECRET, TENANT
from tests.providers.azure.sources.subscriptions import Subscriptions, subscriptions

NOW = datetime.now(UTC)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Subscriptions]:
    """Resource Manager."""
    with subscriptions(tmp_path) as opened:
        yield opened


@pytest.fixture
def config(service: Subscriptions, tmp_path: Path) -> Path:
    """A configuration that reads a subscription, and nothing else."""
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o600)
    file = tmp_path / "config.toml"
    file.write_text(
        f"""
        [[audit_log]]
        name = "azure"
        type = "azure-activity-log"
        subscriptions = ["{SUBSCRIPTION}"]
        endpoint = "{service.cloud.url}"
        tenant = "{TENANT}"
        client = "{CLIENT}"
        client_secret_file = "secret"
        authority = "{service.cloud.url}"
        ca_file = "ca.pem"
        """
    )
    return file


def run(config: Path) -> str:
    done = drift(config.parent, "run", "--once")
    assert SECRET not in done.out + done.err
    return done.out + done.err


def test_a_call_is_told_once_however_often_it_is_read_and_a_late_one_is_not_missed(
    service: Subscriptions, config: Path
) -> None:
    """
    The late record bears the time of a minute that was read before.
    """
    service.log(NOW - timedelta(minutes=50), correlationId="1")
    first, again = run(config), run(config)

    service.log(NOW - timedelta(minutes=50), resource=VM, operation="Microsoft.Compute/virtualMachines/write")
    later = run(config)

    assert "changes   1 in all" in first
    assert "changes   1 in all" in again
    assert "changes   2 in all" in later


def test_a_permission_that_is_missing_is_named(service: Subscriptions, config: Path) -> None:
    service.denied.add(SUBSCRIPTION)

    assert "Microsoft.Insights/eventtypes/values/Read" in run(config)
