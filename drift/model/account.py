"""Where accounts lie in the organisation that they belong to."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedAccount:
    """An account, project or subscription, and the unit that it lies in."""

    account: str
    unit: str
    """The names of all units from the root down: `Root/Workloads/Production`."""
