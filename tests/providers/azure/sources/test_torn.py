"""Lists that no decoder accepts as a whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure.torn import elements_by_brackets

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.lists(JSON), st.dictionaries(st.text().filter(lambda name: name != "value"), JSON))
def test_of_a_sound_list_the_elements_are_what_a_decoder_finds(
    elements: list[object], others: object
) -> None:
    assert isinstance(others, dict)
    document = json.dumps(others | {"value": elements}).encode()

    found = elements_by_brackets(document, "value")

    assert found is not None
    assert [json.loads(one) for one in found] == elements


def test_a_list_further_within_is_not_taken_for_it() -> None:
    document = (
        b'{"a": {"value": [1]}, "b": [{"value": [2]}], "c": "\\"value\\": [3]", "value": [4, {"value": [5]}]}'
    )

    assert elements_by_brackets(document, "value") == [b"4", b'{"value": [5]}']


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"value": 7}', b'{"value": [1, 2', b"<html>"])
def test_without_a_whole_list_there_are_no_elements(document: bytes) -> None:
    assert elements_by_brackets(document, "value") is None
