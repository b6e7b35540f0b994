"""The page of all rules says what the rules are."""

import pytest

from tests.classification_page import CLOUDS, PAGE, page


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
    sourceless = []
    for block in page().split("\n\n"):
        if not block.startswith("| "):
            continue
        columns = [one.strip() for one in block.splitlines()[0].strip("|").split("|")]
        if "source" not in columns:
            sourceless.append(block.splitlines()[0])
    assert sourceless == []
