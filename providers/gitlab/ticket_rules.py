"""What a configuration says of GitLab's issues: where changes are requested, and which labels mean what."""

import re

import msgspec

from drift.model.secret import Secret
from providers.ticket_values import Address

PROJECT = re.compile(r"[A-Za-z0-9_][\w.-]{0,254}(?:/[A-Za-z0-9_][\w.-]{0,254}){1,20}", re.ASCII)

_KEY = re.compile(r"(?P<project>[^#\s]{3,500})#(?P<number>[1-9][0-9]{0,8})", re.ASCII)


class GitLabIssuesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The projects, and who asks for their issues."""

    token: Secret
    projects: tuple[str, ...]
    """Full path of each project in whose issues changes are approved: `example/ops/infra`."""
    base_url: Address = "https://gitlab.com"
    approval_labels: tuple[str, ...] = ()
    """Whoever sets one of these labels approves. Default: nobody approves anything."""
    decline_labels: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    """Whose approval labels count, by user name; default: everybody's who may set labels."""
    incident_labels: tuple[str, ...] = ()
    """Issues with one of these are incidents, besides those of the type `incident`."""

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ValueError: There is no project, or one has no such path.
        """
        if not self.projects:
            raise ValueError('"projects" must name one')
        for project in self.projects:
            if not PROJECT.fullmatch(project):
                raise ValueError(f'a project is named by its path, "group/project", not "{project}"')

    def parts_of(self, key: str) -> tuple[str, int] | None:
        """Return the project and number of a key, `None` where it is no issue's of these projects."""
        found = _KEY.fullmatch(key)
        known = {one.lower(): one for one in self.projects}
        if not found or found["project"].lower() not in known:
            return None
        return known[found["project"].lower()], int(found["number"])
