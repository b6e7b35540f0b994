"""What a configuration says of Jira's projects: which fields and statuses mean what."""

import re

import msgspec

from drift.model.ticket import TicketKind

KEY = re.compile(r"(?P<project>[A-Z][A-Z0-9_]{1,30})-[1-9][0-9]{0,8}", re.ASCII)

FIELD = r"^([a-z][A-Za-z]{1,40}|customfield_[0-9]{1,10})$"
"""A field's id: what stands in a query must be nothing else."""


class JiraRules(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that Cloud and Data Center share."""

    projects: tuple[str, ...] = ()
    """Keys of the projects in which changes are approved. Default: all that the credentials may see."""
    incident_types: tuple[str, ...] = ("Incident", "[System] Incident")
    """Types of issues that are incidents: they declare an emergency, and need no approval before."""
    service_desk: bool = True
    """Whether approvals of Jira Service Management are asked for."""
    approved_statuses: tuple[str, ...] = ()
    """Moving an issue to one of these approves it."""
    declined_statuses: tuple[str, ...] = ()
    """Moving an issue to one of these declines it."""
    approver_group: str | None = None
    """Only members of this group approve by moving; default: whoever the workflow lets."""
    resources_field: str | None = None
    """The field that names resources; default, here and below: a section of the description."""
    accounts_field: str | None = None
    environments_field: str | None = None
    window_start_field: str | None = None
    window_end_field: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ValueError: A project or field has no such name, or half a window is named.
        """
        for project in self.projects:
            if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,30}", project):
                raise ValueError(f'"projects" are named by their keys: "OPS", not "{project}"')
        for field in self.scope_fields:
            if not re.match(FIELD, field):
                raise ValueError(f'a field is named by its id: "customfield_10050", not "{field}"')
        if (self.window_start_field is None) != (self.window_end_field is None):
            raise ValueError('"window_start_field" and "window_end_field" belong together')
        if self.approver_group and not self.approved_statuses:
            raise ValueError('"approver_group" approves nothing without "approved_statuses"')

    @property
    def scope_fields(self) -> tuple[str, ...]:
        """The ids of the fields that say what a ticket is for, and when."""
        named = (
            self.resources_field,
            self.accounts_field,
            self.environments_field,
            self.window_start_field,
            self.window_end_field,
        )
        return tuple(field for field in named if field)

    def name_of(self, field: str) -> str:
        """Return what `Ticket` calls a field of Jira's."""
        return {
            "summary": "title",
            "description": "text",
            self.resources_field: "resources",
            self.accounts_field: "accounts",
            self.environments_field: "environments",
            self.window_start_field: "window_start",
            self.window_end_field: "window_end",
        }.get(field, field)

    def kind_of(self, issue_type: str) -> TicketKind:
        """Return what issues of a type are."""
        return TicketKind.INCIDENT if issue_type in self.incident_types else TicketKind.CHANGE

    def allows(self, key: str) -> bool:
        """Tell whether a text is the key of an issue in one of the projects."""
        found = KEY.fullmatch(key)
        return found is not None and (not self.projects or found["project"] in self.projects)
