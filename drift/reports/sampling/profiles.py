"""The profiles by which the size of a sample is chosen: those of `profiles.toml`, and the user's own."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import msgspec

from drift.model.sampling import Band, Profile, Sampling

SHIPPED = Path(__file__).with_name("profiles.toml")

DEFAULT = "steps"

Profiles: TypeAlias = Mapping[str, Profile]


class _Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    up_to: int | None = None
    take: int | None = None
    percent: int | None = None


class _Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    bands: tuple[_Band, ...] = ()
    confidence_percent: int | None = None
    tolerable_percent: int | None = None


@lru_cache(maxsize=1)
def shipped_profiles() -> Profiles:
    """Return the profiles that ship with the program."""
    return read_profiles()


def read_profiles(own: str = "") -> Profiles:
    """Return the profiles by their names, those of the text `own` instead of shipped ones of the same name.

    Raises:
        ValueError: `own` is no TOML, not of this form, or a profile gives no size.
    """
    tables = [tomllib.loads(text) for text in (SHIPPED.read_text("utf-8"), own)]
    rows = msgspec.convert(tables[0] | tables[1], dict[str, _Profile])
    return {name: _profile(name, row) for name, row in rows.items()}


def sampling_by(profiles: Profiles) -> Sampling:
    """Return what is asked for where nobody asks."""
    return Sampling(profile=profiles[DEFAULT])


def default_sampling() -> Sampling:
    """Return the same by the profiles that ship with the program."""
    return sampling_by(shipped_profiles())


def size_of_sample(profile: Profile, population: int) -> int:
    """Return how many are drawn of a population."""
    if not profile.bands:
        return _without_deviation(profile, population)
    band = next(one for one in profile.bands if one.up_to is None or population <= one.up_to)
    if band.percent is not None:
        return -(-population * band.percent // 100)
    return population if band.take is None else min(band.take, population)


def _without_deviation(profile: Profile, population: int) -> int:
    """Return the least size that would hardly miss each of the deviations that are too many."""
    chance = 100 - (profile.confidence_percent or 0)
    deviating = -(-population * (profile.tolerable_percent or 0) // 100)
    size, missed, every = 0, 1, 1  # of `every` sample of this size, `missed` hold no deviation
    while size < population and missed * 100 > chance * every:
        missed *= population - deviating - size
        every *= population - size
        size += 1
    return size


def _profile(name: str, row: _Profile) -> Profile:
    problem = next(_problems(row), None)
    if problem:
        raise ValueError(f'the profile "{name}" {problem}')
    return Profile(
        name=name,
        source=row.source,
        bands=tuple(Band(up_to=one.up_to, take=one.take, percent=one.percent) for one in row.bands),
        confidence_percent=row.confidence_percent,
        tolerable_percent=row.tolerable_percent,
    )


def _problems(row: _Profile) -> Iterator[str]:
    percentages = (row.confidence_percent, row.tolerable_percent)
    if bool(row.bands) == any(one is not None for one in percentages):
        yield "has neither bands nor percentages, or both"
    if not row.bands and not all(one is not None and 0 < one < 100 for one in percentages):
        yield "needs confidence_percent and tolerable_percent, each from 1 to 99"
    if row.bands and row.bands[-1].up_to is not None:
        yield "says nothing of large populations: its last band has an up_to"
    limits = [one.up_to for one in row.bands[:-1]]
    if None in limits or any((one or 0) >= (other or 0) for one, other in pairwise(limits)):
        yield "has bands that are not in the order of their up_to"
    for band in row.bands:
        if band.take is not None and band.percent is not None:
            yield "has a band with both take and percent"
        take, percent = (1 if one is None else one for one in (band.take, band.percent))
        if take < 1 or not 0 < percent <= 100:
            yield "has a band of which nothing, or more than all, is drawn"
