"""What was exercised is enough, and is what the page says."""

import pytest

from tests.estate.changes import CHANGES
from tests.estate.coverage_page import PAGE, page
from tests.estate.kinds import broken, built
from tests.estate.versions import VERSIONS

LEAST_TYPES = {"3.39.0": 100, "2.70.0": 60}


def test_the_page_of_what_was_exercised_is_what_the_states_say() -> None:
    """
    Written anew by `python -m tests.estate`.
    """
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("version", VERSIONS)
def test_enough_types_are_exercised(version: str) -> None:
    assert len(built(version)) >= LEAST_TYPES[version]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_type_is_exercised_or_broken_but_not_both(version: str) -> None:
    assert built(version).isdisjoint(one.type for one in broken(version))


def test_every_type_that_one_version_lacks_is_listed_with_the_reason() -> None:
    lacking = built("3.39.0") - built("2.70.0")

    assert lacking == {one.type for one in broken("2.70.0")} - {one.type for one in broken("3.39.0")}


def test_forty_resources_are_changed_past_the_code() -> None:
    assert len({change.address for change in CHANGES}) == len(CHANGES) == 40
