"""Caches, warehouses and shared files, read from a simulated account."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.caches import cache_version, log_deliveries
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "elasticfilesystem:ClientMount"}],
}


@pytest.fixture(scope="module")
def caches() -> Iterator[Any]:
    with simulated_aws():
        yield boto3.client("elasticache")


@pytest.fixture(scope="module")
def subnet(caches: Any) -> str:
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"])


@pytest.fixture(scope="module")
def files(caches: Any) -> str:
    made = boto3.client("efs").create_file_system(CreationToken="shared", Encrypted=True)
    return str(made["FileSystemId"])


def test_a_cache_shows_its_size_and_its_tags(caches: Any) -> None:
    caches.create_cache_cluster(
        CacheClusterId="sessions",
        Engine="redis",
        CacheNodeType="cache.t3.micro",
        NumCacheNodes=1,
        Tags=[{"Key": "Team", "Value": "web"}],
    )

    found = live("aws_elasticache_cluster", "sessions")

    assert (found["node_type"], found["num_cache_nodes"], found["engine"]) == ("cache.t3.micro", 1, "redis")
    assert found["tags"] == {"Team": "web"}
    assert (found["az_mode"], found["snapshot_retention_limit"]) == ("single-az", 0)


def test_a_group_of_caches_shows_how_it_is_spread_in_the_form_of_the_code(caches: Any) -> None:
    caches.create_replication_group(
        ReplicationGroupId="carts",
        ReplicationGroupDescription="carts",
        Engine="redis",
        CacheNodeType="cache.t3.micro",
        NumNodeGroups=2,
        ReplicasPerNodeGroup=1,
        AutomaticFailoverEnabled=True,
    )
    type_ = "aws_elasticache_replication_group"

    blocks = live(type_, "carts", cluster_mode=[{"num_node_groups": 2, "replicas_per_node_group": 1}])
    newer = live(type_, "carts", cluster_mode="enabled")

    assert blocks["cluster_mode"] == [{"num_node_groups": 2, "replicas_per_node_group": 1}]
    assert (newer["num_node_groups"], newer["replicas_per_node_group"]) == (2, 1)
    assert not isinstance(newer["cluster_mode"], list)
    assert newer["automatic_failover_enabled"] is True
    assert newer["description"] == newer["replication_group_description"] == "carts"


@pytest.mark.parametrize(
    ("version", "declared", "said"),
    [
        ("6.2.6", "6.x", "6.x"),
        ("7.0.4", "6.x", "7.0.4"),
        ("7.0.4", "7.0", "7.0"),
        ("7.10.4", "7.1", "7.10.4"),
        ("5.0.6", None, "5.0.6"),
        (None, "6.x", None),
    ],
)
def test_a_version_is_as_long_as_the_code_says(version: str, declared: str, said: str) -> None:
    assert cache_version(version, declared) == said


def test_logs_go_to_a_group_or_to_a_stream() -> None:
    group = {"CloudWatchLogsDetails": {"LogGroup": "slow"}}
    stream = {"KinesisFirehoseDetails": {"DeliveryStream": "all"}}
    logs = [
        {"DestinationDetails": one, "LogType": "slow-log", "LogFormat": "json"} for one in (group, stream)
    ]

    assert [one["destination"] for one in log_deliveries(logs)] == ["slow", "all"]


def test_a_subnet_group_shows_its_subnets(caches: Any, subnet: str) -> None:
    caches.create_cache_subnet_group(
        CacheSubnetGroupName="inside", CacheSubnetGroupDescription="inside", SubnetIds=[subnet]
    )

    assert live("aws_elasticache_subnet_group", "inside")["subnet_ids"] == [subnet]


def test_a_warehouse_shows_where_its_log_goes(caches: Any) -> None:
    redshift = boto3.client("redshift")
    redshift.create_cluster(
        ClusterIdentifier="reports",
        NodeType="dc2.large",
        NumberOfNodes=2,
        MasterUsername="reports",
        MasterUserPassword="Recorded-with-a-simulator-1",
    )
    redshift.enable_logging(ClusterIdentifier="reports", BucketName="audit", S3KeyPrefix="redshift/")

    found = live("aws_redshift_cluster", "reports")

    assert (found["cluster_type"], found["number_of_nodes"]) == ("multi-node", 2)
    (logging,) = found["logging"]
    assert (logging["enable"], logging["s3_key_prefix"]) == (True, "redshift/")


def test_shared_files_show_their_policy_and_when_they_move(caches: Any, files: str) -> None:
    efs = boto3.client("efs")
    efs.put_lifecycle_configuration(
        FileSystemId=files,
        LifecyclePolicies=[
            {"TransitionToIA": "AFTER_30_DAYS"},
            {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
        ],
    )
    assert isinstance(reading_of("aws_efs_file_system_policy", files), Absent)
    efs.put_file_system_policy(FileSystemId=files, Policy=json.dumps(POLICY))

    found = live("aws_efs_file_system", files)
    policy = live("aws_efs_file_system_policy", files)

    moves = [
        (one["transition_to_ia"], one["transition_to_primary_storage_class"])
        for one in found["lifecycle_policy"]
    ]
    assert moves == [("AFTER_30_DAYS", None), (None, "AFTER_1_ACCESS")]
    assert found["encrypted"] is True
    assert json.loads(str(policy["policy"]))["Statement"] == POLICY["Statement"]


def test_a_mount_target_shows_who_reaches_it(caches: Any, files: str, subnet: str) -> None:
    efs, ec2 = boto3.client("efs"), boto3.client("ec2")
    vpc = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="nfs", Description="nfs", VpcId=vpc)["GroupId"]
    target = efs.create_mount_target(FileSystemId=files, SubnetId=subnet, SecurityGroups=[group])
    type_, id_ = "aws_efs_mount_target", target["MountTargetId"]

    assert live(type_, id_, file_system_id=files)["security_groups"] == [group]
    assert isinstance(reading_of(type_, "fsmt-gone", file_system_id=files), Absent)
    assert isinstance(reading_of(type_, id_, file_system_id="fs-gone"), Absent)


def test_an_access_point_shows_as_whom_it_is_used(caches: Any, files: str) -> None:
    point = boto3.client("efs").create_access_point(
        FileSystemId=files,
        PosixUser={"Uid": 1000, "Gid": 1001, "SecondaryGids": [5]},
        RootDirectory={"Path": "/orders"},
    )

    found = live("aws_efs_access_point", point["AccessPointId"])

    assert found["posix_user"] == [{"uid": 1000, "gid": 1001, "secondary_gids": [5]}]
    assert found["root_directory"][0]["path"] == "/orders"


@pytest.mark.parametrize(
    "type_",
    [
        "aws_elasticache_cluster",
        "aws_elasticache_replication_group",
        "aws_elasticache_subnet_group",
        "aws_redshift_cluster",
        "aws_redshift_subnet_group",
        "aws_efs_file_system",
        "aws_efs_access_point",
    ],
)
def test_what_is_gone_is_missing(caches: Any, type_: str) -> None:
    assert isinstance(reading_of(type_, "gone"), Absent)
