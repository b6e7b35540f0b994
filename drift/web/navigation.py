"""Which pages every page links to: only those that its visitor may open."""

from typing import Final

from drift.model.visitor import Permission, Visitor

_ENTRIES: Final[tuple[tuple[str, str, Permission], ...]] = (
    ("/", "Overview", Permission.LOOK),
    ("/changes", "Changes", Permission.LOOK),
    ("/findings?open=yes", "Findings", Permission.LOOK),
    ("/accounts", "Accounts", Permission.LOOK),
    ("/emergencies", "Emergencies", Permission.LOOK),
    ("/waivers", "Waivers", Permission.LOOK),
    ("/weekly", "Weekly", Permission.LOOK),
    ("/evidence", "Evidence", Permission.LOOK),
    ("/health", "Health", Permission.LOOK),
    ("/access", "Access", Permission.ADMINISTER),
)
"""Path, name, and what it asks for."""


def navigation(visitor: Visitor) -> tuple[tuple[str, str], ...]:
    """Return the paths and names of the pages that a visitor may open."""
    return tuple((path, name) for path, name, needs in _ENTRIES if visitor.may(needs))
