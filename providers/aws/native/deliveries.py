"""Where streams are delivered to, as Terraform writes it: a block for each kind of destination.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_DestinationDescription.html
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from providers.aws.native.delivery_parts import (
    BUCKET,
    Block,
    Description,
    backup,
    bucket,
    buckets,
    converted,
    hints,
    logging_options,
    processed,
)


def delivery_blocks(destinations: Iterable[Description], kind: str) -> list[Block]:
    """Return the blocks of the provider's destination `kind`: `extended_s3`, `redshift`…"""
    name, block = _KINDS[kind]
    return [block(one[name]) for one in destinations if one.get(name)]


def delivery_buckets(destinations: Iterable[Description]) -> list[Block]:
    """Return what is delivered into as a plain bucket, or kept in one on the way to somewhere else."""
    return [
        bucket(said[BUCKET])
        for one in destinations
        for said in (one, *(inner for inner in one.values() if isinstance(inner, dict)))
        if BUCKET in said
    ]


def _whole_bucket(said: Description) -> Block:
    partitioning = said.get("DynamicPartitioningConfiguration")
    retry = (partitioning or {}).get("RetryOptions") or {}
    return {
        **bucket(said),
        **processed(said),
        "custom_time_zone": said.get("CustomTimeZone"),
        "file_extension": said.get("FileExtension"),
        "data_format_conversion_configuration": converted(said),
        "s3_backup_configuration": backup(said),
        "dynamic_partitioning_configuration": []
        if partitioning is None
        else [
            {"enabled": partitioning.get("Enabled", False), "retry_duration": retry.get("DurationInSeconds")}
        ],
    }


def _redshift(said: Description) -> Block:
    """Return a warehouse; its password is never told."""
    copy = said.get("CopyCommand") or {}
    return {
        **processed(said),
        "cluster_jdbcurl": said.get("ClusterJDBCURL"),
        "copy_options": copy.get("CopyOptions"),
        "data_table_columns": copy.get("DataTableColumns"),
        "data_table_name": copy.get("DataTableName"),
        "role_arn": said.get("RoleARN"),
        "username": said.get("Username"),
        "cloudwatch_logging_options": logging_options(said),
        "s3_backup_configuration": backup(said),
        "s3_configuration": buckets(said.get(BUCKET)),
    }


def _search(said: Description) -> Block:
    size, seconds = hints(said)
    network = said.get("VpcConfigurationDescription")
    return {
        **processed(said),
        "buffering_size": size,
        "buffering_interval": seconds,
        "cluster_endpoint": said.get("ClusterEndpoint"),
        "domain_arn": said.get("DomainARN"),
        "index_name": said.get("IndexName"),
        "index_rotation_period": said.get("IndexRotationPeriod"),
        "role_arn": said.get("RoleARN"),
        "type_name": said.get("TypeName"),
        "cloudwatch_logging_options": logging_options(said),
        "s3_configuration": buckets(said.get(BUCKET)),
        "vpc_config": []
        if network is None
        else [
            {
                "role_arn": network.get("RoleARN"),
                "security_group_ids": network.get("SecurityGroupIds"),
                "subnet_ids": network.get("SubnetIds"),
            }
        ],
    }


def _splunk(said: Description) -> Block:
    """Return a collector of Splunk; its token is never compared."""
    return {
        **processed(said),
        "hec_acknowledgment_timeout": said.get("HECAcknowledgmentTimeoutInSeconds"),
        "hec_endpoint": said.get("HECEndpoint"),
        "hec_endpoint_type": said.get("HECEndpointType"),
        "cloudwatch_logging_options": logging_options(said),
        "s3_configuration": buckets(said.get(BUCKET)),
    }


def _website(said: Description) -> Block:
    """Return an endpoint of one's own; its key is never told."""
    size, seconds = hints(said)
    endpoint, request = said.get("EndpointConfiguration") or {}, said.get("RequestConfiguration")
    return {
        **processed(said),
        "buffering_size": size,
        "buffering_interval": seconds,
        "name": endpoint.get("Name"),
        "url": endpoint.get("Url"),
        "role_arn": said.get("RoleARN"),
        "cloudwatch_logging_options": logging_options(said),
        "s3_configuration": buckets(said.get(BUCKET)),
        "request_configuration": []
        if request is None
        else [
            {
                "content_encoding": request.get("ContentEncoding"),
                "common_attributes": [
                    {"name": one.get("AttributeName"), "value": one.get("AttributeValue")}
                    for one in request.get("CommonAttributes") or ()
                ],
            }
        ],
    }


_KINDS: Final[Mapping[str, tuple[str, Callable[[Description], Block]]]] = {
    "extended_s3": ("ExtendedS3DestinationDescription", _whole_bucket),
    "redshift": ("RedshiftDestinationDescription", _redshift),
    "elasticsearch": ("ElasticsearchDestinationDescription", _search),
    "opensearch": ("AmazonopensearchserviceDestinationDescription", _search),
    "splunk": ("SplunkDestinationDescription", _splunk),
    "http_endpoint": ("HttpEndpointDestinationDescription", _website),
}
"""Where Firehose tells of each kind."""
