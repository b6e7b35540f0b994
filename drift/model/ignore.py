"""Drift that the owner of a configuration has decided not to be told of."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class IgnoreRule:
    """Findings, or attributes of them, that do not count until the rule expires. Globs; all must fit."""

    name: str
    reason: str
    owner: str
    expires_at: datetime
    address: str | None = None
    type: str | None = None
    attribute: str | None = None
    """Path of an attribute, and all that lies in it; without one whole findings are ignored."""
    resource_id: str | None = None
    account: str | None = None

    def is_expired(self, now: datetime) -> bool:
        """Tell whether the rule counts no more at `now`."""
        return self.expires_at <= now


@dataclass(frozen=True, kw_only=True, slots=True)
class Ignored:
    """How much a rule hid from one comparison."""

    rule: IgnoreRule
    count: int
    """Attributes, and findings that it hid whole."""
    finding_ids: frozenset[str]
    """Findings of which nothing is left."""
