"""What the contract suite needs of a cloud in which an identity deploys."""

from collections.abc import Callable
from dataclasses import dataclass

from drift.ports import TrustSource


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustingCloud:
    """A cloud with one identity, and the adapter that reads it."""

    source: TrustSource
    name: str
    """Of the identity."""
    stranger: Callable[[], TrustSource]
    """Make the same, with credentials that are refused."""
    trust_somebody: Callable[[], object]
    """Let somebody in particular act as it as well."""
    trust_any_branch: Callable[[], object]
    """Let whatever runs in `example/infra` act as it."""
    allow_more: Callable[[], object]
    """Let it do something else as well."""
    hide_permissions: Callable[[], object]
    """Let nobody read what it may do."""
    permission: str
    """What that then takes."""
    delete: Callable[[], object]
    break_down: Callable[[], object]
