"""What several destinations of a stream have in common, as Terraform writes it."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from drift.model.resource import Json

Description: TypeAlias = Mapping[str, Any]
"""What Firehose says of one destination."""
Block: TypeAlias = dict[str, Json]

BUCKET: Final = "S3DestinationDescription"


def bucket(said: Description) -> Block:
    """Return a bucket that is written into; providers before 5 say `buffer_size`."""
    size, seconds = hints(said)
    key = (said.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig") or {}
    return {
        "role_arn": said.get("RoleARN"),
        "bucket_arn": said.get("BucketARN"),
        "buffer_size": size,
        "buffering_size": size,
        "buffer_interval": seconds,
        "buffering_interval": seconds,
        "compression_format": said.get("CompressionFormat"),
        "error_output_prefix": said.get("ErrorOutputPrefix"),
        "kms_key_arn": key.get("AWSKMSKeyARN"),
        "prefix": said.get("Prefix"),
        "cloudwatch_logging_options": logging_options(said),
    }


def buckets(said: Description | None) -> list[Block]:
    """Return a bucket as a nested block."""
    return [] if said is None else [bucket(said)]


def backup(said: Description) -> list[Block]:
    """Return where what was delivered is kept besides."""
    return buckets(said.get("S3BackupDescription"))


def hints(said: Description) -> tuple[Json, Json]:
    """Return how much is gathered before it is written, in MB, and for how many seconds."""
    said_hints = said.get("BufferingHints") or {}
    return said_hints.get("SizeInMBs"), said_hints.get("IntervalInSeconds")


def logging_options(said: Description) -> list[Block]:
    """Return where errors of delivering are written."""
    options = said.get("CloudWatchLoggingOptions")
    if options is None:
        return []
    return [
        {
            "enabled": options.get("Enabled", False),
            "log_group_name": options.get("LogGroupName"),
            "log_stream_name": options.get("LogStreamName"),
        }
    ]


def processed(said: Description) -> Block:
    """Return what all but the plain bucket have: what is done on the way, and what is kept besides."""
    work = said.get("ProcessingConfiguration") or {}
    retry = (said.get("RetryOptions") or {}).get("DurationInSeconds")
    return {
        "s3_backup_mode": said.get("S3BackupMode"),
        **({} if retry is None else {"retry_duration": retry}),
        "processing_configuration": [
            {
                "enabled": work.get("Enabled", False),
                "processors": [
                    {
                        "type": one.get("Type"),
                        "parameters": [
                            {
                                "parameter_name": each.get("ParameterName"),
                                "parameter_value": each.get("ParameterValue"),
                            }
                            for each in one.get("Parameters") or ()
                        ],
                    }
                    for one in work.get("Processors") or ()
                ],
            }
        ],
    }


def converted(said: Description) -> list[Block]:
    """Return into which form records are brought: columns of Parquet or ORC, by the table of a catalogue."""
    conversion = said.get("DataFormatConversionConfiguration") or {}
    if not any(conversion.values()):
        return []
    table = conversion.get("SchemaConfiguration")
    return [
        {
            "enabled": conversion.get("Enabled", False),
            "schema_configuration": []
            if table is None
            else [
                {
                    "catalog_id": table.get("CatalogId"),
                    "database_name": table.get("DatabaseName"),
                    "region": table.get("Region"),
                    "role_arn": table.get("RoleARN"),
                    "table_name": table.get("TableName"),
                    "version_id": table.get("VersionId"),
                }
            ],
        }
    ]
