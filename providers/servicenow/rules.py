"""What the configuration says of an instance's tables, and which columns are read."""

import re

import msgspec

from drift.model.secret import Secret
from drift.model.ticket import TicketKind
from providers.ticket_values import Address

CHANGES, INCIDENTS = "change_request", "incident"

KINDS = {CHANGES: TicketKind.CHANGE, INCIDENTS: TicketKind.INCIDENT}

NUMBERS = {CHANGES: re.compile(r"CHG\d{7,10}", re.ASCII), INCIDENTS: re.compile(r"INC\d{7,10}", re.ASCII)}

ASKED_BY = {CHANGES: "requested_by", INCIDENTS: "caller_id"}

COLUMN = r"[a-z][a-z0-9_.]{0,79}"

TASK = (
    "sys_id",
    "number",
    "short_description",
    "description",
    "state",
    "active",
    "sys_created_on",
    "sys_updated_on",
    "closed_at",
    "assigned_to",
    "assigned_to.email",
    "assigned_to.user_name",
)
"""Columns that both tables have."""

OWN = {
    CHANGES: (
        "start_date",
        "end_date",
        "requested_by",
        "requested_by.email",
        "requested_by.user_name",
    ),
    INCIDENTS: ("resolved_at", "caller_id", "caller_id.email", "caller_id.user_name"),
}

NEEDS = {
    CHANGES: "read access to change_request (role sn_change_read)",
    INCIDENTS: "read access to incident (role sn_incident_read)",
}

NAMES = {
    "short_description": "title",
    "description": "text",
    "state": "status",
    "start_date": "window_start",
    "end_date": "window_end",
    "cmdb_ci": "resources",
}
"""What `Ticket` calls columns."""


class ServiceNowSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The instance, and who asks it."""

    base_url: Address
    """`https://example.service-now.com`"""
    username: str | None = None
    password: Secret | None = None
    """Of that user."""
    token: Secret | None = None
    """An OAuth access token, which goes before a user and password."""
    tables: tuple[str, ...] = (CHANGES, INCIDENTS)
    """The tables that are read."""
    resource_columns: tuple[str, ...] = ("cmdb_ci.name", "cmdb_ci.correlation_id")
    """Columns that hold the id of the resource; what the description says counts besides."""
    environment_column: str | None = None
    """The column that names the environment; default: what the description says."""
    audit: bool = True
    """Whether `sys_audit` is read, which tells who edited what and when; few users may read it."""

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ValueError: It is not said who asks, or a table or column has no such name.
        """
        if (self.username is None) != (self.password is None):
            raise ValueError('"username" and the password belong together')
        if self.token is None and self.username is None:
            raise ValueError('a token, or "username" and a password, must say who asks')
        if not self.tables or set(self.tables) - set(KINDS):
            raise ValueError(f'"tables" can be {" and ".join(KINDS)}')
        for column in self.columns:
            if not re.fullmatch(COLUMN, column):
                raise ValueError(f'no column is called "{column}"')

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that are read because they are configured."""
        return (*self.resource_columns, *([self.environment_column] if self.environment_column else []))

    def columns_of(self, table: str) -> tuple[str, ...]:
        """Return the columns of a table that are read."""
        return tuple(dict.fromkeys((*TASK, *OWN[table], *self.columns)))
