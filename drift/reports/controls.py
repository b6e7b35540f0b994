"""Reads which points of focus the evidence speaks to, and how far."""

import tomllib
from importlib.resources import files

from drift.model.control import PointOfFocus, Support


def points_of_focus() -> tuple[PointOfFocus, ...]:
    """Return the points of focus in the order of their criteria."""
    document = tomllib.loads(files("drift.reports").joinpath("controls.toml").read_text(encoding="utf-8"))
    return tuple(
        PointOfFocus(
            slug=slug, meaning=row["meaning"], support=Support(row["support"]), evidence=row["evidence"]
        )
        for slug, row in document.items()
    )
