"""Distributions of content, as Terraform keeps them."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.distributions import cache_behaviors
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of

CONFIG: dict[str, Any] = {
    "CallerReference": "1",
    "Comment": "assets of the shop",
    "Enabled": True,
    "Aliases": {"Quantity": 1, "Items": ["assets.example.com"]},
    "Origins": {
        "Quantity": 1,
        "Items": [
            {
                "Id": "assets",
                "DomainName": "assets.example.org",
                "CustomHeaders": {"Quantity": 1, "Items": [{"HeaderName": "X-Key", "HeaderValue": "words"}]},
                "CustomOriginConfig": {
                    "HTTPPort": 80,
                    "HTTPSPort": 443,
                    "OriginProtocolPolicy": "https-only",
                    "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
                },
            }
        ],
    },
    "DefaultCacheBehavior": {
        "TargetOriginId": "assets",
        "ViewerProtocolPolicy": "redirect-to-https",
        "MinTTL": 0,
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
    },
}


@pytest.fixture(scope="module")
def cloudfront() -> Iterator[Any]:
    with simulated_aws():
        yield boto3.client("cloudfront")


@pytest.fixture(scope="module")
def distribution(cloudfront: Any) -> str:
    return str(cloudfront.create_distribution(DistributionConfig=CONFIG)["Distribution"]["Id"])


def test_a_distribution_says_where_it_takes_from_and_how_it_answers(distribution: str) -> None:
    found = live("aws_cloudfront_distribution", distribution)

    (origin,) = found["origin"]
    (behavior,) = found["default_cache_behavior"]
    assert found["aliases"] == ["assets.example.com"]
    assert origin["custom_header"] == [{"name": "X-Key", "value": "words"}]
    assert origin["custom_origin_config"][0]["origin_ssl_protocols"] == ["TLSv1.2"]
    assert behavior["forwarded_values"][0]["cookies"] == [{"forward": "none", "whitelisted_names": []}]
    assert found["ordered_cache_behavior"] == []
    assert found["logging_config"] == []


def test_a_distribution_that_was_switched_off_says_so(cloudfront: Any, distribution: str) -> None:
    there = cloudfront.get_distribution_config(Id=distribution)
    changed = {**there["DistributionConfig"], "Enabled": False, "DefaultRootObject": "other.html"}
    cloudfront.update_distribution(Id=distribution, IfMatch=there["ETag"], DistributionConfig=changed)

    found = live("aws_cloudfront_distribution", distribution)

    assert (found["enabled"], found["default_root_object"]) == (False, "other.html")


def test_a_distribution_that_was_deleted_is_missing(cloudfront: Any) -> None:
    assert isinstance(reading_of("aws_cloudfront_distribution", "EGONE"), Absent)


def test_what_a_header_towards_the_origin_says_is_secret(distribution: str) -> None:
    """Origins know by it that a request came through the distribution."""
    reading = reading_of("aws_cloudfront_distribution", distribution)

    assert "origin[].custom_header[].value" in reading.resource.schema.sensitive  # type: ignore[union-attr]


def test_a_behavior_with_a_policy_says_it_and_keeps_no_time_of_its_own() -> None:
    function = {"FunctionARN": "arn:aws:cloudfront::1:function/f", "EventType": "viewer-request"}
    code = {"LambdaFunctionARN": "arn:aws:lambda:us-east-1:1:function:f:1", "EventType": "origin-request"}
    (found,) = cache_behaviors(
        [
            {
                "PathPattern": "/api/*",
                "TargetOriginId": "api",
                "ViewerProtocolPolicy": "https-only",
                "CachePolicyId": "policy",
                "AllowedMethods": {"Items": ["GET", "HEAD"], "CachedMethods": {"Items": ["HEAD"]}},
                "TrustedKeyGroups": {"Enabled": True, "Quantity": 1, "Items": ["group"]},
                "FunctionAssociations": {"Quantity": 1, "Items": [function]},
                "LambdaFunctionAssociations": {"Quantity": 1, "Items": [code]},
            }
        ]
    )

    assert (found["path_pattern"], found["cache_policy_id"], found["min_ttl"]) == ("/api/*", "policy", 0)
    assert (found["allowed_methods"], found["cached_methods"]) == (["GET", "HEAD"], ["HEAD"])
    assert (found["trusted_key_groups"], found["trusted_signers"]) == (["group"], [])
    assert found["function_association"] == [
        {"event_type": "viewer-request", "function_arn": "arn:aws:cloudfront::1:function/f"}
    ]
    assert found["lambda_function_association"] == [
        {
            "event_type": "origin-request",
            "lambda_arn": "arn:aws:lambda:us-east-1:1:function:f:1",
            "include_body": False,
        }
    ]
    assert found["forwarded_values"] == []
