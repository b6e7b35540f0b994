"""Calls that change something are told from those that do not."""

import pytest

from tests.estate.calls import Call, is_read


@pytest.mark.parametrize(
    "call",
    [
        Call(method="GET", path="/a-bucket?policy", headers={}, body=b""),
        Call(method="HEAD", path="/a-bucket", headers={}, body=b""),
        Call(method="POST", path="/v1/describejobdefinitions", headers={}, body=b"{}"),
        Call(method="POST", path="/groups-list?maxResults=50", headers={}, body=b"{}"),
        Call(method="POST", path="/2013-04-01/tags/hostedzone", headers={}, body=b""),
    ],
)
def test_the_method_and_path_of_a_rest_service_tell_a_read(call: Call) -> None:
    assert is_read(call)


def test_tags_of_one_zone_are_changed_where_those_of_several_are_read() -> None:
    assert not is_read(Call(method="POST", path="/2013-04-01/tags/hostedzone/Z1", headers={}, body=b""))


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_any_other_method_changes_something(method: str) -> None:
    assert not is_read(Call(method=method, path="/a-bucket?policy", headers={}, body=b""))


@pytest.mark.parametrize("action", ["DescribeVpcs", "GetRole", "ListUsers", "SearchTransitGatewayRoutes"])
def test_the_action_of_a_query_service_tells_a_read(action: str) -> None:
    assert is_read(_query(action))


@pytest.mark.parametrize("action", ["CreateVpc", "DeleteRole", "ModifyVpcAttribute", "Getaway", "AssumeRole"])
def test_any_other_action_changes_something(action: str) -> None:
    assert not is_read(_query(action))


def test_an_action_in_the_address_counts_whatever_the_method() -> None:
    assert not is_read(Call(method="GET", path="/?Action=DeleteUser&UserName=eve", headers={}, body=b""))


@pytest.mark.parametrize(("operation", "expected"), [("DescribeTable", True), ("UpdateTable", False)])
def test_the_target_of_a_json_service_tells_which_it_is(operation: str, expected: bool) -> None:
    headers = {"x-amz-target": f"DynamoDB_20120810.{operation}"}

    assert is_read(Call(method="POST", path="/", headers=headers, body=b"{}")) is expected


def _query(action: str) -> Call:
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    return Call(method="POST", path="/", headers=headers, body=f"Action={action}&Version=2016-11-15".encode())
