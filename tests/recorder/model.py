"""The nouns of a story: what was declared, who did what, and what must be concluded from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from tests.recorder.account import Account
    from tests.recorder.trail import Trail

Json: TypeAlias = Any
"""A decoded JSON value. Recorded documents are written, never interpreted, so this stays loose."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One actor's writes to one resource, and the verdict that a reader must reach."""

    type: str
    id: str
    actor: str
    channel: str
    tool: str
    disposition: str
    alert: bool
    kind: str = "human"
    lane: str = "infrastructure"
    ticket: str | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A difference between declared and live that must be reported, and no other."""

    kind: str
    type: str
    id: str
    address: str | None = None
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket as the tracker would return it."""

    key: str
    kind: str
    title: str
    status: str
    requested_by: str
    assignee: str
    created_at: datetime
    updated_at: datetime
    approvals: tuple[tuple[str, datetime], ...] = ()
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A story once its ids are known."""

    changes: Sequence[Change] = ()
    findings: Sequence[Finding] = ()
    tickets: Sequence[Ticket] = ()
    deployments: Json = None


@dataclass(frozen=True, kw_only=True)
class Story:
    """One folder of recorded files.

    `built_at` is when the resources were first applied. `before` and `before_targets` give the
    configuration of that first apply where the story itself changes it; the final configuration
    is then applied at `applied_at`. It is the reviewed one, unless `applied` says what somebody
    had changed in it who applied from elsewhere.
    """

    name: str
    seed: int
    built_at: datetime
    read_at: datetime
    tell: "Callable[[Account, Trail], Telling]"
    before: Mapping[str, str] = field(default_factory=dict)
    before_targets: tuple[str, ...] = ()
    applied_at: datetime | None = None
    applied: Mapping[str, str] = field(default_factory=dict)
    adopt: Mapping[str, str] = field(default_factory=dict)
    """Resources made by hand that live.json must show: address in the copy -> id."""
