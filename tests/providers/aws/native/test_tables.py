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

    assert call.call.startswith(("describe_", "get_", "list_", "search_", "head_", "batch_get_"))
    for action in load_services().actions(one[0].service, call):
        assert action.partition(":")[2].startswith(("Describe", "Get", "List", "Search", "GET", "BatchGet"))


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

    sets = {
        path
        for path, one in known.items()
        if one.is_set and _outermost(path) in row.attributes and not is_ordered_by_its_function(row, path)
    }

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
    {
        "enable_dns64",
        "enable_lni_at_device_index",
        "enable_resource_name_dns_a_record_on_launch",
        "enable_resource_name_dns_aaaa_record_on_launch",
        "ipv6_native",
        "private_dns_hostname_type_on_launch",
    }
)

NEWER_OF_BALANCERS = frozenset(
    {
        "client_keep_alive",
        "connection_logs",
        "desync_mitigation_mode",
        "dns_record_client_routing_policy",
        "enable_tls_version_and_cipher_suite_headers",
        "enable_waf_fail_open",
        "enable_xff_client_port",
        "enable_zonal_shift",
        "enforce_security_group_inbound_rules_on_private_link_traffic",
        "preserve_host_header",
        "xff_header_processing_mode",
    }
)

NEWER_OF_TARGETS = frozenset(
    {
        "connection_termination",
        "ip_address_type",
        "load_balancing_anomaly_mitigation",
        "load_balancing_cross_zone_enabled",
        "target_failover",
        "target_health_state",
    }
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
    "aws_customer_gateway": frozenset({"bgp_asn_extended", "certificate_arn"}),
    "aws_efs_file_system": frozenset({"protection"}),
    "aws_route53_resolver_endpoint": frozenset({"protocols", "resolver_endpoint_type"}),
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
    "aws_lb": NEWER_OF_BALANCERS,
    "aws_alb": NEWER_OF_BALANCERS,
    "aws_lb_listener": frozenset({"mutual_authentication", "tags"}),
    "aws_alb_listener": frozenset({"mutual_authentication", "tags"}),
    "aws_lb_listener_rule": frozenset({"tags"}),
    "aws_alb_listener_rule": frozenset({"tags"}),
    "aws_lb_target_group": NEWER_OF_TARGETS,
    "aws_alb_target_group": NEWER_OF_TARGETS,
    "aws_flow_log": frozenset(
        {
            "deliver_cross_account_role",
            "destination_options",
            "transit_gateway_attachment_id",
            "transit_gateway_id",
        }
    ),
    "aws_nat_gateway": frozenset({"connectivity_type", "secondary_allocation_ids"}),
    "aws_network_interface": frozenset({"interface_type", "ipv4_prefixes", "ipv6_prefixes"}),
    "aws_vpc_dhcp_options": frozenset({"ipv6_address_preferred_lease_time"}),
    "aws_vpc_endpoint": frozenset({"dns_options", "ip_address_type"}),
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
    "aws_launch_template": frozenset(
        {
            "disable_api_stop",
            "instance_requirements",
            "maintenance_options",
            "network_performance_options",
            "private_dns_name_options",
        }
    ),
    "aws_ebs_volume": frozenset({"volume_initialization_rate"}),
    "aws_ebs_snapshot": frozenset({"outpost_arn", "storage_tier"}),
    "aws_autoscaling_policy": frozenset({"enabled", "predictive_scaling_configuration"}),
    "aws_autoscaling_schedule": frozenset({"time_zone"}),
    "aws_rds_cluster": frozenset(
        {
            "allocated_storage",
            "ca_certificate_identifier",
            "cluster_scalability_type",
            "database_insights_mode",
            "db_cluster_instance_class",
            "db_system_id",
            "domain",
            "domain_iam_role_name",
            "enable_global_write_forwarding",
            "enable_local_write_forwarding",
            "engine_lifecycle_support",
            "iops",
            "master_user_secret_kms_key_id",
            "monitoring_interval",
            "monitoring_role_arn",
            "network_type",
            "performance_insights_enabled",
            "performance_insights_kms_key_id",
            "performance_insights_retention_period",
            "serverlessv2_scaling_configuration",
            "storage_type",
        }
    ),
    "aws_ecs_cluster": frozenset({"configuration", "service_connect_defaults"}),
    "aws_ecs_service": frozenset(
        {
            "alarms",
            "availability_zone_rebalancing",
            "deployment_configuration",
            "service_connect_configuration",
            "volume_configuration",
        }
    ),
    "aws_ecs_task_definition": frozenset({"enable_fault_injection", "ephemeral_storage", "runtime_platform"}),
    "aws_ecr_repository": frozenset({"image_tag_mutability_exclusion_filter"}),
    "aws_eks_cluster": frozenset(
        {
            "access_config",
            "compute_config",
            "control_plane_scaling_config",
            "deletion_protection",
            "outpost_config",
            "remote_network_config",
            "storage_config",
            "upgrade_policy",
            "zonal_shift_config",
        }
    ),
    "aws_eks_node_group": frozenset({"node_repair_config", "taint", "update_config"}),
    "aws_eks_addon": frozenset({"configuration_values", "namespace_config"}),
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
    "aws_wafv2_rule_group": frozenset({"custom_response_body"}),
    "aws_wafv2_web_acl": frozenset(
        {"captcha_config", "challenge_config", "custom_response_body", "token_domains"}
    ),
    "aws_glue_crawler": frozenset(
        {"delta_target", "hudi_target", "iceberg_target", "lake_formation_configuration"}
    ),
    "aws_kinesis_firehose_delivery_stream": frozenset(
        {"msk_source_configuration", "opensearch_configuration"}
    ),
    "aws_glue_job": frozenset(
        {
            "execution_class",
            "job_mode",
            "job_run_queuing_enabled",
            "maintenance_window",
            "source_control_details",
        }
    ),
    "aws_cognito_user_pool_client": frozenset(
        {
            "auth_session_validity",
            "enable_propagate_additional_user_context_data",
            "enable_token_revocation",
            "refresh_token_rotation",
        }
    ),
    "aws_cognito_user_pool": frozenset(
        {
            "deletion_protection",
            "email_mfa_configuration",
            "sign_in_policy",
            "user_attribute_update_settings",
            "user_pool_tier",
        }
    ),
    "aws_codebuild_project": frozenset(
        {"project_visibility", "resource_access_role", "secondary_source_version"}
    ),
    "aws_sfn_state_machine": frozenset({"encryption_configuration"}),
    "aws_guardduty_detector": frozenset({"datasources"}),
    "aws_config_config_rule": frozenset({"evaluation_mode"}),
    "aws_config_delivery_channel": frozenset({"s3_kms_key_arn"}),
    "aws_config_configuration_recorder": frozenset({"recording_mode"}),
    "aws_apigatewayv2_api": frozenset({"ip_address_type"}),
    "aws_api_gateway_stage": frozenset({"canary_settings"}),
    "aws_api_gateway_integration": frozenset({"response_transfer_mode"}),
    "aws_api_gateway_api_key": frozenset({"customer_id"}),
    "aws_sns_topic_subscription": frozenset({"filter_policy_scope", "replay_policy"}),
    "aws_sns_topic": frozenset(
        {
            "archive_policy",
            "fifo_throughput_scope",
            "firehose_failure_feedback_role_arn",
            "firehose_success_feedback_role_arn",
            "firehose_success_feedback_sample_rate",
            "signature_version",
            "tracing_config",
        }
    ),
    "aws_cloudwatch_log_subscription_filter": frozenset({"apply_on_transformed_logs", "emit_system_fields"}),
    "aws_cloudwatch_log_metric_filter": frozenset({"apply_on_transformed_logs"}),
    "aws_cloudwatch_log_group": frozenset({"deletion_protection_enabled", "log_group_class"}),
    "aws_lambda_permission": frozenset({"function_url_auth_type", "principal_org_id"}),
    "aws_lambda_function": frozenset({"architectures", "ephemeral_storage", "logging_config", "snap_start"}),
    "aws_lambda_layer_version": frozenset({"compatible_architectures"}),
    "aws_lambda_event_source_mapping": frozenset(
        {
            "amazon_managed_kafka_event_source_config",
            "document_db_event_source_config",
            "filter_criteria",
            "function_response_types",
            "kms_key_arn",
            "metrics_config",
            "provisioned_poller_config",
            "queues",
            "scaling_config",
            "self_managed_kafka_event_source_config",
            "source_access_configuration",
            "tags",
            "tumbling_window_in_seconds",
        }
    ),
    "aws_cloudwatch_event_target": frozenset(
        {"appsync_target", "http_target", "redshift_target", "sagemaker_pipeline_target"}
    ),
    "aws_cloudwatch_event_rule": frozenset({"state"}),
    "aws_cloudtrail": frozenset({"advanced_event_selector"}),
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


def is_ordered_by_its_function(row: AwsType, path: str) -> bool:
    """Tell of what is nested to any depth, so that hundreds of paths would name it; see `waf_rules`."""
    return row.service == "wafv2" and path.endswith("text_transformation")


def _outermost(path: str) -> str:
    return path.partition("[")[0].partition(".")[0]
