"""Has a repository at GitHub controlled in some way."""

from dataclasses import dataclass

from tests.providers.code_service import Document
from tests.providers.github.service import Hub, a_file, a_user


@dataclass(frozen=True, kw_only=True, slots=True)
class Repository:
    """How a repository is controlled, in no host's words."""

    is_protected: bool = False
    approvals: int = 0
    codeowners: str | None = None
    workflow: str | None = None
    reviewers: tuple[str, ...] = ()
    """Who must let a run go on to production; nobody: there is no such environment."""
    may_push: tuple[str, ...] = ("alice",)


def control(hub: Hub, one: Repository) -> None:
    """Have the repository controlled like this, by its branch's own protection."""
    documents = hub.service.documents
    for path in [path for path in documents if "/infra/contents" in path or path.endswith("/protection")]:
        del documents[path]
    hub.put("branches/main", {"name": "main", "protected": one.is_protected})
    hub.service.refusals.pop(".*/infra/branches/main/protection", None)
    if one.is_protected:
        reviews = {"required_approving_review_count": one.approvals, "dismiss_stale_reviews": True}
        protection: Document = {"url": "https://api.github.com/x", "enforce_admins": {"enabled": True}}
        hub.put(
            "branches/main/protection",
            {**protection, **({"required_pull_request_reviews": reviews} if one.approvals else {})},
        )
    else:
        hub.service.refuse(".*/infra/branches/main/protection", 404, {"message": "Branch not protected"})
    hub.put("rulesets/rule-suites", [])
    hub.put("keys", [])
    hub.put("teams", [])
    hub.put("collaborators", [{**a_user(each), "role_name": "write"} for each in one.may_push])
    hub.put("actions/permissions/workflow", {"default_workflow_permissions": "read"})
    rule = {"type": "required_reviewers", "prevent_self_review": True, "reviewers": list(one.reviewers)}
    hub.put("environments", [{"name": "production", "protection_rules": [rule]}] if one.reviewers else [])
    if one.codeowners is not None:
        hub.put("contents/CODEOWNERS", a_file(one.codeowners))
    if one.workflow is not None:
        path = ".github/workflows/deploy.yml"
        listed = {"name": "deploy.yml", "path": path, "sha": f"{hash(one.workflow):x}", "type": "file"}
        hub.put("contents/.github/workflows", [listed])
        hub.put(f"contents/{path}", a_file(one.workflow))
