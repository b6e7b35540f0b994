"""Rules of firewalls, as Terraform nests them."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.waf_rules import waf_blocks, waf_rules
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of

SEEN = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": "shop"}


@pytest.fixture(scope="module", autouse=True)
def account() -> Iterator[None]:
    with simulated_aws():
        yield


def a_rule(*transformations: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": "bots",
        "Priority": 1,
        "Action": {"Block": {}},
        "VisibilityConfig": SEEN,
        "Statement": {
            "ByteMatchStatement": {
                "SearchString": b"bot",
                "FieldToMatch": {"SingleHeader": {"Name": "user-agent"}},
                "TextTransformations": list(transformations),
                "PositionalConstraint": "CONTAINS",
            }
        },
    }


FIRST, SECOND = {"Priority": 0, "Type": "LOWERCASE"}, {"Priority": 1, "Type": "NONE"}


def test_a_rule_is_nested_as_the_provider_nests_it() -> None:
    (said,) = waf_rules([a_rule(FIRST)], None)

    assert said["action"] == [{"block": [{}]}]
    (statement,) = said["statement"]  # type: ignore[misc]  # a list of blocks
    assert statement == {
        "byte_match_statement": [
            {
                "search_string": "bot",
                "field_to_match": [{"single_header": [{"name": "user-agent"}]}],
                "text_transformation": [{"priority": 0, "type": "LOWERCASE"}],
                "positional_constraint": "CONTAINS",
            }
        ]
    }
    assert waf_blocks(SEEN) == [
        {"sampled_requests_enabled": False, "cloudwatch_metrics_enabled": True, "metric_name": "shop"}
    ]
    assert waf_blocks(None) == []


def test_what_has_no_order_stands_as_it_is_declared_and_what_is_new_after_it() -> None:
    declared: Any = waf_rules([a_rule(SECOND)], None)

    said = waf_rules([a_rule(FIRST, SECOND)], declared)

    assert said == waf_rules([a_rule(SECOND, FIRST)], None)


def test_a_list_of_addresses_shows_what_somebody_let_in() -> None:
    firewalls = boto3.client("wafv2")
    made = firewalls.create_ip_set(
        Name="office", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=["198.51.100.0/24"]
    )["Summary"]
    firewalls.update_ip_set(
        Name="office", Scope="REGIONAL", Id=made["Id"], Addresses=["0.0.0.0/1"], LockToken=made["LockToken"]
    )
    declared = {"name": "office", "scope": "REGIONAL"}

    assert live("aws_wafv2_ip_set", made["Id"], **declared)["addresses"] == ["0.0.0.0/1"]
    assert isinstance(reading_of("aws_wafv2_ip_set", "gone", **declared), Absent)
