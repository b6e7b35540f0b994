"""Values in the encoding of providers."""

import json
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.terraform.plugin.values import decode, encode, reader


def read(type_: Any, value: Any) -> Any:
    return decode(msgpack.packb(value), b"", reader(type_))


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("string", "text", "text"),
        ("string", None, None),
        ("bool", False, False),
        ("number", 7, 7),
        ("number", -1.5, -1.5),
        ("number", 3.0, 3),
        ("number", "36893488147419103232", 2**65),
        ("number", "-36893488147419103232", -(2**65)),
        ("number", "0.5", 0.5),
        (["list", "string"], ["b", "a"], ["b", "a"]),
        (["list", "string"], [], []),
        (["set", "string"], ["b", "a"], ["a", "b"]),
        (["set", "number"], [10, 9], [10, 9]),
        (["set", "string"], None, None),
        (["set", ["object", {"a": "number"}]], [{"a": 2}, {"a": 1}], [{"a": 1}, {"a": 2}]),
        (["map", "number"], {"x": 1}, {"x": 1}),
        (["object", {"a": "string", "b": "bool"}], {"b": True, "new": 1}, {"a": None, "b": True}),
        (["object", {"a": "string"}, ["a"]], {}, {"a": None}),
        (["tuple", ["string", "number"]], ["a", 1], ["a", 1]),
        ("dynamic", [b'["set","string"]', ["b", "a"]], ["a", "b"]),
        ("dynamic", None, None),
        (["map", "dynamic"], {"x": [b'"number"', 1]}, {"x": 1}),
        ("string", msgpack.ExtType(0, b""), None),
        ("number", msgpack.ExtType(12, b"\x81\x01\xc2"), None),
        (["list", "string"], msgpack.ExtType(99, b"later"), None),
    ],
)
def test_a_value_is_read_by_its_type(type_: Any, value: Any, expected: Any) -> None:
    assert read(type_, value) == expected


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("string", 7),
        ("string", b"bytes"),
        ("bool", 1),
        ("number", True),
        ("number", "many"),
        ("number", "nan"),
        ("number", float("inf")),
        (["list", "string"], "text"),
        (["list", "string"], [1]),
        (["set", "string"], {"a": 1}),
        (["map", "string"], ["a"]),
        (["map", "string"], {b"a": "x"}),
        (["object", {"a": "string"}], ["a"]),
        (["tuple", ["string"]], ["a", "b"]),
        ("dynamic", "text"),
        ("dynamic", [b'"nonsense"', 1]),
        ("dynamic", [b"{", 1]),
        (["list", ["list", "string"]], [["a"], "b"]),
    ],
)
def test_what_is_not_of_its_type_is_refused(type_: Any, value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which of many reasons is of no account
        read(type_, value)


def test_the_reason_never_quotes_the_value() -> None:
    with pytest.raises(ValueError, match=r"^dict where text belongs$"):
        read("string", {"password": "hunter2"})


@pytest.mark.parametrize("packed", [b"\xc1", b"\x81", b"\xdd\xff\xff\xff\xff", b"\x91" * 5000, b"\xc0\xc0"])
def test_bytes_that_are_no_messagepack_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which of many reasons is of no account
        decode(packed, b"", reader("string"))


@pytest.mark.parametrize("type_", ["nonsense", ["list"], ["object", []], ["set", "nonsense"], None, 7])
def test_a_type_that_does_not_exist_is_refused(type_: Any) -> None:
    with pytest.raises(ValueError, match="there is no type"):
        reader(type_)


def test_json_is_read_where_there_is_no_messagepack() -> None:
    type_ = ["object", {"tags": ["set", "string"], "any": "dynamic"}]
    plain = json.dumps({"tags": ["b", "a"], "any": {"type": "number", "value": 1}}).encode()

    assert decode(b"", plain, reader(type_)) == {"tags": ["a", "b"], "any": 1}


def test_nothing_at_all_is_null() -> None:
    assert decode(b"", b"", reader("string")) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def _type_of(value: Any) -> Any:
    match value:
        case bool():
            return "bool"
        case int():
            return "number"
        case list():
            return ["tuple", [_type_of(one) for one in value]]
        case dict():
            return ["object", {key: _type_of(inner) for key, inner in value.items()}]
        case _:
            return "string"


@settings(deadline=None)
@given(JSON)
def test_what_is_encoded_is_read_back(value: Any) -> None:
    assert decode(encode(value), b"", reader(_type_of(value))) == value


@settings(deadline=None)
@given(st.binary())
def test_no_bytes_do_worse_than_being_refused(packed: bytes) -> None:
    type_ = ["object", {"a": ["set", "dynamic"], "b": ["map", "number"]}]
    try:
        value = decode(packed, b"", reader(type_))
    except ValueError:
        return
    assert value is None or set(value) == {"a", "b"}
