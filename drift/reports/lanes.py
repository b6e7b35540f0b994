"""Reads what is said of each of the four lanes of change management."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from drift.model.verdict import Lane


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneText:
    """A lane in our own words."""

    meaning: str
    rests_on: str
    """What the evidence about its changes is made of."""
    cannot_show: str


def lane_texts() -> Mapping[Lane, LaneText]:
    """Return what is said of every lane."""
    document = tomllib.loads(files("drift.reports").joinpath("lanes.toml").read_text(encoding="utf-8"))
    return {lane: LaneText(**document[lane.value]) for lane in Lane}
