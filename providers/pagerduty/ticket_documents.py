"""What PagerDuty's REST API answers about incidents, as far as it is read here.

https://developer.pagerduty.com/api-reference/ (2026-11)
"""

import msgspec


class _Document(msgspec.Struct, frozen=True):
    """Fields that are not named are passed over."""


class Reference(_Document, frozen=True):
    """Something that is only named: a user, a service, an integration."""

    id: str
    type: str = ""
    summary: str | None = None

    @property
    def is_user(self) -> bool:
        """Whether it is a person."""
        return self.type in {"user", "user_reference"}


class Assignment(_Document, frozen=True):
    """Who works on an incident."""

    assignee: Reference


class LogEntry(_Document, frozen=True):
    """Something that happened to an incident."""

    type: str
    created_at: str
    agent: Reference | None = None


class Trigger(_Document, frozen=True):
    """How an incident began; only named where it was not asked for."""

    agent: Reference | None = None


class Incident(_Document, frozen=True):
    """An incident."""

    id: str
    title: str
    status: str
    """`triggered`, `acknowledged` or `resolved`."""
    created_at: str
    html_url: str | None = None
    description: str | None = None
    last_status_change_at: str | None = None
    updated_at: str | None = None
    resolved_at: str | None = None
    service: Reference | None = None
    assignments: tuple[Assignment, ...] = ()
    first_trigger_log_entry: Trigger | None = None


class OneIncident(_Document, frozen=True):
    """An incident that was asked for."""

    incident: Incident


class IncidentPage(_Document, frozen=True):
    """A page of incidents."""

    incidents: tuple[Incident, ...]
    more: bool = False


class LogPage(_Document, frozen=True):
    """A page of what happened to an incident."""

    log_entries: tuple[LogEntry, ...]
    more: bool = False


class User(_Document, frozen=True):
    """A user."""

    email: str


class OneUser(_Document, frozen=True):
    """A user that was asked for."""

    user: User
