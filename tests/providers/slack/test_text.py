import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.slack.text import escaped
from providers.visible import shortened, visible

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("web\u202etxt.exe", "web\\u{202e}txt.exe"),
        ("ad\u200bmin", "ad\\u{200b}min"),
        ("\x1b[2Jgone", "\\u{1b}[2Jgone"),
        ("first\nsecond\ttab", "first\\nsecond\\ttab"),
        ("\u3164\u2800", "\\u{3164}\\u{2800}"),
        ("ra\u0301\u0300\u0301\u0301m", "ra\u0301\u0300\\u{301}\\u{301}m"),
        ("\ud800", "\\u{d800}"),
        ("a\u00a0\u2003   b", "a b"),
        ("Zürich, 東京, שלום", "Zürich, 東京, שלום"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out_and_the_rest_is_left_alone(typed: str, shown: str) -> None:
    assert visible(typed) == shown


@given(ANY_TEXT, st.integers(min_value=3, max_value=300))
def test_any_text_becomes_one_printable_line_within_its_limit(text: str, limit: int) -> None:
    shown = shortened(text, limit)

    assert len(shown.encode()) <= limit
    assert all(unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in shown)


def test_a_text_that_fits_is_not_shortened() -> None:
    assert shortened("exactly ten", 11) == "exactly ten"
    assert shortened("exactly ten", 10) == "exactly…"


@given(ANY_TEXT)
def test_escaped_text_holds_nothing_that_slack_would_interpret(text: str) -> None:
    markup = escaped(text)

    assert not {"<", ">"} & set(markup)
    assert markup.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text
