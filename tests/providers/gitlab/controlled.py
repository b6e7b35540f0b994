"""Has a project at GitLab controlled in some way."""

from tests.providers.github.controlled import Repository
from tests.providers.gitlab.service import Lab, a_file, a_project, a_user


def control(lab: Lab, one: Repository) -> None:
    """Have the project controlled like this."""
    documents = lab.service.documents
    for path in [path for path in documents if "/infra/repository/files" in path]:
        del documents[path]
    lab.put("", a_project())
    lab.put("repository/branches/main", {"name": "main", "protected": one.is_protected})
    branches = [{"name": "main", "push_access_levels": [{"access_level": 40}]}] if one.is_protected else []
    lab.put("protected_branches", branches)
    rule = {"id": 1, "name": "all", "approvals_required": one.approvals, "protected_branches": []}
    elsewhere = {
        "id": 2,
        "name": "release",
        "approvals_required": 9,
        "protected_branches": [{"name": "stable"}],
    }
    lab.put("approval_rules", [rule, elsewhere])
    lab.put("approvals", {"reset_approvals_on_push": True, "merge_requests_author_approval": False})
    lab.put("push_rule", {"prevent_secrets": True})
    lab.put("deploy_keys", [])
    levels = [{"group_id": None, "user_id": sum(each.encode())} for each in one.reviewers]
    environments = [{"name": "production", "approval_rules": levels}] if one.reviewers else []
    lab.put("protected_environments", environments)
    lab.put("members/all", [{**a_user(each), "access_level": 30} for each in one.may_push])
    if one.codeowners is not None:
        lab.put("repository/files/CODEOWNERS", a_file(one.codeowners))
    if one.workflow is not None:
        lab.put("repository/files/.gitlab-ci.yml", a_file(one.workflow))
