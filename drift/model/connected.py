"""The systems that a configuration connects: what a pack may say of where nothing was heard from."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectedSystem:
    """One configured adapter, without what only it knows."""

    kind: str
    """Its table in the configuration: `audit_log`, `tickets` ..."""
    name: str
    type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Configured:
    """Parts of the estate that the rules of a configuration name."""

    accounts: tuple[re.Pattern[str], ...] = ()
    """Those that are watched; empty: all."""
    pipelines: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    ticket_projects: tuple[str, ...] = ()
