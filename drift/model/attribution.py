"""What linking a difference to the write that made it so has to know. Adapters bring it as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from drift.model.naming import NamingRules


@dataclass(frozen=True, kw_only=True, slots=True)
class WriterRow:
    """Calls that write an attribute whose name neither they nor their parameters bear. All are globs."""

    type: str
    attribute: str
    actions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributionRules:
    """The tables by which a write is led to its resource, and a difference to its write."""

    naming: NamingRules = field(default_factory=NamingRules)
    writers: tuple[WriterRow, ...] = ()
    removing: frozenset[str] = frozenset()
    """First words of calls that take away what they name: `revoke`."""
    adding: frozenset[str] = frozenset()
    """First words of calls that add to what is there, and take nothing away: `authorize`."""
    creating: frozenset[str] = frozenset()
    """First words of calls that make a resource."""
    upserting: frozenset[str] = frozenset()
    """First words of calls that make a resource where there is none, and else replace what it is."""
    switches: Mapping[str, str] = field(default_factory=dict)
    """What calls set by their first word alone: `disable` sets `false`."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What calls write for values that the code writes otherwise, in lower case: `enabled` for `true`."""
    silent: frozenset[str] = frozenset()
    """Parameters that set nothing: `clientToken`. In lower case, without signs."""
    settle_window: timedelta = timedelta(minutes=10)
    """How long what a pipeline writes is taken for an apply that is still under way."""
