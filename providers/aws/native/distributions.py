"""How a distribution of CloudFront keeps what it was asked for, as Terraform writes it.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DefaultCacheBehavior.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from drift.model.resource import Json

_SAID = {
    "CachePolicyId": "cache_policy_id",
    "FieldLevelEncryptionId": "field_level_encryption_id",
    "OriginRequestPolicyId": "origin_request_policy_id",
    "RealtimeLogConfigArn": "realtime_log_config_arn",
    "ResponseHeadersPolicyId": "response_headers_policy_id",
    "TargetOriginId": "target_origin_id",
    "ViewerProtocolPolicy": "viewer_protocol_policy",
}
_LIFETIMES = {"MinTTL": "min_ttl", "DefaultTTL": "default_ttl", "MaxTTL": "max_ttl"}


def cache_behaviors(behaviors: Iterable[Mapping[str, Any]]) -> list[dict[str, Json]]:
    """Return how requests are answered; only the default one is for every path."""
    return [_behavior(one) for one in behaviors]


def _behavior(behavior: Mapping[str, Any]) -> dict[str, Json]:
    methods = behavior.get("AllowedMethods") or {}
    path = {"path_pattern": behavior["PathPattern"]} if "PathPattern" in behavior else {}
    return {
        **path,
        **{ours: behavior.get(theirs) or "" for theirs, ours in _SAID.items()},
        **{ours: behavior.get(theirs, 0) for theirs, ours in _LIFETIMES.items()},
        "allowed_methods": methods.get("Items") or [],
        "cached_methods": _items(methods.get("CachedMethods")),
        "compress": behavior.get("Compress", False),
        "smooth_streaming": behavior.get("SmoothStreaming", False),
        "trusted_key_groups": _items(behavior.get("TrustedKeyGroups")),
        "trusted_signers": _items(behavior.get("TrustedSigners")),
        "forwarded_values": _forwarded(behavior.get("ForwardedValues")),
        "lambda_function_association": [
            {
                "event_type": one["EventType"],
                "lambda_arn": one["LambdaFunctionARN"],
                "include_body": one.get("IncludeBody", False),
            }
            for one in _items(behavior.get("LambdaFunctionAssociations"))
        ],
        "function_association": [
            {"event_type": one["EventType"], "function_arn": one["FunctionARN"]}
            for one in _items(behavior.get("FunctionAssociations"))
        ],
        "grpc_config": [{"enabled": one["Enabled"]}] if (one := behavior.get("GrpcConfig")) else [],
    }


def _forwarded(values: Mapping[str, Any] | None) -> list[Json]:
    if not values:
        return []
    cookies = values.get("Cookies") or {}
    return [
        {
            "query_string": values.get("QueryString", False),
            "query_string_cache_keys": _items(values.get("QueryStringCacheKeys")),
            "headers": _items(values.get("Headers")),
            "cookies": [
                {
                    "forward": cookies.get("Forward"),
                    "whitelisted_names": _items(cookies.get("WhitelistedNames")),
                }
            ],
        }
    ]


def _items(list_: Mapping[str, Any] | None) -> list[Any]:
    return (list_ or {}).get("Items") or []
