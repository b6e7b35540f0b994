import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.terminal import inert_json, shown

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)


@pytest.mark.parametrize("text", ["", "plain", "Zoë’s Größe → 東京 🔥", "tab-less and 100 %"])
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("a\nb\r\tc", "a�b��c"),
        ("bell\x07 delete\x7f", "bell� delete�"),
        ("c1 \x9b31m", "c1 �31m"),
        ("\u202egnp.exe", "�gnp.exe"),
        ("\u2066left\u2069 \u200fright", "�left� �right"),
        ("in\u200bvi\u00adsi\ufeffble", "in�vi�si�ble"),
        ("line\u2028paragraph\u2029", "line�paragraph�"),
        ("half \ud83d", "half �"),
        ("private \ue000", "private �"),
        ("null\x00", "null�"),
    ],
)
def test_what_a_terminal_would_obey_is_replaced(text: str, line: str) -> None:
    assert shown(text) == line


@pytest.mark.parametrize(
    ("length", "line"), [(9, "x" * 9), (10, "x" * 10), (11, "x" * 9 + "…"), (1_000_000, "x" * 9 + "…")]
)
def test_a_long_text_is_cut_and_says_so(length: int, line: str) -> None:
    assert shown("x" * length, limit=10) == line


@given(ANYTHING, st.integers(1, 80))
def test_any_text_is_shown_in_one_short_line_that_can_be_encoded(text: str, limit: int) -> None:
    line = shown(text, limit)

    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    line.encode()
    assert not set(line) & {chr(code) for code in [*range(32), *range(0x7F, 0xA0)]}


def test_json_of_plain_text_is_left_as_it_is() -> None:
    assert inert_json(b'{"name":"alice"}') == b'{"name":"alice"}'
    assert inert_json('{"name":"Zoë 東京 🔥"}'.encode()) == '{"name":"Zoë 東京 🔥"}'.encode()


@pytest.mark.parametrize(
    "char", ["\x7f", "\x85", "\x9b", "\u00ad", "\u200b", "\u2028", "\u202e", "\u2066", "\ufeff"]
)
def test_what_a_terminal_would_obey_is_escaped_in_json(char: str) -> None:
    line = inert_json(msgspec.json.encode({"name": f"a{char}b"}))

    assert line == f'{{"name":"a\\u{ord(char):04x}b"}}'.encode()


@given(st.text(max_size=300))
def test_escaped_json_says_the_same(text: str) -> None:
    assert json.loads(inert_json(msgspec.json.encode(text))) == text
