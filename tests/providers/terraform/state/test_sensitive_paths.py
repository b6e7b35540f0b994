from typing import Any

import pytest

from providers.terraform.state.sensitive_paths import sensitive_paths

NAMES = ("password", "setting", "env", "odd name")
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
    assert sensitive_paths([mark], NAMES) == {path}


@pytest.mark.parametrize(
    "step",
    [{"type": "splat"}, index({"a": "x"}, ["object", {"a": "string"}]), index(True, "bool"), 7, None],
)  # fmt: skip
def test_a_step_that_is_not_understood_makes_all_around_it_sensitive(step: Any) -> None:
    """
    An element of a set has no index, only its value; what a later Terraform writes nobody knows.
    """
    marks = [[attribute("setting"), step, attribute("value")], [attribute("password")]]

    assert sensitive_paths(marks, NAMES) == {"setting", "password"}


@pytest.mark.parametrize("marks", ["all", {"type": "get_attr"}, 7, True, [[]], [[{"type": "splat"}]], [None]])
def test_marks_that_are_not_understood_at_all_make_everything_sensitive(marks: Any) -> None:
    assert sensitive_paths(marks, NAMES) == EVERYTHING


@pytest.mark.parametrize("marks", [None, []])
def test_without_marks_nothing_is_sensitive(marks: Any) -> None:
    assert sensitive_paths(marks, NAMES) == set()
