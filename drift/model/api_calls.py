"""How often a service was asked, and how often it wanted to be asked less."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiCalls:
    """What one adapter asked its service for since the program began.

    Each attempt counts, whether or not it was answered; tokens that are fetched to sign in do not.
    """

    kind: str
    """Table of the adapter in the configuration: `audit_log` for example."""
    name: str
    """What the configuration calls it."""
    made: int
    throttled: int
    """Of these, those that were refused because there were too many."""
