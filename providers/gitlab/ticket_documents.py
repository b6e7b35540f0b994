"""What GitLab's REST API answers about issues, as far as it is read here.

https://docs.gitlab.com/api/issues/, and of events
https://docs.gitlab.com/api/resource_label_events/ (2026-11)
"""

import msgspec

GHOST = "ghost"
"""The user to whom everything falls whose author's account was deleted."""


class _Document(msgspec.Struct, frozen=True):
    """Fields that are not named are passed over."""


class User(_Document, frozen=True):
    """An account."""

    username: str
    name: str | None = None

    @property
    def is_deleted(self) -> bool:
        """Whether nobody knows any more who that was."""
        return self.username == GHOST


class Issue(_Document, frozen=True):
    """An issue of a project."""

    iid: int
    title: str
    state: str
    """`opened` or `closed`."""
    created_at: str
    updated_at: str
    web_url: str
    description: str | None = None
    author: User | None = None
    assignees: tuple[User, ...] = ()
    labels: tuple[str, ...] = ()
    closed_at: str | None = None
    issue_type: str | None = None


class Note(_Document, frozen=True):
    """A comment, or what GitLab notes of an edit."""

    body: str
    created_at: str
    system: bool = False
    author: User | None = None


class Label(_Document, frozen=True):
    """A label."""

    name: str


class LabelEvent(_Document, frozen=True):
    """A label was added or removed."""

    action: str
    created_at: str
    user: User | None = None
    label: Label | None = None
    """Missing where the label itself was deleted."""


class StateEvent(_Document, frozen=True):
    """An issue was closed or opened again."""

    state: str
    created_at: str
    user: User | None = None


class Project(_Document, frozen=True):
    """A project."""

    path_with_namespace: str
