"""What everybody who was asked said about a change."""

from dataclasses import dataclass

from drift.model.grant import Grant
from drift.model.ticket import Deployment, Ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Consulted:
    """What the ticket system, the code host and the records of grants said about a change."""

    tickets: tuple[Ticket, ...] = ()
    deployment: Deployment | None = None
    grants: tuple[Grant, ...] = ()
    """Temporary access in the account of the change, whoever it was given to."""
    deleted: tuple[str, ...] = ()
    """Keys that are named, and whose tickets were deleted: they did exist."""
    unavailable: tuple[str, ...] = ()
    """Why one of them could not be asked: never taken for "nothing there"."""
    is_code_host_configured: bool = True
