"""How a project at GitLab is controlled: what protects its branch, who may push, what deploys.

Much of it only maintainers may see, and some takes a licence. GitLab says of either that it is not
there, so it is not verifiable.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence

from msgspec import Struct

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.pipeline_control import ControlDocument, PipelineControls
from providers.codeowners import owner_of_all
from providers.control_text import document
from providers.gitlab.api import ProjectApi, segment
from providers.gitlab.documents import DEFAULT_CONFIG, Branch, Project
from providers.gitlab.refusals import NotThereError

CODEOWNERS = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""In the order in which GitLab looks."""

LISTS = {
    "protection": "protected_branches",
    "approval-rules": "approval_rules",
    "protected-environments": "protected_environments",
    "deploy-keys": "deploy_keys",
}

SINGLE = {"approval-settings": "approvals", "push-rules": "push_rule"}

SETTINGS = (
    "merge_method",
    "only_allow_merge_if_pipeline_succeeds",
    "only_allow_merge_if_all_discussions_are_resolved",
    "allow_merge_on_skipped_pipeline",
    "ci_config_path",
    "ci_restrict_pipeline_cancellation_role",
    "visibility",
)


class _Content(Struct, frozen=True):
    content: str = ""


class _Member(Struct, frozen=True):
    username: str
    access_level: int


class _OfBranch(Struct, frozen=True):
    name: str


class _ApprovalRule(Struct, frozen=True):
    approvals_required: int = 0
    protected_branches: list[_OfBranch] = []


def controls_of(api: ProjectApi, project: Project, owner: str | None) -> PipelineControls:
    """Return how a project is controlled now."""
    branch = project.default_branch or "main"
    codeowners = document("codeowners", lambda: _first_file(api, CODEOWNERS, branch), NotThereError)
    documents = [
        *(_listed(api, name, path) for name, path in LISTS.items()),
        *(_single(api, name, path) for name, path in SINGLE.items()),
        document("access", lambda: _members(api), NotThereError),
        document("settings", lambda: _settings(api), NotThereError),
        codeowners,
        *_pipeline(api, project, branch),
    ]
    return PipelineControls(
        repository=project.path_with_namespace,
        default_branch=branch,
        is_protected=_is_protected(api, branch),
        required_approvals=_required_approvals(api, branch),
        owner=owner_of_all(codeowners.text) or owner,
        documents=tuple(sorted(documents, key=lambda one: one.name)),
    )


def _listed(api: ProjectApi, name: str, path: str) -> ControlDocument:
    return document(name, lambda: api.list(path, object, doing=f"reading {path}"), NotThereError)


def _single(api: ProjectApi, name: str, path: str) -> ControlDocument:
    return document(name, lambda: api.get(path, object, doing=f"reading {path}"), NotThereError)


def _members(api: ProjectApi) -> object:
    """Return who may do what, those of all groups above it too: from 30 on one may push and run pipelines."""
    members = api.list("members/all", _Member, doing="listing the members")
    return sorted([one.username, one.access_level] for one in members)


def _settings(api: ProjectApi) -> object:
    found = api.get("", dict[str, object], doing="reading the settings")
    return {name: found[name] for name in SETTINGS if name in found}


def _is_protected(api: ProjectApi, branch: str) -> bool | None:
    doing = f"reading the branch {branch}"
    try:
        return api.get(f"repository/branches/{segment(branch)}", Branch, doing=doing).protected
    except (ProviderAccessError, NotThereError):
        return None


def _required_approvals(api: ProjectApi, branch: str) -> int | None:
    """Return how many approvals the rules for a branch want. Without the licence nobody can require any."""
    try:
        rules = api.list("approval_rules", _ApprovalRule, doing="reading approval_rules")
    except (ProviderAccessError, NotThereError):
        return None
    fitting = [
        one
        for one in rules
        if branch in {each.name for each in one.protected_branches} or not one.protected_branches
    ]
    return max((one.approvals_required for one in fitting), default=0)


def _pipeline(api: ProjectApi, project: Project, branch: str) -> Iterator[ControlDocument]:
    """Yield the file that says what the pipeline does. One elsewhere, or another project's, is only named."""
    path = project.ci_config_path or DEFAULT_CONFIG
    if "@" in path or "://" in path:
        return
    yield document(path, lambda: _file(api, path, branch), NotThereError)


def _first_file(api: ProjectApi, paths: Sequence[str], branch: str) -> str:
    """Return the first of these files that is there; empty if none is."""
    for path in paths:
        try:
            return _file(api, path, branch)
        except NotThereError:
            continue
    return ""


def _file(api: ProjectApi, path: str, branch: str) -> str:
    where, doing = f"repository/files/{segment(path)}", f"reading {path}"
    try:
        return base64.b64decode(api.get(where, _Content, doing=doing, ref=branch).content).decode(
            errors="replace"
        )
    except (binascii.Error, ValueError) as error:
        raise ProviderResponseError(
            f"{path} of {api.name} is not encoded as it should be", hint="report it"
        ) from error
