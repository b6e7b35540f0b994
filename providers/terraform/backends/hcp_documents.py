"""The documents of HCP Terraform's API, as far as states need them: JSON:API, names with dashes."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

import msgspec

from drift.errors import ProviderResponseError
from drift.model.baseline import StateLock
from providers.terraform.backends.answers import Answer, unexpected

_WAITING = frozenset(
    {
        "pending",
        "fetching",
        "fetching_completed",
        "pre_plan_running",
        "pre_plan_completed",
        "queuing",
        "plan_queued",
        "planning",
        "planned",
        "cost_estimating",
        "cost_estimated",
        "policy_checking",
        "policy_override",
        "policy_soft_failed",
        "policy_checked",
        "post_plan_running",
        "post_plan_awaiting_decision",
        "post_plan_completed",
        "planned_and_finished",
        "planned_and_saved",
    }
)
"""Runs that hold their workspace and change nothing yet: they may wait for a person for days."""

DocumentT = TypeVar("DocumentT", bound="Document")


class Document(msgspec.Struct, frozen=True, rename="kebab"):
    """A part of a document."""


class _Reference(Document, frozen=True):
    id: str
    type: str


class _Relation(Document, frozen=True):
    data: _Reference | None = None


class _Relations(Document, frozen=True):
    current_state_version: _Relation | None = None
    locked_by: _Relation | None = None


class _Attributes(Document, frozen=True):
    name: str
    locked: bool = False
    execution_mode: str | None = None


class _RunAttributes(Document, frozen=True):
    status: str = ""
    status_timestamps: dict[str, str | None] = {}


class _Included(Document, frozen=True):
    id: str
    type: str
    attributes: _RunAttributes = _RunAttributes()


class Workspace(Document, frozen=True):
    """One workspace."""

    id: str
    attributes: _Attributes
    relationships: _Relations = _Relations()
    run: _Included | None = None
    """The run that holds it, if one does and the page told of it."""

    @property
    def may_have_state(self) -> bool:
        """Tell whether there may be a state: an old server does not say."""
        related = self.relationships.current_state_version
        return related is None or related.data is not None

    @property
    def state_version(self) -> str | None:
        """The id of the current state version."""
        related = self.relationships.current_state_version
        return related.data.id if related and related.data else None

    @property
    def holder(self) -> _Reference | None:
        """Who holds it."""
        return self.relationships.locked_by.data if self.relationships.locked_by else None


class _Pagination(Document, frozen=True):
    next_page: int | None = None


class _Meta(Document, frozen=True):
    pagination: _Pagination = _Pagination()


class WorkspacePage(Document, frozen=True):
    """A page of the list of workspaces."""

    data: list[Workspace]
    included: list[_Included] = []
    meta: _Meta = _Meta()

    @property
    def next_page(self) -> int | None:
        """The number of the next page, if there is one."""
        return self.meta.pagination.next_page

    def workspaces(self) -> Iterator[Workspace]:
        """Yield the workspaces, each with the run that holds it."""
        runs = {one.id: one for one in self.included if one.type == "runs"}
        for one in self.data:
            run = runs.get(one.holder.id) if one.holder else None
            yield msgspec.structs.replace(one, run=run)


class _VersionAttributes(Document, frozen=True):
    hosted_state_download_url: str | None = None


class _VersionData(Document, frozen=True):
    id: str
    attributes: _VersionAttributes


class StateVersion(Document, frozen=True):
    """One state version."""

    data: _VersionData

    @property
    def id(self) -> str:
        """What it is called."""
        return self.data.id

    @property
    def attributes(self) -> _VersionAttributes:
        """What is known of it."""
        return self.data.attributes


def read_as(document: type[DocumentT], answer: Answer, *, what: str) -> DocumentT:
    """Return a document out of an answer.

    Raises:
        ProviderResponseError: It is none.
    """
    if answer.status != 200:
        raise unexpected(answer, what=what)
    try:
        return msgspec.json.decode(answer.body(), type=document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderResponseError(
            f"{what}: the answer is none of HCP Terraform's API", hint="check the host of the URI"
        ) from error


def lock_of(workspace: Workspace) -> StateLock | None:
    """Return who holds a workspace.

    Where runs are made by the service, a person's lock stops them all, so nothing changes under it;
    where they are made on people's machines, such a lock is what a running `terraform apply` has.
    """
    if not workspace.attributes.locked:
        return None
    holder, run = workspace.holder, workspace.run
    is_run = holder is not None and holder.type == "runs"
    if is_run:
        changes_nothing = run is not None and run.attributes.status in _WAITING
    else:
        changes_nothing = holder is not None and workspace.attributes.execution_mode in {"remote", "agent"}
    return StateLock(
        who=holder.id if holder else None,
        since=_applying_at(run) if run else None,
        operation=f"run {run.attributes.status}" if run else None,
        changes_nothing=changes_nothing,
    )


def _applying_at(run: _Included) -> datetime | None:
    try:
        time = datetime.fromisoformat(run.attributes.status_timestamps.get("applying-at") or "")
    except ValueError:
        return None
    return time if time.tzinfo else None
