"""The shape of the tables about the change control: approvals, emergencies, and what is planned."""

from datetime import date, datetime

from drift.config.tables import NamedTable, Table


class Approvals(Table, frozen=True, kw_only=True):
    """Who may approve and waive."""

    heading = "approvals"
    approvers: tuple[str, ...] = ()
    emergency_approvers: tuple[str, ...] = ()
    longest_waiver: str = "366d"


class Emergency(Table, frozen=True, kw_only=True):
    """What an emergency asks for afterwards."""

    heading = "emergency"
    approve_within: str = "24h"
    review_within: str = "5d"
    follow_up_within: str = "72h"
    escalate_to: str | None = None


class Operator(Table, frozen=True, kw_only=True):
    """Who acts on this machine, unless `--as` says otherwise."""

    heading = "operator"
    name: str | None = None


class ScopedTable(NamedTable, frozen=True, kw_only=True):
    """Changes that are meant. Globs, all of which must fit."""

    account: str | None = None
    environment: str | None = None
    service: str | None = None
    action: str | None = None
    resource: str | None = None
    resource_type: str | None = None


class Window(ScopedTable, frozen=True, kw_only=True):
    """Announced work."""

    heading = "window"
    starts: datetime
    ends: datetime
    ticket: str
    approver: str
    owner: str


class Freeze(ScopedTable, frozen=True, kw_only=True):
    """A time in which nothing should be changed."""

    heading = "freeze"
    starts: datetime
    ends: datetime
    reason: str


class StandardChange(ScopedTable, frozen=True, kw_only=True):
    """A kind of change that is approved once for all."""

    heading = "standard_change"
    approver: str
    approved: datetime
    reviewed: date
    owner: str
    expires: date


class CompensatingControl(NamedTable, frozen=True, kw_only=True):
    """What is done where a test cannot be passed."""

    heading = "compensating_control"
    tests: tuple[str, ...]
    reason: str
    owner: str
    environment: str | None = None


SINGLE: tuple[type[Table], ...] = (Approvals, Emergency, Operator)
"""The tables that stand once."""

REPEATED: tuple[type[NamedTable], ...] = (Window, Freeze, StandardChange, CompensatingControl)
"""The tables that may be repeated."""
