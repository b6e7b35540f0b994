"""The functions that the expressions of all tables may use."""

from typing import Any

import pytest

from providers.live_tables.expressions import Expression, Functions
from providers.live_tables.rows import MappedType


def value_of(text: str, answer: Any) -> Any:
    return Expression(text, Functions()).of(answer)


@pytest.mark.parametrize(
    ("condition", "said"), [(True, "yes"), ("x", "yes"), (0, "yes"), (False, "no"), ([], "no"), (None, "no")]
)
def test_one_of_two_is_told_by_a_condition(condition: Any, said: str) -> None:
    assert value_of("if(it, 'yes', 'no')", {"it": condition}) == said


def test_what_is_in_both_lists_is_common() -> None:
    assert value_of("common(some, others)", {"some": ["a", "b"], "others": ["b", "c"]}) == ["b"]
    assert value_of("common(some, others)", {"some": None, "others": None}) == []


def test_what_is_left_out_is_no_attribute() -> None:
    row = MappedType(
        type="a_secret",
        id=Expression("id", Functions()),
        attributes={
            "value": Expression("if(is_secret, left_out(), value)", Functions()),
            "name": Expression("name", Functions()),
        },
    )

    assert row.mapped({"is_secret": True, "value": "x", "name": "n"}) == {"name": "n"}
    assert row.mapped({"is_secret": False, "value": "x", "name": "n"}) == {"name": "n", "value": "x"}


def test_a_list_whose_order_means_nothing_stands_as_the_other_one() -> None:
    assert value_of("ordered_like(some, others)", {"some": ["a", "b", "c"], "others": ["c", "x", "a"]}) == [
        "c",
        "a",
        "b",
    ]
