"""Settings that no simulator answers for: rows held against answers in the form of AWS's API reference."""

import json
from typing import Any

import pytest

from drift.model.resource import Json
from providers.aws.native.table import load_types

TAG = {"Key": "team", "Value": "shop"}


def mapped(type_: str, answer: dict[str, Any]) -> dict[str, Json]:
    return load_types().rows[type_].mapped({"declared": {}, "Name": "shop", **answer})


@pytest.mark.parametrize("type_", ["metric", "analytics"])
@pytest.mark.parametrize(
    ("said", "prefix", "tags"),
    [
        ({"Prefix": "in/"}, "in/", {}),
        ({"Tag": TAG}, None, {"team": "shop"}),
        ({"And": {"Prefix": "in/", "Tags": [TAG]}}, "in/", {"team": "shop"}),
    ],
)
def test_a_filter_shows_what_it_lets_pass(
    type_: str, said: dict[str, Any], prefix: str | None, tags: dict[str, str]
) -> None:
    """
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_MetricsFilter.html
    """
    full = {"metric": "aws_s3_bucket_metric", "analytics": "aws_s3_bucket_analytics_configuration"}[type_]

    (found,) = mapped(full, {type_: {"Id": "all", "Filter": said}})["filter"]  # type: ignore[union-attr]

    assert (found["prefix"], found["tags"]) == (prefix, tags)


def test_analytics_show_where_they_are_exported_to() -> None:
    destination = {"Bucket": "arn:aws:s3:::logs", "Format": "CSV", "Prefix": "a/"}
    export = {
        "OutputSchemaVersion": "V_1",
        "Destination": {"S3BucketDestination": destination},
    }
    answer = {"analytics": {"Id": "all", "StorageClassAnalysis": {"DataExport": export}}}

    found = mapped("aws_s3_bucket_analytics_configuration", answer)

    assert found["storage_class_analysis"] == [
        {
            "data_export": [
                {
                    "output_schema_version": "V_1",
                    "destination": [
                        {
                            "s3_bucket_destination": [
                                {
                                    "bucket_account_id": None,
                                    "bucket_arn": "arn:aws:s3:::logs",
                                    "format": "CSV",
                                    "prefix": "a/",
                                }
                            ]
                        }
                    ],
                }
            ]
        }
    ]
    assert found["filter"] == []


def test_logs_show_how_their_keys_are_made() -> None:
    said = {
        "TargetBucket": "logs",
        "TargetPrefix": "s3/",
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
    }

    found = mapped("aws_s3_bucket_logging", {"logging": said})

    assert found["target_object_key_format"] == [
        {"partitioned_prefix": [{"partition_date_source": "EventTime"}], "simple_prefix": []}
    ]
    simple = mapped("aws_s3_bucket_logging", {"logging": {"TargetObjectKeyFormat": {"SimplePrefix": {}}}})
    assert simple["target_object_key_format"] == [{"partitioned_prefix": [], "simple_prefix": [{}]}]


def test_an_access_point_shows_who_may_pass() -> None:
    answer = {
        "Name": "orders",
        "Bucket": "shop",
        "VpcConfiguration": {"VpcId": "vpc-1"},
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": True},
        "policy": json.dumps({"Statement": []}),
        "asked": {"declared": {"account_id": "111122223333"}},
    }

    found = mapped("aws_s3_access_point", answer)

    assert (found["name"], found["bucket"], found["account_id"]) == ("orders", "shop", "111122223333")
    assert found["vpc_configuration"] == [{"vpc_id": "vpc-1"}]


def test_a_secret_shows_its_replicas_and_who_turns_it() -> None:
    answer = {
        "ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:payment-AbCdEf",
        "RotationEnabled": True,
        "RotationLambdaARN": "arn:aws:lambda:eu-west-1:111122223333:function:turn",
        "RotationRules": {"ScheduleExpression": "rate(7 days)", "Duration": "2h"},
        "replicas": [{"Region": "eu-central-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InSync"}],
    }

    found = mapped("aws_secretsmanager_secret", answer)

    assert found["replica"] == [{"region": "eu-central-1", "kms_key_id": "alias/aws/secretsmanager"}]
    assert found["rotation_lambda_arn"] == answer["RotationLambdaARN"]
    stopped = mapped("aws_secretsmanager_secret", {**answer, "RotationEnabled": False})
    assert (stopped["rotation_lambda_arn"], stopped["rotation_rules"]) == (None, [])


def test_a_replica_is_a_key_of_its_own_type() -> None:
    row = load_types().rows["aws_kms_key"]
    replica = {"KeyId": "mrk-1", "MultiRegionConfiguration": {"MultiRegionKeyType": "REPLICA"}}
    own = {"KeyId": "1234", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER"}

    assert [one.id.of(replica) for one in row.part_of] == ["mrk-1", None]
    assert [one.id.of(own) for one in row.part_of] == [None, None]
    assert row.reason_of(own) is None
    assert row.reason_of({**own, "KeyManager": "AWS"}) == "a key that an AWS service made for itself"


@pytest.mark.parametrize(
    ("state", "is_there"),
    [
        ("Enabled", True),
        ("PendingImport", True),
        ("PendingDeletion", False),
        ("PendingReplicaDeletion", False),
    ],
)
def test_a_key_that_waits_for_its_material_is_there_and_one_that_waits_for_its_end_is_not(
    state: str, is_there: bool
) -> None:
    finding = load_types().rows["aws_kms_external_key"].finding
    assert finding is not None

    found = finding.each.of({"KeyMetadata": {"KeyId": "1234", "KeyState": state, "Origin": "EXTERNAL"}})

    assert bool(found) == is_there


def test_an_association_shows_its_parameters_as_texts() -> None:
    said = {"Parameters": {"commands": ["a", "b"], "workingDirectory": ["/srv"]}}

    found = mapped("aws_ssm_association", {"AssociationId": "1", "said": said})

    assert found["parameters"] == {"commands": "a,b", "workingDirectory": "/srv"}
    assert found["apply_only_at_cron_interval"] is False


def test_a_baseline_shows_what_it_approves() -> None:
    filters = [{"Key": "CLASSIFICATION", "Values": ["Security"]}]
    rule = {"ApproveAfterDays": 7, "PatchFilterGroup": {"PatchFilters": filters}}

    found = mapped("aws_ssm_patch_baseline", {"said": {"ApprovalRules": {"PatchRules": [rule]}}})

    (approval,) = found["approval_rule"]  # type: ignore[union-attr]
    assert approval["approve_after_days"] == 7
    assert approval["patch_filter"] == [{"key": "CLASSIFICATION", "values": ["Security"]}]
