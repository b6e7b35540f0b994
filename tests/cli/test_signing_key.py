"""A ledger whose key is kept by a service: `[[signing_key]]`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.ledger.checkpoint import latest_checkpoint
from drift.ledger.log import size_of
from tests.cli.running import CONFIG, Drift
from tests.providers.signing_keys.aws import ARN, aws_kms
from tests.providers.signing_keys.keeper import Keeper
from tests.world import World

KEY = """
[[signing_key]]
name = "kms"
type = "aws-kms"
key = "{arn}"
region = "eu-west-1"
endpoint = "{url}"
"""


@pytest.fixture
def kms(drift: Drift, tmp_path: Path) -> Iterator[Keeper]:
    """AWS KMS, which the configuration names."""
    with aws_kms(tmp_path) as keeper:
        (tmp_path / "config.toml").write_text(CONFIG + KEY.format(arn=ARN, url=keeper.server.url))
        yield keeper
        assert keeper.server.refused == []


def test_a_cycle_seals_with_it_and_makes_no_key_file(drift: Drift, kms: Keeper, tmp_path: Path) -> None:
    done = drift("run", "--once")
    exported = drift("evidence", "export", "--out", str(tmp_path / "pack"))

    assert (done.code, exported.code) == (0, 0), done.err
    assert not list(tmp_path.glob("*.pem"))
    assert f"signing key kms: AWS KMS, {ARN}, signs" in drift("check").out


def test_a_cycle_whose_key_is_throttled_records_everything_and_is_sealed_by_the_next(
    drift: Drift, kms: Keeper, world: World
) -> None:
    refusing = kms.server
    kms.throttle()
    throttled = refusing.fault
    assert throttled is not None
    # The start derives a secret from the key; what comes after is throttled.
    signs = iter([None])
    refusing.fault = lambda asked: throttled(asked) and next(signs, throttled(asked))

    refused = drift("run", "--once")

    assert refused.code == 2
    assert "ledger key: signing the ledger: AWS wants fewer requests" in refused.err
    with world.database.reading() as connection:
        recorded = size_of(connection)
        assert latest_checkpoint(connection) is None
    refusing.fault = None
    assert drift("run", "--once").code == 0
    with world.database.reading() as connection:
        sealed = latest_checkpoint(connection)
    assert sealed is not None
    assert sealed.size >= recorded > 0


def test_check_names_the_permission_that_is_missing(drift: Drift, kms: Keeper) -> None:
    kms.deny()

    checked = drift("check")

    assert checked.code == 1
    assert "FAILED  signing key kms: signing the ledger: the permission kms:Sign on" in checked.out


def test_two_keys_contradict_each_other(drift: Drift, kms: Keeper, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(config.read_text() + '\n[ledger]\nkey_env = "DRIFT_LEDGER_KEY"\n')

    refused = drift("status")

    assert refused.code == 2
    assert "the ledger has a key already" in refused.err
