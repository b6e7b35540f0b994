"""The points of focus that the evidence speaks to, by slug and in our own words."""

from dataclasses import dataclass
from enum import StrEnum


class Support(StrEnum):
    """How far the evidence goes. The product never concludes that a control is met."""

    SUPPORTS = "supports"
    PARTLY = "partly supports"
    CANNOT_SHOW = "cannot show"


@dataclass(frozen=True, kw_only=True, slots=True)
class PointOfFocus:
    """One point of focus and what the evidence can say about it."""

    slug: str
    meaning: str
    support: Support
    evidence: str
