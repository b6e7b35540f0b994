"""What the contract suite needs of an organisation of accounts."""

from collections.abc import Callable
from dataclasses import dataclass

from drift.ports import AccountTree


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """An organisation, and the adapter that reads it."""

    tree: AccountTree
    placed: dict[str, str]
    """The path of the unit that each account lies in, as it must be told."""
    move: Callable[[], str]
    """Move an account to another unit, and note that in `placed`; return which one."""
    stranger: Callable[[], AccountTree]
    """Make the same, with credentials that are refused."""
    forbid: Callable[[], object]
    """Refuse as the service does whoever lacks the permission."""
    permission: str
    """Its name, which must be told."""
    break_down: Callable[[], object]
    mend: Callable[[], object]
    """Let all work again."""
