"""APIs, and what watches the account, as Terraform keeps them."""

from collections.abc import Iterator

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.statements import unescaped
from providers.aws.native.table import load_types
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


def test_an_answer_shows_its_parameters_and_is_missing_where_it_was_deleted() -> None:
    apis = boto3.client("apigateway")
    api = apis.create_rest_api(name="answers")["id"]
    root = apis.get_resources(restApiId=api)["items"][0]["id"]
    at = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    apis.put_method(**at, authorizationType="NONE")
    apis.put_method_response(**at, statusCode="200", responseParameters={"method.response.header.X": True})
    apis.put_integration(**at, type="MOCK")
    apis.put_integration_response(**at, statusCode="200", selectionPattern="ok")
    declared = {"rest_api_id": api, "resource_id": root, "http_method": "GET", "status_code": "200"}

    method = live("aws_api_gateway_method_response", "agmr", **declared)
    integration = live("aws_api_gateway_integration_response", "agir", **declared)

    assert method["response_parameters"] == {"method.response.header.X": True}
    assert integration["selection_pattern"] == "ok"
    other = {**declared, "status_code": "404"}
    assert isinstance(reading_of("aws_api_gateway_method_response", "agmr", **other), Absent)
    assert isinstance(reading_of("aws_api_gateway_integration_response", "agir", **other), Absent)


def test_an_answer_of_an_api_that_nobody_set_is_missing() -> None:
    """AWS says what it answers by default, and that it is so."""
    row = load_types().rows["aws_api_gateway_gateway_response"]
    assert row.exists is not None

    assert row.exists.of({"responseType": "UNAUTHORIZED", "defaultResponse": False}) is True
    assert row.exists.of({"responseType": "UNAUTHORIZED", "defaultResponse": True}) is False


def test_a_validator_and_a_model_are_found_in_their_api() -> None:
    apis = boto3.client("apigateway")
    api = apis.create_rest_api(name="models")["id"]
    validator = apis.create_request_validator(restApiId=api, name="body", validateRequestBody=True)["id"]
    apis.create_model(restApiId=api, name="order", schema="{}", contentType="application/json")

    found = live("aws_api_gateway_request_validator", validator, rest_api_id=api)
    model = live("aws_api_gateway_model", "1", rest_api_id=api, name="order")

    assert (found["validate_request_body"], found["validate_request_parameters"]) == (True, False)
    assert model["content_type"] == "application/json"
    assert isinstance(reading_of("aws_api_gateway_model", "1", rest_api_id=api, name="gone"), Absent)


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
