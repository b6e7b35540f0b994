"""What ElastiCache says otherwise than Terraform.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/
"""

from collections.abc import Iterable, Mapping
from typing import Any

from drift.model.resource import Json


def cache_version(version: str | None, declared: str | None) -> str | None:
    """Return a version in as many parts as the code says; `6.x` is any of that major version."""
    if not version or not declared:
        return version
    said = declared.removesuffix("x") if declared.endswith(".x") else f"{declared}."
    return declared if version.startswith(said) else version


def log_deliveries(deliveries: Iterable[Mapping[str, Any]]) -> list[dict[str, Json]]:
    """Return a block for each log that is delivered, with the name of where it goes."""
    return [
        {
            "destination": _destination(one.get("DestinationDetails") or {}),
            "destination_type": one.get("DestinationType"),
            "log_format": one.get("LogFormat"),
            "log_type": one.get("LogType"),
        }
        for one in deliveries
    ]


def _destination(details: Mapping[str, Any]) -> str | None:
    group, stream = details.get("CloudWatchLogsDetails") or {}, details.get("KinesisFirehoseDetails") or {}
    return group.get("LogGroup") or stream.get("DeliveryStream")
