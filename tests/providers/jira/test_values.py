"""The text of fields, whatever their type, and of Atlassian's documents."""

from typing import Any

import pytest

from providers.jira.values import text_of


def doc(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "marks": [{"type": "strong"}]}


def paragraph(*content: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("plain", "plain"),
        (None, ""),
        (True, ""),
        (3.0, "3.0"),
        (["a", "b"], "a\nb"),
        ([{"value": "prod"}, {"value": "staging"}], "prod\nstaging"),
        ({"name": "web", "id": "1"}, "web"),
        ({"id": "1"}, ""),
        (object(), ""),
    ],
)
def test_the_value_of_a_field_is_read_as_text(value: Any, told: str) -> None:
    assert text_of(value) == told


def test_a_document_is_read_a_line_for_each_block() -> None:
    document = doc(
        {"type": "heading", "attrs": {"level": 3}, "content": [text("Resources")]},
        {
            "type": "bulletList",
            "content": [
                {"type": "listItem", "content": [paragraph(text("sg-0abc"))]},
                {"type": "listItem", "content": [paragraph(text("sg-"), text("0def"))]},
            ],
        },
        paragraph(text("one"), {"type": "hardBreak"}, text("two")),
    )

    assert text_of(document) == "### Resources\nsg-0abc\nsg-0def\none\ntwo"


def test_what_a_document_shows_without_text_is_read_too() -> None:
    document = doc(
        paragraph(
            {"type": "mention", "attrs": {"id": "5b10", "text": "@Erin"}},
            text(" "),
            {"type": "inlineCard", "attrs": {"url": "https://example.com"}},
            text(" "),
            {"type": "date", "attrs": {"timestamp": "1794787200000"}},
        )
    )

    assert text_of(document) == "@Erin https://example.com 2026-11-16"


def test_cells_of_a_table_stand_apart() -> None:
    cells = [{"type": "tableCell", "content": [text(one)]} for one in ("a", "b")]

    assert text_of(doc({"type": "table", "content": [{"type": "tableRow", "content": cells}]})) == "a b"


@pytest.mark.parametrize(
    "node",
    [
        {"type": "paragraph", "content": "x"},
        {"type": "heading", "attrs": {"level": "x"}},
        {"type": "date", "attrs": {"timestamp": "x"}},
        {"type": "mention", "attrs": None},
        "x",
        None,
    ],
)
def test_a_document_that_is_damaged_has_the_text_that_is_left(node: Any) -> None:
    assert text_of(doc(paragraph(text("left")), node)).splitlines()[0] == "left"


def test_a_document_that_nests_without_end_ends() -> None:
    inner: dict[str, Any] = text("deep")
    for _ in range(1000):
        inner = {"type": "panel", "content": [inner]}

    assert text_of(doc(inner)) == ""
