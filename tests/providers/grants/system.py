"""What the contract suite needs of a system that gives access for a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from drift.ports import GrantSource


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """Somebody's access, as a test has it given."""

    number: int = 1
    to: str = "alice@example.com"
    by: str | None = "erin@example.com"
    """Who approved it; `None`: nobody had to."""
    account: str
    role: str = "Admin"
    asked_at: datetime
    begins_at: datetime
    hours: int = 2
    ended_at: datetime | None = None
    status: str
    """In the words of the system."""
    ticket: str | None = None
    because: str = "Repair the load balancer"
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Granter:
    """A system in which access is given, and the adapter that reads it."""

    source: GrantSource
    give: Callable[[Given], object]
    """Put it there, in the place of what has the same number."""
    key: Callable[[int], str]
    role: Callable[[str], str]
    """What the cloud calls a role that the system calls so."""
    given: str
    """The status of access that is in force."""
    never: str
    """That of a request that gave no access."""
    over: str
    """That of access that was taken away before its time."""
    stranger: Callable[[], GrantSource]
    """Make the same, with credentials that are refused."""
    forbid: Callable[[], object]
    """Refuse as the service does whoever lacks the permission."""
    permission: str
    """Its name, which must be told."""
    break_down: Callable[[], object]
    mend: Callable[[], object]
    """Let all work again."""
