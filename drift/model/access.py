"""Who can write to an account now, as its cloud tells it: what was given, not what was used."""

from collections.abc import Sequence
from dataclasses import dataclass

from drift.model.verdict import ActorKind


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Entitlement:
    """One way by which one identity may write."""

    account: str
    principal: str
    """As the cloud knows it: an ARN."""
    name: str
    """What people call it."""
    kind: ActorKind
    has_console: bool | None
    """Whether it can sign in to a console by itself; `None` where that is no question."""
    via: str
    """Who may use it, or what it has the right from: `group admins`."""
    right: str
    """The policy or role that allows to write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessSnapshotRecord:
    """Body of an `access_snapshot` entry: once a month, who can write."""

    access_list: str
    """Its name in the configuration."""
    month: str
    """`2026-11`, in UTC."""
    entitlements: tuple[Entitlement, ...]
    """Sorted."""
    added: tuple[Entitlement, ...]
    """Those that the snapshot before did not have; none in the first."""
    removed: tuple[Entitlement, ...]
    is_first: bool


def difference(
    before: Sequence[Entitlement], now: Sequence[Entitlement]
) -> tuple[tuple[Entitlement, ...], tuple[Entitlement, ...]]:
    """Return what was added and what was removed."""
    return tuple(sorted(set(now) - set(before))), tuple(sorted(set(before) - set(now)))
