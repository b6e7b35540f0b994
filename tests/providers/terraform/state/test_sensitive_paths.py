from typing import Any

import pytest

from providers.terraform.state.sensitive_paths import sensitive_paths

ATTRIBUTES = {"password": "x", "setting": [{"value": "x"}], "env": {"A": "x"}, "odd name": "x"}
EVERYTHING = {"password", "setting", "env", '["odd name"]'}


def attribute(name: str) -> Any:
    return {"type": "get_attr", "value": name}


def index(value: Any, type_: Any) -> Any:
    return {"type": "index", "value": {"value": value, "type": type_}}


@pytest.mark.parametrize(
    ("mark", "path"),
    [
        ([attribute("password")], "password"),
        ([attribute("setting"), index(0, "number"), attribute("value")], "setting[0].value"),
        ([attribute("setting"), index(0.0, "number")], "setting[0]"),
        ([attribute("env"), index("a.b", "string")], 'env["a.b"]'),
        ([attribute("env"), {"type": "index", "value": "A"}], "env.A"),
        (attribute("password"), "password"),
    ],
)
def test_a_mark_is_the_path_that_its_steps_lead(mark: Any, path: str) -> None:
    assert sensitive_paths([mark], ATTRIBUTES) == {path}


@pytest.mark.parametrize(
    "step",
    [{"type": "splat"}, index({"a": "x"}, ["object", {"a": "string"}]), index(True, "bool"), 7, None],
)  # fmt: skip
def test_a_step_that_is_not_understood_makes_all_around_it_sensitive(step: Any) -> None:
    """
    An element of a set has no index, only its value; what a later Terraform writes nobody knows.
    """
    marks = [[attribute("setting"), step, attribute("value")], [attribute("password")]]

    assert sensitive_paths(marks, ATTRIBUTES) == {"setting", "password"}


@pytest.mark.parametrize("marks", ["all", {"type": "get_attr"}, 7, True, [[]], [[{"type": "splat"}]], [None]])
def test_marks_that_are_not_understood_at_all_make_everything_sensitive(marks: Any) -> None:
    assert sensitive_paths(marks, ATTRIBUTES) == EVERYTHING


@pytest.mark.parametrize("marks", [None, []])
def test_without_marks_nothing_is_sensitive(marks: Any) -> None:
    assert sensitive_paths(marks, ATTRIBUTES) == set()


def test_a_value_of_any_type_is_marked_where_it_is_stored() -> None:
    """
    The state wraps it and says its type; a mark leads through the value as the code writes it.
    """
    value = {"list": ["x", {"secret": "x"}], "map": {"a.b": "x"}}
    attributes = {"id": "x", "input": {"value": value, "type": ["object", {}]}}
    marks = [
        [attribute("input"), attribute("list"), index(1, "number"), attribute("secret")],
        [attribute("input"), attribute("map"), index("a.b", "string")],
    ]

    paths = sensitive_paths(marks, attributes)

    assert paths >= {"input.value.list[1].secret", 'input.value.map["a.b"]'}
    assert "id" not in paths


def test_an_attribute_that_only_looks_wrapped_stays_marked() -> None:
    marks = [[attribute("setting"), attribute("value")]]

    assert "setting.value" in sensitive_paths(marks, {"setting": {"value": "x", "type": "SecureString"}})


@pytest.mark.parametrize("value", [None, "x", [], {"other": 1}])
def test_a_mark_may_lead_to_what_is_not_there(value: Any) -> None:
    marks = [[attribute("input"), index(3, "number"), attribute("secret")]]

    assert sensitive_paths(marks, {"input": value}) == {"input[3].secret"}
