"""What the contract suite needs of a directory, whichever service it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from drift.ports import Directory


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Somebody, as an administrator enters them."""

    number: int
    display_name: str = "Alice Example"
    """That of everybody: two people may well share it."""
    is_active: bool = True
    github: str | None = None

    @property
    def mail(self) -> str:
        """The address, that nobody else has."""
        return f"person{self.number}@example.com"

    @property
    def alias(self) -> str:
        """Another address of theirs."""
        return f"p.{self.number}@example.com"

    @property
    def chosen(self) -> str:
        """An address that they entered themselves."""
        return f"boss{self.number}@example.com"


Enrol: TypeAlias = Callable[[Entry], None]


@dataclass(kw_only=True, slots=True)
class DirectorySystem:
    """A service that runs, and the adapter that reads it."""

    directory: Directory
    stranger: Callable[[], Directory]
    """Make the same, with credentials that are refused."""
    enrol: Enrol
    refuse: Callable[..., None]
    """Answer everything with this status, body and headers from now on."""
    forbid: Callable[[], None]
    """Refuse as the service does whoever lacks the permission."""
    permission: str
    """Its name, which must be told."""
    drop: Callable[[], object]
    """Take from every entry what none may lack."""
    loop: Callable[[], None]
    """Say of every page that another one follows, the same again."""
    refused: list[str] = field(default_factory=list)
    """What the adapter asked for wrongly."""
    names: Callable[[Entry], set[str]] = lambda entry: {entry.mail}
    """Which names must be found."""
    many: int = 5
    """Entries that fill several pages."""
    secret: str = ""
    """What must never be shown."""
