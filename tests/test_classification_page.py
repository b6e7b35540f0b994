"""The page of all rules says what the rules are."""

import re
from collections.abc import Iterator

import pytest

from drift.model.verdict import Confidence
from tests.classification_page import CLOUDS, PAGE, page

KNOWN_BY_THEIR_SOURCE = frozenset(
    {"Keys of tickets", "Calls and the resources they touch (`providers/aws/resources.json`)"}
)
"""Tables without a column for the confidence: makers' documents alone, or `record`, `model` and `expert`."""


def test_the_page_of_rules_is_what_the_tables_say() -> None:
    """
    Write it anew with `make docs` after a rule has changed.
    """
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", CLOUDS.values())
def test_every_cloud_has_its_part_of_the_page(name: str) -> None:
    assert f"\n## {name}\n" in page()


def test_no_row_of_the_page_is_without_a_source() -> None:
    """
    A rule that nobody can check is no evidence.
    """
    found = list(rows())

    assert found
    assert [(heading, row) for heading, row in found if not row.get("source")] == []


def test_no_row_of_the_page_is_without_a_confidence() -> None:
    unsure = [
        (heading, row)
        for heading, row in rows()
        if heading not in KNOWN_BY_THEIR_SOURCE and row.get("confidence") not in set(Confidence)
    ]

    assert unsure == []


def rows() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every row of every table, with the heading above it."""
    heading = ""
    for block in page().split("\n\n"):
        if block.startswith("#"):
            heading = block.splitlines()[0].lstrip("# ")
        if block.startswith("| "):
            columns, _rule, *cells = map(cells_of, block.splitlines())
            yield from ((heading, dict(zip(columns, row, strict=True))) for row in cells)


def cells_of(line: str) -> list[str]:
    """Return the cells of a line: a bar with a backslash before it belongs to a cell."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
