"""Every row of the native tables, held against what AWS says of its APIs, and the provider of its types."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
import pytest

from providers.aws.native.rows import AwsType, Call, Detail, Finding, Join, Listing
from providers.aws.native.services import load_services
from providers.aws.native.table import load_types
from providers.live_tables.expressions import Expression
from tests.estate.schema import attributes_of

ROWS: Mapping[str, AwsType] = load_types().rows
CALLS = [(row, call) for row in ROWS.values() for call in row.calls()]


def named(one: tuple[AwsType, Call]) -> str:
    return f"{one[0].type}-{one[1].call}"


@cache
def model_of(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


@cache
def operations_of(service: str) -> Mapping[str, str]:
    """Return the names of a service's operations by those of boto3's methods."""
    return {botocore.xform_name(one): one for one in model_of(service).operation_names}


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda one: one.type)
def test_every_expression_is_one(row: AwsType) -> None:
    for one in expressions_of(row):
        assert callable(one.of)


@pytest.mark.parametrize("one", CALLS, ids=named)
def test_a_call_is_one_of_its_service_and_is_given_what_it_takes(one: tuple[AwsType, Call]) -> None:
    row, call = one
    service = call.service or row.service

    name = operations_of(service)[call.call]

    shape = model_of(service).operation_model(name).input_shape
    known = set(shape.members) if shape else set()
    assert set(call.arguments) <= known
    assert set(shape.required_members if shape else ()) <= set(call.arguments)


@pytest.mark.parametrize("one", CALLS, ids=named)
def test_a_call_only_reads(one: tuple[AwsType, Call]) -> None:
    _, call = one

    assert call.call.startswith(("describe_", "get_", "list_", "search_", "head_"))
    for action in load_services().actions(one[0].service, call):
        assert action.partition(":")[2].startswith(("Describe", "Get", "List", "Search", "GET"))


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda one: one.type)
def test_what_is_compared_is_what_the_provider_lets_people_declare(row: AwsType) -> None:
    if not (known := attributes_of(row.type)):
        pytest.skip("newer than the provider whose types are at hand")

    compared = {name: known.get(name) for name in row.attributes}

    newer = {name for name, one in compared.items() if one is None}
    assert not newer - NEWER_ATTRIBUTES.get(row.type, frozenset())
    assert [name for name, one in compared.items() if one is not None and not one.is_declarable] == []


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda one: one.type)
def test_what_has_no_order_is_what_the_provider_calls_a_set(row: AwsType) -> None:
    if not (known := attributes_of(row.type)):
        pytest.skip("newer than the provider whose types are at hand")

    sets = {path for path, one in known.items() if one.is_set and _outermost(path) in row.attributes}

    assert {path for path in row.sets if path in known} == sets


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda one: one.type)
def test_what_the_provider_fills_in_is_known(row: AwsType) -> None:
    if not (known := attributes_of(row.type)):
        pytest.skip("newer than the provider whose types are at hand")

    filled_in = {name for name in row.attributes if name in known and known[name].is_computed}

    assert {path for path in row.optional if path in row.attributes and path in known} == filled_in


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda one: one.type)
def test_what_the_provider_calls_secret_is_secret(row: AwsType) -> None:
    known = attributes_of(row.type)

    assert {name for name in row.attributes if name in known and known[name].is_sensitive} <= row.sensitive


NEWER_OF_SUBNETS = frozenset(
    {"enable_dns64", "enable_resource_name_dns_a_record_on_launch", "private_dns_hostname_type_on_launch"}
)

NEWER_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "aws_redshift_cluster": frozenset(
        {
            "availability_zone_relocation_enabled",
            "default_iam_role_arn",
            "maintenance_track_name",
            "manual_snapshot_retention_period",
            "master_password_secret_kms_key_id",
            "multi_az",
        }
    ),
    "aws_efs_file_system": frozenset({"protection"}),
    "aws_efs_mount_target": frozenset({"ipv6_address"}),
    "aws_elasticache_cluster": frozenset(
        {
            "auto_minor_version_upgrade",
            "ip_discovery",
            "log_delivery_configuration",
            "network_type",
            "preferred_outpost_arn",
            "transit_encryption_enabled",
        }
    ),
    "aws_elasticache_parameter_group": frozenset({"tags"}),
    "aws_elasticache_replication_group": frozenset(
        {
            "data_tiering_enabled",
            "description",
            "ip_discovery",
            "log_delivery_configuration",
            "network_type",
            "num_cache_clusters",
            "num_node_groups",
            "replicas_per_node_group",
            "transit_encryption_mode",
            "user_group_ids",
        }
    ),
    "aws_sqs_queue": frozenset(
        {
            "deduplication_scope",
            "fifo_throughput_limit",
            "redrive_allow_policy",
            "sqs_managed_sse_enabled",
        }
    ),
    "aws_kinesis_stream": frozenset({"max_record_size_in_kib", "stream_mode_details"}),
    "aws_route53_health_check": frozenset({"routing_control_arn"}),
    "aws_lb": frozenset(
        {
            "desync_mitigation_mode",
            "enable_waf_fail_open",
            "enable_xff_client_port",
            "preserve_host_header",
            "xff_header_processing_mode",
        }
    ),
    "aws_lb_listener": frozenset({"tags"}),
    "aws_lb_listener_rule": frozenset({"tags"}),
    "aws_lb_target_group": frozenset({"connection_termination", "ip_address_type"}),
    "aws_nat_gateway": frozenset({"connectivity_type"}),
    "aws_acm_certificate": frozenset({"key_algorithm"}),
    "aws_route53_record": frozenset({"cidr_routing_policy", "geoproximity_routing_policy"}),
    "aws_cloudfront_distribution": frozenset({"continuous_deployment_policy_id", "staging"}),
    "aws_route": frozenset({"core_network_arn"}),
    "aws_subnet": NEWER_OF_SUBNETS,
    "aws_default_subnet": NEWER_OF_SUBNETS,
    "aws_instance": frozenset(
        {
            "capacity_reservation_specification",
            "cpu_options",
            "disable_api_stop",
            "host_resource_group_arn",
            "maintenance_options",
            "placement_group_id",
            "placement_partition_number",
            "private_dns_name_options",
        }
    ),
    "aws_autoscaling_group": frozenset(
        {
            "availability_zone_distribution",
            "capacity_reservation_specification",
            "context",
            "default_instance_warmup",
            "desired_capacity_type",
            "instance_maintenance_policy",
            "traffic_source",
        }
    ),
    "aws_dynamodb_table": frozenset(
        {"deletion_protection_enabled", "on_demand_throughput", "table_class", "warm_throughput"}
    ),
    "aws_db_instance": frozenset(
        {
            "backup_target",
            "customer_owned_ip_enabled",
            "database_insights_mode",
            "db_name",
            "dedicated_log_volume",
            "domain_auth_secret_arn",
            "domain_dns_ips",
            "domain_fqdn",
            "domain_ou",
            "engine_lifecycle_support",
            "master_user_secret_kms_key_id",
            "nchar_character_set_name",
            "network_type",
            "replica_mode",
            "storage_throughput",
        }
    ),
    "aws_rds_cluster_instance": frozenset({"performance_insights_retention_period"}),
    "aws_iam_instance_profile": frozenset({"roles"}),
    "aws_iam_service_linked_role": frozenset({"tags"}),
    "aws_kms_external_key": frozenset({"multi_region"}),
    "aws_kms_key": frozenset(
        {"custom_key_store_id", "multi_region", "rotation_period_in_days", "xks_key_id"}
    ),
    "aws_secretsmanager_secret": frozenset({"replica"}),
    "aws_ssm_association": frozenset({"calendar_names", "sync_compliance"}),
    "aws_ssm_parameter": frozenset({"insecure_value"}),
    "aws_s3_bucket": frozenset({"object_lock_enabled"}),
    "aws_s3_bucket_notification": frozenset({"eventbridge"}),
}
"""Attributes that other versions of the provider have."""


def expressions_of(row: AwsType) -> Iterator[Expression]:
    yield row.id
    yield from row.attributes.values()
    yield from (one for one in (row.key, row.declared_key, row.exists) if one is not None)
    yield from (one.when for one in row.made_by_cloud)
    yield from (one.id for one in row.part_of)
    for call in row.calls():
        yield from call.arguments.values()
        match call:
            case Join():
                yield from (call.each, call.key, call.of)
            case Listing() | Finding():
                yield call.each
            case Detail() if call.take is not None:
                yield call.take


def _outermost(path: str) -> str:
    return path.partition("[")[0].partition(".")[0]
