"""The points of focus that the evidence speaks to, by slug and in our own words."""

from dataclasses import dataclass
from enum import StrEnum


class Support(StrEnum):
    """How far the evidence goes. The product never concludes that a control is met."""

    SUPPORTS = "supports"
    PARTLY = "partly supports"
    CANNOT_SHOW = "cannot show"


class Means(StrEnum):
    """What evidence rests on: something that must be connected, and must have worked in the period."""

    AUDIT_LOGS = "audit-logs"
    WHOLE_COVERAGE = "whole-coverage"
    """Every source was read for all of the period, and nothing is known to be missing."""
    COMPARISONS = "comparisons"
    TICKETS = "tickets"
    CODE_HOST = "code-host"
    ALERTS = "alerts"
    CANARIES = "canaries"
    ATTESTATIONS = "attestations"
    CHANGE_POLICY = "change-policy"
    EMERGENCY_PROCEDURE = "emergency-procedure"
    REVIEWS = "reviews"
    SIGN_INS = "sign-ins"
    ACCESS_LISTS = "access-lists"


class Working(StrEnum):
    """Whether something that evidence rests on worked in a period."""

    OPERATED = "operated"
    IDLE = "idle"
    """It is connected, and told nothing, or not all."""
    ABSENT = "absent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """How something that evidence rests on worked in a period."""

    working: Working
    said: str
    """For the reader, why it told nothing, or not all; empty where it did."""

    @property
    def is_lacking(self) -> bool:
        """It told nothing, or not all."""
        return self.working is not Working.OPERATED


@dataclass(frozen=True, kw_only=True, slots=True)
class PointOfFocus:
    """One point of focus and what the evidence can say about it at most."""

    slug: str
    meaning: str
    reaches: Support
    """No pack says more."""
    shows: str
    """What the evidence is."""
    leaves: str | None
    """What it does not show in any case."""
    needs: tuple[frozenset[Means], ...]
    """Of each, one must be connected: else there is nothing to show."""
    helps: tuple[Means, ...]
    """Without one of these it is supported in part at most."""
    files: tuple[str, ...]
    """Where in the pack it stands: patterns."""

    @property
    def criterion(self) -> str:
        """The criterion that it belongs to: `CC8.1`."""
        return self.slug.partition("/")[0].upper()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What one pack says about a point of focus."""

    point: PointOfFocus
    support: Support
    because: tuple[str, ...]
    """Why it is no more than that, a sentence each."""
    files: tuple[str, ...]
    """Of this pack."""
