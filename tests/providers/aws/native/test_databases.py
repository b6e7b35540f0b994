"""Databases, tables and what they are set up by, as Terraform keeps them."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent, Json
from providers.aws.native.database_parts import database_options, group_parameters
from providers.aws.native.table import load_types
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of


@pytest.fixture(scope="module")
def rds() -> Iterator[Any]:
    with simulated_aws():
        yield boto3.client("rds")


def test_a_database_is_found_by_its_name_whatever_its_id(rds: Any) -> None:
    """Since 5.0 of the provider the id is one that AWS gives."""
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t3.medium",
        Engine="postgres",
        EngineVersion="13.4",
        MasterUsername="orders",
        MasterUserPassword="a-simulated-one",
        AllocatedStorage=50,
        Tags=[{"Key": "Name", "Value": "orders"}],
    )
    rds.modify_db_instance(DBInstanceIdentifier="orders", DeletionProtection=True, ApplyImmediately=True)

    found = live("aws_db_instance", "db-ABC", identifier="orders", engine_version="13")

    assert (found["deletion_protection"], found["engine_version"], found["port"]) == (True, "13", 5432)
    assert found["tags"] == {"Name": "orders"}
    assert isinstance(reading_of("aws_db_instance", "gone", identifier="gone"), Absent)


def test_a_cluster_tells_its_members_and_they_it(rds: Any) -> None:
    rds.create_db_cluster(
        DBClusterIdentifier="carts",
        Engine="aurora-postgresql",
        MasterUsername="carts",
        MasterUserPassword="a-simulated-one",
    )
    rds.create_db_instance(
        DBInstanceIdentifier="carts-1",
        DBClusterIdentifier="carts",
        DBInstanceClass="db.r5.large",
        Engine="aurora-postgresql",
    )
    rds.modify_db_cluster(
        DBClusterIdentifier="carts",
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4},
    )

    cluster, member = live("aws_rds_cluster", "carts"), live("aws_rds_cluster_instance", "carts-1")

    assert (cluster["cluster_members"], member["cluster_identifier"]) == (["carts-1"], "carts")
    (scaling,) = cluster["serverlessv2_scaling_configuration"]
    assert (scaling["min_capacity"], scaling["max_capacity"]) == (0.5, 4)


def test_the_usual_storage_of_a_cluster_counts_as_none() -> None:
    """Terraform declares nothing for it, and AWS names it."""
    row = load_types().rows["aws_rds_cluster"]

    def stored(live: str, declared: str | None) -> Json:
        return row.mapped({"StorageType": live, "declared": {"storage_type": declared}})["storage_type"]

    assert (stored("aurora", None), stored("aurora", "aurora-iopt1")) == ("", "")
    assert (stored("aurora", "aurora"), stored("aurora-iopt1", None)) == ("aurora", "aurora-iopt1")


def test_a_parameter_that_somebody_set_shows(rds: Any) -> None:
    rds.create_db_parameter_group(
        DBParameterGroupName="orders", DBParameterGroupFamily="postgres13", Description="orders"
    )
    said = {"ParameterName": "log_statement", "ParameterValue": "all", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName="orders", Parameters=[said])

    found = live("aws_db_parameter_group", "orders")

    assert found["parameter"] == [{"apply_method": "immediate", "name": "log_statement", "value": "all"}]


@pytest.mark.parametrize(
    "type_",
    [
        "aws_db_option_group",
        "aws_db_parameter_group",
        "aws_db_subnet_group",
        "aws_rds_cluster",
        "aws_rds_cluster_instance",
        "aws_dynamodb_table",
    ],
)
def test_what_is_gone_is_missing(rds: Any, type_: str) -> None:
    assert isinstance(reading_of(type_, "gone"), Absent)


def test_a_declared_parameter_that_is_as_the_engine_has_it_shows_too() -> None:
    set_ = [{"ParameterName": "work_mem", "ParameterValue": "8", "ApplyMethod": "immediate"}]
    every = [
        *set_,
        {"ParameterName": "Log_Statement", "ParameterValue": "none", "ApplyMethod": "immediate"},
        {"ParameterName": "other", "ParameterValue": "1"},
        {"ParameterName": "unset"},
    ]

    found = group_parameters(
        set_, every, [{"name": "log_statement"}, {"name": "work_mem"}, {"name": "unset"}]
    )

    assert {one["name"]: one["value"] for one in found} == {"log_statement": "none", "work_mem": "8"}


def test_a_setting_of_an_option_counts_if_somebody_set_or_declares_it() -> None:
    settings = [
        {"Name": name, "Value": value, "DefaultValue": "1"}
        for name, value in (("changed", "2"), ("declared", "1"), ("other", "1"))
    ]
    options = [{"OptionName": "MEMCACHED", "Port": 11211, "OptionSettings": settings}]
    declared = [{"option_name": "MEMCACHED", "option_settings": [{"name": "declared", "value": "1"}]}]

    (option,) = database_options(options, declared)

    assert [one["name"] for one in option["option_settings"]] == ["changed", "declared"]
    assert option["port"] == 11211


def test_a_table_shows_its_indexes_expiry_and_stream(rds: Any) -> None:
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "customer")],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-customer",
                "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        SSESpecification={"Enabled": True},
        Tags=[{"Key": "Name", "Value": "orders"}],
    )
    dynamodb.update_time_to_live(
        TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )

    found = live("aws_dynamodb_table", "orders")

    (index,) = found["global_secondary_index"]
    assert (index["hash_key"], index["range_key"], index["non_key_attributes"]) == (
        "customer",
        None,
        ["total"],
    )
    assert found["ttl"] == [{"attribute_name": "until", "enabled": True}]
    assert (found["stream_enabled"], found["stream_view_type"]) == (True, "KEYS_ONLY")
    assert (found["billing_mode"], found["server_side_encryption"][0]["enabled"]) == ("PAY_PER_REQUEST", True)
    assert not any(one["enabled"] for one in found["point_in_time_recovery"])
