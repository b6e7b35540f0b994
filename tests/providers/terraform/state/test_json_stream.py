import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.terraform.state.json_stream import JsonStream
from providers.terraform.state.json_text import NESTING_LIMIT, DamagedError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def pieces(text: bytes, size: int) -> list[bytes]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def walked(stream: JsonStream, levels: int = 3) -> Any:
    """Rebuild a value, going through its outer levels and taking what lies deeper whole."""
    begin = stream.next_byte()
    if levels and begin == b"{":
        return {key: walked(stream, levels - 1) for key in stream.members()}
    if levels and begin == b"[":
        return [walked(stream, levels - 1) for _ in stream.elements()]
    return json.loads(stream.value())


def take_all(stream: JsonStream) -> None:
    for _ in stream.members():
        stream.value()
    stream.end()


@settings(deadline=None)
@given(value=JSON, size=st.integers(1, 9), indent=st.none() | st.integers(0, 3), is_ascii=st.booleans())
def test_a_text_in_any_pieces_is_what_it_is_as_a_whole(
    value: Any, size: int, indent: int | None, is_ascii: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=is_ascii).encode(errors="surrogatepass")

    stream = JsonStream(pieces(text, size))

    assert walked(stream) == json.loads(text)
    stream.end()


@settings(max_examples=50, deadline=None)
@given(value=st.dictionaries(st.text(), JSON, min_size=1, max_size=3), size=st.integers(1, 9), data=st.data())
def test_a_text_cut_short_is_damaged_wherever_it_is_cut(value: Any, size: int, data: st.DataObject) -> None:
    """
    Else a state would seem to declare less than it does.
    """
    text = json.dumps(value).encode()
    stream = JsonStream(pieces(text[: data.draw(st.integers(0, len(text) - 1))], size))

    with pytest.raises(DamagedError):
        take_all(stream)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'{"a" 1}', ": is expected (byte 5)"),
        (b'{"a": 1 "b": 2}', ", is expected (byte 8)"),
        (b'{"a": }', "a value is expected (byte 6)"),
        (b'{"a": 1,}', "a key is expected (byte 8)"),
        (b'{"a": [1}]}', "the brackets do not match (byte 9)"),
        (b'{"a": "x\ny"}', "a line ends inside a string (byte 6)"),
        (b'{"a": {"b": "x\ny"}}', "a line ends inside a string (byte 12)"),
        (b'{"a": "x', "the text ends too early (byte 6)"),
        (b'{"a": [[', "the text ends too early"),
        (b'{"a":', "the text ends too early (byte 5)"),
        (b'{"\\ud800": 1}', "a key is no text"),
        (b"[1]", "{ is expected (byte 0)"),
        (b"", "the text ends too early (byte 0)"),
        (b'{"a": 1} {', "something follows the end (byte 9)"),
        (b'{"a": ' + b"[" * (NESTING_LIMIT + 1), "nested too deeply"),
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_damage_is_named_with_its_place(text: bytes, why: str, size: int) -> None:
    stream = JsonStream(pieces(text, size))

    with pytest.raises(DamagedError) as caught:
        take_all(stream)

    assert why in str(caught.value)


def test_what_is_skipped_is_not_held() -> None:
    """
    The outputs of a state may be larger than all that it declares.
    """
    held = []

    def watched(text: bytes) -> Iterator[bytes]:
        for piece in pieces(text, 1000):
            yield piece
            held.append(stream.held)

    stream = JsonStream([])
    outputs = b", ".join([b'{"value": "some text"}'] * 20_000)
    stream = JsonStream(watched(b'{"outputs": {"list": [' + outputs + b']}, "last": 1}'))

    for key in stream.members():
        if key == "last":
            assert stream.value() == b"1"
        else:
            stream.skip()

    assert len(held) > 400
    assert max(held) <= 3000


def test_a_long_value_is_not_looked_at_over_and_over() -> None:
    """
    A policy of many megabytes must not take quadratic time: what is held is read on in doubling steps.
    """
    held = set()

    def watched(text: bytes) -> Iterator[bytes]:
        for piece in pieces(text, 100):
            yield piece
            held.add(stream.held)

    stream = JsonStream([])
    stream = JsonStream(watched(b'{"a": "' + b"x" * 1_000_000 + b'"}'))

    assert [len(stream.value()) for _ in stream.members()] == [1_000_002]
    assert len(held) < 30
