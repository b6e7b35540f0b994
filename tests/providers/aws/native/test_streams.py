"""Streams and backups, read from a simulated account."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of

PLAN = {
    "BackupPlanName": "nightly",
    "Rules": [
        {
            "RuleName": "all",
            "TargetBackupVaultName": "kept",
            "ScheduleExpression": "cron(0 3 * * ? *)",
            "Lifecycle": {"DeleteAfterDays": 35},
        }
    ],
}


@pytest.fixture(scope="module")
def kinesis() -> Iterator[Any]:
    with simulated_aws():
        yield boto3.client("kinesis")


def test_a_stream_shows_how_long_it_keeps_what_it_got(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="clicks", ShardCount=2)
    kinesis.increase_stream_retention_period(StreamName="clicks", RetentionPeriodHours=72)
    kinesis.add_tags_to_stream(StreamName="clicks", Tags={"Team": "web"})

    found = live("aws_kinesis_stream", "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks", name="clicks")

    assert (found["retention_period"], found["shard_count"], found["tags"]) == (72, 2, {"Team": "web"})
    assert found["encryption_type"] == "NONE"


def test_a_stream_that_grows_by_itself_has_no_number_of_shards(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="grows", StreamModeDetails={"StreamMode": "ON_DEMAND"})

    found = live("aws_kinesis_stream", "grows")

    assert "shard_count" not in found
    assert found["stream_mode_details"] == [{"stream_mode": "ON_DEMAND"}]


def test_a_backup_plan_shows_what_it_keeps_and_where(kinesis: Any) -> None:
    backup = boto3.client("backup")
    vault = backup.create_backup_vault(BackupVaultName="kept", BackupVaultTags={"Team": "ops"})
    plan = backup.create_backup_plan(BackupPlan=PLAN)["BackupPlanId"]

    (rule,) = live("aws_backup_plan", plan)["rule"]

    assert (rule["rule_name"], rule["target_vault_name"]) == ("all", "kept")
    assert rule["lifecycle"][0]["delete_after"] == 35
    assert vault["BackupVaultArn"]
    assert live("aws_backup_vault", "kept")["tags"] == {"Team": "ops"}


@pytest.mark.parametrize("type_", ["aws_kinesis_stream", "aws_backup_vault", "aws_backup_plan"])
def test_what_is_gone_is_missing(kinesis: Any, type_: str) -> None:
    assert isinstance(reading_of(type_, "gone"), Absent)
