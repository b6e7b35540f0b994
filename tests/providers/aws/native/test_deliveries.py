"""Where streams are delivered to, in the form of Firehose's API reference, as Terraform keeps it.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_DestinationDescription.html
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.deliveries import delivery_blocks, delivery_buckets
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.aws.native.live import live, reading_of

ROLE = "arn:aws:iam::123456789012:role/robot"
BUCKET = {
    "RoleARN": ROLE,
    "BucketARN": "arn:aws:s3:::clicks",
    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
    "CompressionFormat": "GZIP",
}
PROCESSING = {
    "Enabled": True,
    "Processors": [
        {"Type": "Lambda", "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": "arn:f"}]}
    ],
}


@pytest.fixture
def streams() -> Iterator[Any]:
    with simulated_aws():
        yield boto3.client("firehose")


def test_a_stream_shows_into_which_bucket_it_goes_and_is_missing_when_deleted(streams: Any) -> None:
    streams.create_delivery_stream(
        DeliveryStreamName="clicks", ExtendedS3DestinationConfiguration={**BUCKET, "Prefix": "in/"}
    )
    arn = f"arn:aws:firehose:{REGION}:123456789012:deliverystream/clicks"

    found: Any = live("aws_kinesis_firehose_delivery_stream", arn, destination="extended_s3")

    (bucket,) = found["extended_s3_configuration"]
    assert (bucket["bucket_arn"], bucket["prefix"]) == ("arn:aws:s3:::clicks", "in/")
    assert bucket["buffer_interval"] == bucket["buffering_interval"] == 300
    plain: Any = live(
        "aws_kinesis_firehose_delivery_stream", arn, destination="s3", s3_configuration=[{"prefix": "in/"}]
    )
    assert plain["extended_s3_configuration"] == []
    assert [one["prefix"] for one in plain["s3_configuration"]] == ["in/"]

    streams.delete_delivery_stream(DeliveryStreamName="clicks")

    assert isinstance(reading_of("aws_kinesis_firehose_delivery_stream", arn), Absent)


def test_what_is_done_on_the_way_shows_with_its_function() -> None:
    said = {"ExtendedS3DestinationDescription": {**BUCKET, "ProcessingConfiguration": PROCESSING}}

    (found,) = delivery_blocks([said], "extended_s3")

    parameters = [{"parameter_name": "LambdaArn", "parameter_value": "arn:f"}]
    processors = [{"type": "Lambda", "parameters": parameters}]
    assert found["processing_configuration"] == [{"enabled": True, "processors": processors}]


def test_a_warehouse_shows_its_table_and_bucket() -> None:
    copy = {"DataTableName": "clicks", "CopyOptions": "GZIP"}
    said = {
        "RedshiftDestinationDescription": {
            "ClusterJDBCURL": "jdbc:redshift://shop:5439/db",
            "CopyCommand": copy,
            "RoleARN": ROLE,
            "RetryOptions": {"DurationInSeconds": 60},
            "S3DestinationDescription": BUCKET,
        }
    }

    (found,) = delivery_blocks([said], "redshift")

    assert (found["data_table_name"], found["copy_options"]) == ("clicks", "GZIP")
    assert found["retry_duration"] == 60
    assert found["s3_configuration"] == delivery_buckets([said])


def test_an_endpoint_of_ones_own_shows_what_goes_along_with_each_request() -> None:
    attributes = [{"AttributeName": "team", "AttributeValue": "shop"}]
    said = {
        "HttpEndpointDestinationDescription": {
            "EndpointConfiguration": {"Url": "https://in.example.net", "Name": "in"},
            "RequestConfiguration": {"ContentEncoding": "GZIP", "CommonAttributes": attributes},
            "S3DestinationDescription": BUCKET,
        }
    }

    (found,) = delivery_blocks([said], "http_endpoint")

    assert found["url"] == "https://in.example.net"
    common = [{"name": "team", "value": "shop"}]
    assert found["request_configuration"] == [{"content_encoding": "GZIP", "common_attributes": common}]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("elasticsearch", "ElasticsearchDestinationDescription"),
        ("opensearch", "AmazonopensearchserviceDestinationDescription"),
    ],
)
def test_a_search_domain_shows_its_index_and_network(kind: str, name: str) -> None:
    network = {"RoleARN": ROLE, "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "VpcId": "vpc-1"}
    said = {
        name: {"IndexName": "clicks", "IndexRotationPeriod": "OneDay", "VpcConfigurationDescription": network}
    }

    (found,) = delivery_blocks([said], kind)

    assert (found["index_name"], found["index_rotation_period"]) == ("clicks", "OneDay")
    assert found["vpc_config"] == [
        {"role_arn": ROLE, "subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}
    ]


def test_columns_show_by_which_table_they_are_made() -> None:
    table = {"RoleARN": ROLE, "DatabaseName": "shop", "TableName": "clicks", "Region": REGION}
    conversion = {"Enabled": True, "SchemaConfiguration": table}
    said = {"ExtendedS3DestinationDescription": {**BUCKET, "DataFormatConversionConfiguration": conversion}}

    (found,) = delivery_blocks([said], "extended_s3")

    (shown,) = found["data_format_conversion_configuration"]
    assert shown["enabled"] is True
    assert shown["schema_configuration"][0]["table_name"] == "clicks"


def test_a_collector_shows_where_it_is_and_never_its_token() -> None:
    said = {"SplunkDestinationDescription": {"HECEndpoint": "https://hec.example.net", "HECToken": "hush"}}

    (found,) = delivery_blocks([said], "splunk")

    assert found["hec_endpoint"] == "https://hec.example.net"
    assert "hush" not in str(found)
