"""APIs, and what watches the account, as Terraform keeps them."""

from collections.abc import Iterator

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.statements import unescaped
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of


@pytest.fixture(scope="module", autouse=True)
def account() -> Iterator[None]:
    with simulated_aws():
        yield


def test_a_method_shows_what_somebody_opened_and_is_missing_where_it_was_deleted() -> None:
    apis = boto3.client("apigateway")
    api = apis.create_rest_api(name="shop")["id"]
    root = apis.get_resources(restApiId=api)["items"][0]["id"]
    resource = apis.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
    at = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
    apis.put_method(**at, authorizationType="NONE", apiKeyRequired=False)
    apis.put_integration(**at, type="HTTP", uri="https://example.com/", integrationHttpMethod="POST")
    declared = {"rest_api_id": api, "resource_id": resource, "http_method": "GET"}

    path = live("aws_api_gateway_resource", resource, rest_api_id=api)
    method = live("aws_api_gateway_method", "agm", **declared)
    integration = live("aws_api_gateway_integration", "agi", **declared)

    assert (path["path_part"], path["parent_id"]) == ("orders", root)
    assert (method["authorization"], method["api_key_required"]) == ("NONE", False)
    assert (integration["uri"], integration["integration_http_method"]) == ("https://example.com/", "POST")
    posted = {**declared, "http_method": "POST"}
    assert isinstance(reading_of("aws_api_gateway_method", "agm", **posted), Absent)
    apis.delete_rest_api(restApiId=api)
    assert isinstance(reading_of("aws_api_gateway_method", "agm", **declared), Absent)
    assert isinstance(reading_of("aws_api_gateway_rest_api", api), Absent)


def test_a_key_to_an_api_is_read_without_its_value() -> None:
    apis = boto3.client("apigateway")
    key = apis.create_api_key(name="partner", enabled=True, value="a-very-long-key-of-a-partner")["id"]

    found = live("aws_api_gateway_api_key", key)

    assert (found["name"], found["enabled"], "value" in found) == ("partner", True, False)


@pytest.mark.parametrize("text", [None, "", "{}", '{"Version":"2012-10-17"}'])
def test_a_policy_without_escapes_stays_as_it_is(text: str | None) -> None:
    assert unescaped(text) == text


def test_a_policy_loses_the_escapes_that_api_gateway_writes() -> None:
    assert unescaped(r"{\"Version\":\"2012-10-17\"}") == '{"Version":"2012-10-17"}'


def test_a_route_is_found_in_its_api_and_shows_where_it_leads() -> None:
    apis = boto3.client("apigatewayv2")
    api = apis.create_api(Name="events", ProtocolType="HTTP")["ApiId"]
    route = apis.create_route(ApiId=api, RouteKey="POST /events", Target="integrations/1")["RouteId"]
    apis.update_route(ApiId=api, RouteId=route, Target="integrations/2")

    found = live("aws_apigatewayv2_route", route, api_id=api)

    assert (found["route_key"], found["target"]) == ("POST /events", "integrations/2")
    assert isinstance(reading_of("aws_apigatewayv2_route", "other", api_id=api), Absent)
    assert isinstance(reading_of("aws_apigatewayv2_route", route, api_id="gone"), Absent)


def test_a_recorder_and_a_detector_show_that_somebody_stopped_them() -> None:
    config, guards = boto3.client("config"), boto3.client("guardduty")
    role = "arn:aws:iam::123456789012:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "shop", "roleARN": role})
    detector = guards.create_detector(Enable=True)["DetectorId"]
    guards.update_detector(DetectorId=detector, Enable=False)

    assert live("aws_config_configuration_recorder", "shop")["role_arn"] == role
    assert live("aws_config_configuration_recorder_status", "shop")["is_enabled"] is False
    assert live("aws_guardduty_detector", detector)["enable"] is False
    assert isinstance(reading_of("aws_guardduty_detector", "gone"), Absent)
