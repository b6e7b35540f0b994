"""The systems that a configuration connects: what a pack may say of where nothing was heard from."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectedSystem:
    """One configured adapter, without what only it knows."""

    kind: str
    """Its table in the configuration: `audit_log`, `tickets` ..."""
    name: str
    type: str
