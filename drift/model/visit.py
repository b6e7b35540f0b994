"""Who looked at the pages: one record for each sign-in, none for each page."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drift.model.visitor import Role, SignedInBy


class VisitTurn(StrEnum):
    """What happened at the door of the pages."""

    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    """Somebody said so. Whoever just leaves is signed out after a while, of which there is no record."""
    REFUSED = "refused"
    """Somebody tried in vain, once or more often: of that there is one record an hour at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitRecord:
    """Body of a `visit` entry: somebody signed in to the pages, or out, or was refused."""

    turn: VisitTurn
    at: datetime
    by: SignedInBy
    """Who vouches for people."""
    name: str | None = None
    """`None` of those who were refused: nobody knows who they are."""
    roles: tuple[Role, ...] = ()
    """That they had then; with none they saw nothing."""
    refused: dict[str, int] = field(default_factory=dict)
    """How many attempts were refused since the record before, by the reason."""
