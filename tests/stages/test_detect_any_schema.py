"""With the product's own tables: in a resource of any schema one change is found, and none else."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from providers.terraform.rules import detect_rules
from tests.stages.detect_builders import drifts
from tests.stages.estates import Estate, changed, estates, reworded

RULES = detect_rules()


@given(estate=estates(), chance=st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_one_change_of_any_depth_is_found_by_its_path_and_none_else(
    estate: Estate, chance: random.Random
) -> None:
    live, path = changed(estate, chance)

    found = drifts(
        estate.declared,
        reworded(estate, live, chance),
        schema=estate.schema,
        rules=RULES,
        type="example_thing",
    )

    assert [one.path for one in found] == [path]


@given(estate=estates(), chance=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_same_in_other_words_is_never_found(estate: Estate, chance: random.Random) -> None:
    told = reworded(estate, estate.declared, chance)

    assert not drifts(estate.declared, told, schema=estate.schema, rules=RULES, type="example_thing")
