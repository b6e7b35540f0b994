"""What Jira's REST API answers, as far as it is read here; Cloud and Data Center answer alike.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/ and, of Data Center,
https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/ (both 2026-11).
"""

import msgspec

from drift.model.resource import Json

FORMER = "Former user"
"""What Cloud calls somebody whose account was deleted."""

UNKNOWN = "unknown"
"""The account id of a record that lost its user."""


class _Document(msgspec.Struct, frozen=True, rename="camel"):
    """Fields that are not named are passed over: Jira adds some every month."""


class User(_Document, frozen=True):
    """Somebody; most of it may be missing, since people hide it."""

    account_id: str | None = None
    """Cloud's id."""
    key: str | None = None
    """Data Center's id, which a renamed user keeps."""
    name: str | None = None
    email_address: str | None = None
    display_name: str | None = None
    active: bool = True

    @property
    def id(self) -> str | None:
        """What means this user and never anybody else."""
        return (None if self.account_id == UNKNOWN else self.account_id) or self.key or self.name

    @property
    def is_deleted(self) -> bool:
        """Whether there is no such account any more: anybody may call themselves "Former user"."""
        return self.id is None or (not self.active and self.display_name == FORMER)

    @property
    def by(self) -> str:
        """The mail address, or else the id."""
        return (None if self.is_deleted else self.email_address) or self.id or "a deleted user"


class Category(_Document, frozen=True):
    """What a status amounts to: `new`, `indeterminate` or `done`."""

    key: str


class Status(_Document, frozen=True):
    """A step of the workflow."""

    name: str
    status_category: Category | None = None


class Named(_Document, frozen=True):
    """Something that has a name."""

    name: str


class Project(_Document, frozen=True):
    """A project."""

    key: str


class Item(_Document, frozen=True):
    """One field that an edit changed."""

    field: str
    field_id: str | None = None
    """Missing on older servers, where `field` is the display name of a custom field."""
    from_string: str | None = None
    to_string: str | None = None


class History(_Document, frozen=True):
    """One edit."""

    created: str
    items: tuple[Item, ...]
    author: User | None = None
    """Missing where Jira itself made the edit, or the user is gone."""


class Changelog(_Document, frozen=True):
    """The edits that come with an issue of Data Center."""

    histories: tuple[History, ...]
    total: int | None = None


class Issue(_Document, frozen=True):
    """An issue, with the fields that were asked for."""

    id: str
    key: str
    fields: dict[str, Json]
    changelog: Changelog | None = None


class Fields(_Document, frozen=True):
    """The fields that every issue has."""

    summary: str
    status: Status
    issuetype: Named
    created: str
    updated: str
    project: Project | None = None
    reporter: User | None = None
    assignee: User | None = None
    resolutiondate: str | None = None


NEEDED = (
    "summary",
    "status",
    "issuetype",
    "created",
    "updated",
    "project",
    "reporter",
    "assignee",
    "resolutiondate",
    "description",
)
"""The names of those fields, and the description's."""


class FoundIssues(_Document, frozen=True):
    """A page of a search, or what was fetched by keys."""

    issues: tuple[Issue, ...]
    next_page_token: str | None = None
    """Of the next page of Cloud."""
    is_last: bool | None = None
    total: int | None = None
    """How many there are, of Data Center; Cloud does not count."""
    issue_errors: tuple["IssueError", ...] = ()


class IssueError(_Document, frozen=True):
    """Why an issue that was asked for by its key could not be returned, though it may exist."""

    id: str = ""
    error_message: str = ""


class HistoryPage(_Document, frozen=True):
    """A page of an issue's edits, of Cloud."""

    values: tuple[History, ...]
    start_at: int = 0
    total: int = 0
    is_last: bool = False


class MemberPage(_Document, frozen=True):
    """A page of a group's members."""

    values: tuple[User, ...]
    start_at: int = 0
    is_last: bool = False


class FieldSchema(_Document, frozen=True):
    """The type of a field."""

    type: str
    custom: str | None = None
    system: str | None = None


class FieldInfo(_Document, frozen=True):
    """A field that issues may have."""

    id: str
    name: str
    clause_names: tuple[str, ...] = ()
    """How JQL calls it; none where it cannot be searched."""
    schema: FieldSchema | None = None


class When(_Document, frozen=True):
    """A time, as Jira Service Management tells it."""

    iso8601: str


class Approver(_Document, frozen=True):
    """Who was asked, and what they said: `approved`, `declined` or `pending`."""

    approver_decision: str
    approver: User | None = None


class RequestApproval(_Document, frozen=True):
    """One approval that a request went through."""

    final_decision: str
    approvers: tuple[Approver, ...] = ()
    completed_date: When | None = None
    """When it was decided; the times of the single approvers are not told."""


class ApprovalPage(_Document, frozen=True):
    """A page of a request's approvals."""

    values: tuple[RequestApproval, ...]
    start: int = 0
    is_last_page: bool = False


class Myself(_Document, frozen=True):
    """Whose credentials these are."""

    display_name: str
    email_address: str | None = None
