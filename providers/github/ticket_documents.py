"""What GitHub's REST and GraphQL APIs answer about issues, as far as it is read here.

https://docs.github.com/en/rest/issues?apiVersion=2022-11-28 (2026-11)
"""

import msgspec

from drift.model.resource import Json

GHOST = "ghost"
"""The user that stands for everybody whose account was deleted."""


class _Document(msgspec.Struct, frozen=True):
    """Fields that are not named are passed over."""


class User(_Document, frozen=True):
    """An account."""

    login: str

    @property
    def is_deleted(self) -> bool:
        """Whether nobody knows any more who that was."""
        return self.login.lower() == GHOST


class Label(_Document, frozen=True):
    """A label."""

    name: str


class Issue(_Document, frozen=True):
    """An issue; a pull request is one too."""

    number: int
    title: str
    state: str
    """`open` or `closed`."""
    created_at: str
    updated_at: str
    html_url: str
    repository_url: str
    body: str | None = None
    user: User | None = None
    assignee: User | None = None
    labels: tuple[Label, ...] = ()
    closed_at: str | None = None
    state_reason: str | None = None
    pull_request: dict[str, Json] | None = None
    """Only where it is one."""

    @property
    def repository(self) -> str:
        """`owner/name` of the repository that it is in now."""
        return "/".join(self.repository_url.rsplit("/", 2)[-2:])

    @property
    def key(self) -> str:
        """What it is called outside its repository."""
        return f"{self.repository}#{self.number}"


class Rename(_Document, frozen=True, rename={"before": "from", "after": "to"}):
    """An edit of the title."""

    before: str
    after: str


class Event(_Document, frozen=True):
    """Something that happened to an issue."""

    event: str
    created_at: str
    actor: User | None = None
    label: Label | None = None
    rename: Rename | None = None
    assignee: User | None = None


class FoundIssues(_Document, frozen=True):
    """A page of a search."""

    items: tuple[Issue, ...]
    incomplete_results: bool = False
    """GitHub ran out of time before it had looked at everything."""


class Repository(_Document, frozen=True):
    """A repository."""

    full_name: str


class _PageInfo(_Document, frozen=True, rename="camel"):
    has_next_page: bool
    end_cursor: str | None = None


class _Edit(_Document, frozen=True, rename="camel"):
    edited_at: str
    editor: User | None = None


class _Edits(_Document, frozen=True, rename="camel"):
    page_info: _PageInfo
    nodes: tuple[_Edit, ...]


class _EditedIssue(_Document, frozen=True, rename="camel"):
    user_content_edits: _Edits | None = None


class _EditedRepository(_Document, frozen=True):
    issue: _EditedIssue | None = None


class _Data(_Document, frozen=True):
    repository: _EditedRepository | None = None


class _GraphQlError(_Document, frozen=True):
    message: str = ""


class BodyEdits(_Document, frozen=True):
    """A page of the edits of an issue's body."""

    data: _Data | None = None
    errors: tuple[_GraphQlError, ...] = ()

    @property
    def is_told(self) -> bool:
        """Whether the issue may be looked at."""
        return not self.errors and self._issue is not None

    @property
    def edits(self) -> "_Edits":
        """The edits; none where there is nothing to tell."""
        found = self._issue.user_content_edits if self._issue else None
        return found or _Edits(page_info=_PageInfo(has_next_page=False), nodes=())

    @property
    def _issue(self) -> "_EditedIssue | None":
        return self.data.repository.issue if self.data and self.data.repository else None
