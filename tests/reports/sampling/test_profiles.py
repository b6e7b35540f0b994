"""How large a sample is."""

from math import comb

import pytest

from drift.reports.sampling.profiles import read_profiles, shipped_profiles, size_of_sample


@pytest.mark.parametrize(
    ("profile", "sizes"),
    [
        ("steps", {0: 0, 1: 1, 10: 10, 11: 8, 50: 8, 51: 15, 250: 15, 251: 25, 100_000: 25}),
        ("tenth", {0: 0, 4: 4, 5: 5, 50: 5, 51: 6, 101: 11, 250: 25, 251: 25}),
        ("census", {0: 0, 7: 7, 1000: 1000}),
        ("zero-of-90-10", {0: 0, 1: 1, 12: 8, 24: 13, 52: 16, 250: 21, 100_000: 22}),
        ("zero-of-90-5", {100_000: 45}),
        ("zero-of-95-10", {100_000: 29}),
        ("zero-of-95-5", {100_000: 59}),
    ],
)
def test_the_shipped_profiles_give_the_sizes_that_their_sources_publish(
    profile: str, sizes: dict[int, int]
) -> None:
    rule = shipped_profiles()[profile]

    assert {population: size_of_sample(rule, population) for population in sizes} == sizes


@pytest.mark.parametrize("population", [1, 9, 33, 120])
def test_a_sample_without_a_deviation_is_the_least_that_the_hypergeometric_distribution_allows(
    population: int,
) -> None:
    rule = shipped_profiles()["zero-of-95-10"]
    deviating = -(-population // 10)
    enough = [
        size
        for size in range(population + 1)
        if comb(population - deviating, size) * 100 <= 5 * comb(population, size) or size == population
    ]

    assert size_of_sample(rule, population) == enough[0]


def test_no_shipped_profile_passes_for_a_table_of_the_profession() -> None:
    for profile in shipped_profiles().values():
        assert "aicpa" not in f"{profile.name} {profile.source}".lower()


def test_rows_of_the_users_own_stand_beside_the_shipped_ones_and_replace_those_of_their_name() -> None:
    own = '[ours]\nsource = "our auditor"\nbands = [{ take = 40 }]\n[tenth]\nsource = "us"\nbands = [{}]'

    profiles = read_profiles(own)

    assert size_of_sample(profiles["ours"], 1000) == 40
    assert (profiles["tenth"].source, size_of_sample(profiles["tenth"], 1000)) == ("us", 1000)
    assert size_of_sample(profiles["steps"], 1000) == 25


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("", "has neither bands nor percentages"),
        ("bands = [{}]\nconfidence_percent = 90", "has neither bands nor percentages, or both"),
        ("confidence_percent = 90", "needs confidence_percent and tolerable_percent"),
        ("confidence_percent = 100\ntolerable_percent = 5", "each from 1 to 99"),
        ("bands = [{ up_to = 9 }]", "says nothing of large populations"),
        ("bands = [{ up_to = 9 }, { up_to = 9 }, {}]", "not in the order"),
        ("bands = [{ take = 3 }, {}]", "not in the order"),
        ("bands = [{ take = 3, percent = 3 }]", "both take and percent"),
        ("bands = [{ take = 0 }]", "of which nothing"),
        ("bands = [{ percent = 101 }]", "more than all"),
        ("bands = [{ percent = 0 }]", "of which nothing"),
        ("band = []", "unknown field"),
    ],
)
def test_a_profile_that_gives_no_size_is_refused(row: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_profiles(f'[ours]\nsource = "us"\n{row}')
